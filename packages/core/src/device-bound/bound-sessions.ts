import type { UserRecord } from '../accounts/user-store.ts'
import type { Core } from '../core.ts'
import { KithError } from '../errors.ts'
import { placeOf } from '../sessions/client-address.ts'
import { endSession } from '../sessions/end-sessions.ts'
import {
  isOfAccount,
  issueTokens,
  openedSession,
  type Refreshed,
  sessionEnd,
  type SignIn,
} from '../sessions/session.ts'
import { demandActor, demandOwner } from '../sessions/actor.ts'
import type { SessionRecord } from '../sessions/session-store.ts'
import type { ClientInfo, Viewer } from '../viewer.ts'
import { bindWithinSeconds, createDeviceChallenges, type DeviceChallenges } from './device-challenges.ts'
import { type DeviceProof, readProof } from './device-proof.ts'

/** A session that is bound to a key of its device. */
export interface BoundSession {
  session: SignIn['session']
  /** What the browser signs for its next refresh. */
  challenge: string
}

/** The input of a refresh with the key. */
interface BoundRefreshInput {
  sessionId: string
  /** A refresh token of the session, used or not: without one the key alone renews nothing. */
  refreshToken: string
  /** `null` if the browser has no challenge to sign yet. */
  proof: string | null
}

/** The result of a refresh with the key. */
export interface BoundRefresh {
  /**
   * `null` without a proof, or if its challenge was used, has expired or belongs to another session: then `challenge`
   * has to be signed.
   */
  refreshed: Refreshed | null
  /** The next challenge for the browser. */
  challenge: string
}

/**
 * Sessions that browsers bind to a key of their device (Device Bound Session Credentials, a draft of the W3C): experimental, on with
 * `sessions.deviceBound`. `@kith/http` calls these verbs; see docs/device-bound-sessions.md.
 */
export interface BoundSessions {
  /** The challenge for the browser that has just opened this session; `null` if the option is off. Reads nothing. */
  offer(sessionId: string): string | null
  /** The same for the viewer's session, while it is not bound and was opened less than two minutes ago. */
  offerTo(viewer: Viewer): Promise<string | null>
  /**
   * Binds the viewer's session to the key of a proof: within two minutes of the sign-in, and once. Idempotent for the
   * same key.
   * @throws device-proof-invalid, session-bound, session-revoked, not-configured, rate-limited
   */
  bind(viewer: Viewer, proof: string, client?: ClientInfo): Promise<BoundSession>
  /**
   * Exchanges a proof with the key of a session, and any of its refresh tokens, for new tokens. Each challenge works
   * for one refresh.
   * @throws refresh-token-invalid, refresh-token-expired, device-proof-invalid, session-revoked, rate-limited
   */
  refresh(input: BoundRefreshInput, client?: ClientInfo): Promise<BoundRefresh>
  /** The viewer's session, if it is bound and live; `null` otherwise. */
  current(viewer: Viewer): Promise<SignIn['session'] | null>
}

/** Creates the bound sessions of one Kith instance. */
export function createBoundSessions(core: Core): BoundSessions {
  const { sessions: store } = core.storage
  const { deviceBound } = core.config.sessions
  const challenges = createDeviceChallenges({ ...core.config, ...core.config.sessions, clock: core.clock })

  async function ownSession({ userId, sessionId }: Viewer): Promise<SessionRecord | null> {
    const session = sessionId === null ? null : await store.byId(sessionId)
    return session?.userId === userId && isLive(session, core.clock()) ? session : null
  }

  return {
    offer: (sessionId) => (deviceBound ? challenges.toBind(sessionId, core.clock()) : null),
    async offerTo(viewer) {
      if (!deviceBound || (viewer.sessionId !== null && isTooOld(viewer.sessionId, core.clock()))) return null
      const session = await ownSession(viewer)
      if (!session || session.boundKey !== null || session.actorId !== null) return null
      return challenges.toBind(session.id, session.createdAt)
    },
    bind: (viewer, proof, client = {}) => bind(core, challenges, { viewer, proof, client }),
    refresh: (input, client = {}) => refresh(core, challenges, { ...input, client }),
    async current(viewer) {
      const session = await ownSession(viewer)
      return session && session.boundKey !== null ? openedSession(session) : null
    },
  }
}

interface Binding {
  viewer: Viewer
  proof: string
  client: ClientInfo
}

