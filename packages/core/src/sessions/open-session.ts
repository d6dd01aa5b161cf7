import { isIP } from 'node:net'
import type { UserRecord } from '../accounts/user-store.ts'
import { KithError } from '../errors.ts'
import type { Core } from '../core.ts'
import type { ClientInfo } from '../viewer.ts'
import type { SessionRecord } from './session-store.ts'
import type { SignIn } from './session.ts'

/** A sign-in that has been decided on. */
export interface Opening {
  user: UserRecord
  client: ClientInfo
  deviceName: string | undefined
  /** Whether the account, read again after the session was stored, still lets this sign-in pass. */
  stillHolds(user: UserRecord): boolean | Promise<boolean>
}

/**
 * Opens a session. Whoever bans or deletes an account or changes its password does that first and then ends the
 * sessions; here the session is stored first and then the account is read again. So whichever comes first, a session
 * never outlives the change, without a transaction over both.
 */
export async function openSession(core: Core, opening: Opening): Promise<SignIn> {
  const { user, client, deviceName } = opening
  const now = core.clock()
  const session: SessionRecord = {
    id: core.makeId(),
    userId: user.id,
    generation: 0,
    createdAt: now,
    rotatedAt: now,
    expiresAt: sessionEnd(core, now),
    revokedAt: null,
    deviceName: deviceName ?? null,
    address: knownAddress(client),
    userAgent: client.userAgent?.slice(0, 300) ?? null,
  }
  await core.storage.sessions.open(session)
  const fresh = await core.storage.users.byId(user.id)
  if (!fresh || fresh.bannedAt || !(await opening.stillHolds(fresh))) {
    await core.storage.sessions.revoke(session, core.clock())
    throw new KithError(fresh?.bannedAt ? 'account-banned' : 'invalid-credentials')
  }
  core.emit('session.opened', { userId: user.id, sessionId: session.id, address: session.address })
  return await toSignIn(core, fresh, session)
}

/** The address for the session list; `null` where the transport knows none. */
export function knownAddress({ address = '' }: ClientInfo): string | null {
  return isIP(address) ? address : null
}

/** The tokens of a session, with its account. */
export async function toSignIn(core: Core, user: UserRecord, session: SessionRecord): Promise<SignIn> {
  const access = await core.accessTokens.issue({ userId: user.id, sessionId: session.id })
  return {
    user: await core.people.presentOwn(user),
    session: { id: session.id, expiresAt: session.expiresAt.toISOString() },
    tokens: {
      accessToken: access.token,
      refreshToken: await core.refreshTokens.issue(session),
      expiresIn: access.expiresIn,
    },
  }
}

/** When a session ends that is opened or refreshed now; whole seconds, as tokens carry them. */
export function sessionEnd(core: Core, now: Date): Date {
  return new Date((Math.floor(now.getTime() / 1000) + core.config.sessions.refreshTtlSeconds) * 1000)
}
