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

/** Trades a refresh token for its successor. */
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

/** Ends a session whose admin may not act any more, or that an earlier release beside this one has refreshed as one of the owner's. */
async function demandActing(
  core: Core,
  { claims, session, user }: { claims: RefreshClaims; session: SessionRecord; user: UserRecord },
): Promise<void> {
  const { actorSessionId } = session
  try {
    if (!claims.isImpersonated) throw new KithError('session-revoked')
    await demandActor(core, session, user)
    const own = actorSessionId === null ? null : await core.storage.sessions.byId(actorSessionId)
    // Else cookies that were copied off the device of the admin would last longer by it than themselves.
    if (own?.boundKey) throw new KithError('session-revoked')
  } catch (error) {
    if (isKithError(error) && error.code === 'session-revoked')
      await endSession(core, session, { cause: { viewer: null } })
    throw error
  }
}

/** Reads the token. Only those that are not good count by address, where others could use up what honest ones need. */
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
  // The row was read after the failed step, so a session revoked by then stays dead inside the grace too.
  if (!session || session.revokedAt || session.expiresAt <= now) throw new KithError('session-revoked')
  // Before anything of generations: what a bound session is refreshed by says nothing about who has its cookie.
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
  // Either of the two who have the token: nobody knows which.
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
 * Ends a session whose token is of a later generation than the row. Nobody has stolen it: the storage was set back, by a restored
 * backup for instance. It ends all the same, since tokens that were used up before the loss would work again.
 */
async function endQuietly(core: Core, session: SessionRecord): Promise<void> {
  core.config.log.warn('session.storage-set-back')
  core.config.telemetry.count('kith.refreshes', 1, { 'kith.outcome': 'set-back' })
  await endSession(core, session, { cause: { viewer: null } })
}

/** Two tabs come from one place. From two places it may be a thief, who keeps in step with the owner. */
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
