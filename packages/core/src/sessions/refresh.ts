import type { UserRecord } from '../accounts/user-store.ts'
import { demandUnbanned } from '../accounts/bans.ts'
import type { Core } from '../core.ts'
import { isKithError, KithError } from '../errors.ts'
import { noticeRows } from '../messages/notices.ts'
import { joinRows } from '../outbox/outbox-rows.ts'
import type { ClientInfo } from '../viewer.ts'
import { placeOf } from './client-address.ts'
import { demandActor } from './actor.ts'
import { endSession } from './end-sessions.ts'
import type { RefreshClaims } from './refresh-token.ts'
import type { SessionChange, SessionRecord } from './session-store.ts'
import { isOfAccount, issueTokens, type Refreshed, sessionEnd } from './session.ts'

/** Exchanges a refresh token for its successor. */
export async function refresh(core: Core, refreshToken: string, client: ClientInfo): Promise<Refreshed> {
  const claims = await verified(core, refreshToken, client)
  await core.limits.bySession('refreshBySession', claims.sessionId)

  const session = await step(core, claims, client)
  const user = await core.storage.users.byId(session.userId)
  if (!user || !isOfAccount(session, user)) {
    await endSession(core, session, { cause: { viewer: null } })
    if (user) demandUnbanned(user)
    throw new KithError('session-revoked')
  }
  if (session.actorId !== null) await demandActing(core, { claims, session, user })
  return await issueTokens(core, session, user)
}

/**
 * Ends a session whose admin may no longer act, or that an earlier release running next to this one has refreshed as
 * the owner's.
 */
async function demandActing(
  core: Core,
  { claims, session, user }: { claims: RefreshClaims; session: SessionRecord; user: UserRecord },
): Promise<void> {
  const { actorSessionId } = session
  try {
    if (!claims.isImpersonated) throw new KithError('session-revoked')
    await demandActor(core, session, user)
    const own = actorSessionId === null ? null : await core.storage.sessions.byId(actorSessionId)
    // Otherwise cookies copied from the admin's device would last longer this way than on their own.
    if (own?.boundKey) throw new KithError('session-revoked')
  } catch (error) {
    if (isKithError(error) && error.code === 'session-revoked')
      await endSession(core, session, { cause: { viewer: null } })
    throw error
  }
}

/** Reads the token. Only invalid ones count by IP address, where others could use up what honest clients need. */
async function verified(core: Core, refreshToken: string, client: ClientInfo): Promise<RefreshClaims> {
  try {
    return await core.refreshTokens.verify(refreshToken)
  } catch (error) {
    await core.limits.byAddress('refreshByAddress', client)
    throw error
  }
}

/** The session at the generation whose tokens the caller gets. */
async function step(core: Core, claims: RefreshClaims, client: ClientInfo): Promise<SessionRecord> {
  const now = core.clock()
  const expiresAt = sessionEnd(core, now, claims)
  if (expiresAt <= now) throw new KithError('refresh-token-expired', { detail: 'Sign in again.' })
  const { rotated, session } = await core.storage.sessions.rotate({
    id: claims.sessionId,
    generation: claims.generation,
    boundKey: null,
    now,
    expiresAt,
    ...placeOf(client),
  })
  if (rotated) {
    core.grace.begin(session)
    core.emit('session.refreshed', { userId: session.userId, sessionId: session.id, ...placeOf(client) })
    return session
  }
  // The row was read after the failed step, so a session revoked by then stays dead even within the grace period.
  if (!session || session.revokedAt || session.expiresAt <= now) throw new KithError('session-revoked')
  // Before any check of generations: the way a bound session is refreshed says nothing about who has its cookie.
  if (session.boundKey !== null) {
    core.config.telemetry.count('kith.refreshes', 1, { 'kith.outcome': 'unproved' })
    throw new KithError('device-proof-required', {
      detail: 'The browser that the session is bound to renews it automatically.',
    })
  }
  if (claims.generation > session.generation) {
    await endQuietly(core, session)
    throw new KithError('session-revoked', { detail: 'Sign in again.' })
  }
  if (claims.generation === session.generation - 1 && core.grace.isOpen(session, now)) {
    core.config.telemetry.count('kith.refreshes', 1, { 'kith.outcome': 'grace' })
    tellIfElsewhere(core, session, client)
    return session
  }

  const told = { userId: session.userId, sessionId: session.id, ...placeOf(client) }
  const user = await core.storage.users.byId(session.userId)
  const notice = user && noticeRows(core, { kind: 'reuse-detected', user, client, more: {} })
  // Either of the two holders of the token: it is unknown which.
  const cause = { viewer: null, client }
  const rows = joinRows<SessionChange>(
    core.rowsOf('session.reuse-detected', () => told, cause),
    notice ?? undefined,
  )
  await endSession(core, session, { also: rows, cause })
  core.outgoing.kick()
  core.emit('session.reuse-detected', told)
  throw new KithError('refresh-token-reused', { detail: 'The session has ended; sign in again.' })
}

/**
 * Ends a session whose token is of a later generation than the row. It was not stolen: the storage was set back, by a
 * restored backup for example. It ends anyway, since tokens that were used before the loss would work again.
 */
async function endQuietly(core: Core, session: SessionRecord): Promise<void> {
  core.config.log.warn('session.storage-set-back')
  core.config.telemetry.count('kith.refreshes', 1, { 'kith.outcome': 'set-back' })
  await endSession(core, session, { cause: { viewer: null } })
}

/** Two tabs share a location. Two locations may mean a thief, who keeps in step with the owner. */
function tellIfElsewhere(core: Core, session: SessionRecord, client: ClientInfo): void {
  const { address, userAgent } = placeOf(client)
  const moved = address !== null && session.address !== null && address !== session.address
  const other = userAgent !== null && session.userAgent !== null && userAgent !== session.userAgent
  if (!moved && !other) return
  core.emit('session.grace-used', {
    userId: session.userId,
    sessionId: session.id,
    first: { address: session.address, userAgent: session.userAgent },
    second: { address, userAgent },
  })
}