async function bind(
  core: Core,
  challenges: DeviceChallenges,
  { viewer, proof, client }: Binding,
): Promise<BoundSession> {
  const { userId, sessionId: id } = viewer
  if (!core.config.sessions.deviceBound || id === null)
    throw new KithError('not-configured', {
      detail: 'Device-bound sessions are off: set `sessions.deviceBound` in createKith.',
    })
  await demandOwner(core, viewer)
  // By IP address: a thief must not use up what the session needs for its refresh.
  await core.limits.byAddress('refreshByAddress', client)
  const { challenge, key } = await readProof(proof, null)
  if (!challenges.isToBind(challenge, id)) throw new KithError('device-proof-invalid', { detail: notOurs })

  const told = { userId, sessionId: id, ...placeOf(client) }
  const rows = core.rowsOf('session.bound', () => told, { viewer, client })
  const isFirst = await core.storage.sessions.bind({ id, userId, key, now: core.clock() }, rows)
  const session = await core.storage.sessions.byId(id)
  if (session?.userId !== userId || !isLive(session, core.clock())) throw new KithError('session-revoked')
  if (session.boundKey !== key)
    throw new KithError('session-bound', {
      detail: 'A session can register one key, and this one already has it.',
    })
  if (isFirst) core.emit('session.bound', told)
  return { session: openedSession(session), challenge: challenges.toRefresh(session) }
}

async function refresh(
  core: Core,
  challenges: DeviceChallenges,
  { sessionId, refreshToken, proof, client }: BoundRefreshInput & { client: ClientInfo },
): Promise<BoundRefresh> {
  await demandToken(core, { sessionId, refreshToken, client })
  const session = await core.storage.sessions.byId(sessionId)
  if (!isLive(session, core.clock()) || session.boundKey === null) throw new KithError('session-revoked')
  const again = (held: SessionRecord): BoundRefresh => ({
    refreshed: null,
    challenge: challenges.toRefresh(held),
  })
  if (proof === null) return again(session)
  const { challenge } = await verified(core, { proof, key: session.boundKey, client })
  const generation = challenges.generationOf(challenge, sessionId)
  if (generation !== session.generation) return again(session)
  await core.limits.bySession('boundRefreshBySession', sessionId)

  const now = core.clock()
  const step = { id: sessionId, generation, boundKey: session.boundKey, now, ...placeOf(client) }
  const expiresAt = sessionEnd(core, now, {
    openedAt: session.createdAt,
    isImpersonated: session.actorId !== null,
  })
  if (expiresAt <= now) throw new KithError('session-revoked', { detail: 'Sign in again.' })
  const { rotated, session: stepped } = await core.storage.sessions.rotate({ ...step, expiresAt })
  if (!isLive(stepped, now)) throw new KithError('session-revoked')
  if (!rotated) return again(stepped)
  const user = await accountOf(core, stepped)
  await demandActor(core, stepped, user)
  core.emit('session.refreshed', { userId: stepped.userId, sessionId, ...placeOf(client) })
  return { refreshed: await issueTokens(core, stepped, user), challenge: challenges.toRefresh(stepped) }
}

/**
 * A key alone proves as little as a cookie alone: an attacker who got a page to register a key does not have the
 * cookie. The generation is not checked here, since a lost response leaves an old one. @throws refresh-token-invalid,
 * refresh-token-expired, rate-limited
 */
async function demandToken(
  core: Core,
  { sessionId, refreshToken, client }: { sessionId: string; refreshToken: string; client: ClientInfo },
): Promise<void> {
  try {
    const claims = await core.refreshTokens.verify(refreshToken)
    if (claims.sessionId !== sessionId) throw new KithError('refresh-token-invalid')
  } catch (error) {
    await core.limits.byAddress('refreshByAddress', client)
    throw error
  }
}

/**
 * Only invalid proofs count by IP address, where others could use up what honest clients need. @throws
 * device-proof-invalid, rate-limited
 */
async function verified(
  core: Core,
  { proof, key, client }: { proof: string; key: string; client: ClientInfo },
): Promise<DeviceProof> {
  try {
    return await readProof(proof, key)
  } catch (error) {
    await core.limits.byAddress('refreshByAddress', client)
    throw error
  }
}

/** Only the browser reads a refusal here, and a ban means nothing to it. @throws session-revoked */
async function accountOf(core: Core, session: SessionRecord): Promise<UserRecord> {
  const user = await core.storage.users.byId(session.userId)
  if (user && isOfAccount(session, user)) return user
  await endSession(core, session, { cause: { viewer: null } })
  throw new KithError('session-revoked')
}

/** By its id alone, so that a session is read for two minutes and not on each access. A UUIDv7 begins with its time. */
function isTooOld(sessionId: string, now: Date): boolean {
  const openedAt = Number.parseInt(sessionId.replaceAll('-', '').slice(0, 12), 16)
  return now.getTime() - openedAt >= bindWithinSeconds * 1000
}

function isLive(session: SessionRecord | null, now: Date): session is SessionRecord {
  return session !== null && session.revokedAt === null && session.expiresAt > now
}

const notOurs = 'Its challenge belongs to another session, or has expired.'
