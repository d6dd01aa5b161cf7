import type { UserRecord } from '../accounts/user-store.ts'
import type { Core } from '../core.ts'
import type { AppFields } from '../own-fields/app-fields.ts'
import type { SignedInUser } from '../profiles/user.ts'
import type { SessionRecord } from './session-store.ts'

/** The tokens of one session. */
export interface Tokens {
  accessToken: string
  refreshToken: string
  /** Seconds until the access token expires. */
  expiresIn: number
  /**
   * Only after a password was entered: shows at the next sign-in that this device is known, so that strangers who guess
   * the password cannot lock it out. It outlives the session and opens nothing by itself.
   */
  deviceToken?: string | undefined
}

/** The result of register, login and a password change. */
export interface SignIn<Fields extends AppFields = AppFields> {
  user: SignedInUser<Fields>
  session: {
    id: string
    /** When the session expires unless it is refreshed before; ISO 8601, UTC. */
    expiresAt: string
  }
  tokens: Tokens
}

/** The result of a refresh, without the account. */
export interface Refreshed {
  userId: string
  session: SignIn['session']
  tokens: Tokens
}

/** The result of a proof: without tokens if the session is bound to a key, since only a proof with that renews them. */
export interface Proved extends Omit<Refreshed, 'tokens'> {
  tokens: Tokens | null
}

/** A session as its owner sees it in the list of devices. */
export interface Session {
  id: string
  deviceName: string | null
  address: string | null
  userAgent: string | null
  createdAt: string
  /** When it was last refreshed: exact to the lifetime of an access token. */
  lastUsedAt: string
  expiresAt: string
  /** Whether it is bound to a key of its device, so that a copy of its cookies is soon worthless. */
  bound: boolean
  /** Whether it is the viewer's current session. */
  current: boolean
  /** Whether an admin has opened it and acts as the account. */
  impersonated: boolean
}

/** A session as shown to its owner, or to the host, which has no current session. */
export function toSession(session: SessionRecord, currentId: string | null): Session {
  const impersonated = session.actorId !== null
  // The location of an admin is only in the audit log.
  const { deviceName, address, userAgent } = impersonated ? nowhere : session
  return {
    id: session.id,
    deviceName,
    address,
    userAgent,
    createdAt: session.createdAt.toISOString(),
    lastUsedAt: session.rotatedAt.toISOString(),
    expiresAt: session.expiresAt.toISOString(),
    bound: session.boundKey !== null,
    current: session.id === currentId,
    impersonated,
  }
}

const nowhere = Object.freeze({ deviceName: null, address: null, userAgent: null })

/** A session as returned to its client. */
export function openedSession({ id, expiresAt }: SessionRecord): SignIn['session'] {
  return { id, expiresAt: expiresAt.toISOString() }
}

/** Signs the tokens of the current generation of an account's session. */
export async function issueTokens(
  core: Core,
  session: SessionRecord,
  { role }: Pick<UserRecord, 'role'>,
): Promise<Refreshed> {
  const { id, userId, expiresAt, provedAt, methods, actorId } = session
  const [access, refreshToken] = await Promise.all([
    core.accessTokens.issue({ userId, sessionId: id, role, provedAt, methods, actorId }, expiresAt),
    core.refreshTokens.issue(session),
  ])
  return {
    userId,
    session: openedSession(session),
    tokens: { accessToken: access.token, refreshToken, expiresIn: access.expiresIn },
  }
}

/** Whether an unexpired session is still valid: its account is live, and its sessions were not ended together since. */
export function isOfAccount(session: SessionRecord, user: UserRecord | null): boolean {
  return (
    user !== null &&
    user.id === session.userId &&
    user.bannedAt === null &&
    user.sessionEpoch === session.epoch
  )
}

/** Whether a session is open at `now`. */
export function isLive(
  session: SessionRecord | null,
  user: UserRecord | null,
  now: Date,
): session is SessionRecord {
  return session !== null && !session.revokedAt && session.expiresAt > now && isOfAccount(session, user)
}

/** When a session was opened, and whether by someone other than its owner. */
interface Beginning {
  openedAt: Date
  isImpersonated: boolean
}

/**
 * When a session that is opened or refreshed now expires: without a refresh in time, or at its maximum age, which is
 * short if an admin acts as the account. Whole seconds, as in tokens.
 */
export function sessionEnd(core: Core, now: Date, { openedAt, isImpersonated }: Beginning): Date {
  const { refreshTtlSeconds, maxLifetimeSeconds, impersonation } = core.config.sessions
  const greatestAge = isImpersonated ? (impersonation?.ttlSeconds ?? 0) : maxLifetimeSeconds
  const seconds = (date: Date): number => Math.floor(date.getTime() / 1000)
  return new Date(Math.min(seconds(now) + refreshTtlSeconds, seconds(openedAt) + greatestAge) * 1000)
}
