import type { Core } from '../core.ts'
import { KithError } from '../errors.ts'
import type { ClientInfo } from '../viewer.ts'
import { endSession } from './end-sessions.ts'
import { knownAddress, sessionEnd, toSignIn } from './open-session.ts'
import type { RefreshClaims } from './refresh-token.ts'
import type { SessionRecord } from './session-store.ts'
import type { SignIn } from './session.ts'

/** Trades a refresh token for its successor. */
export async function refresh(core: Core, refreshToken: string, client: ClientInfo): Promise<SignIn> {
  await core.attempts.byAddress('refreshByAddress', client)
  const claims = await core.refreshTokens.verify(refreshToken)
  await core.attempts.bySession(claims.sessionId)

  const session = await step(core, claims, client)
  const user = await core.storage.users.byId(session.userId)
  if (!user || user.bannedAt) {
    await endSession(core, session)
    throw new KithError(user ? 'account-banned' : 'session-revoked')
  }
  return await toSignIn(core, user, session)
}

/** The session at the generation whose tokens the caller gets. */
async function step(core: Core, claims: RefreshClaims, client: ClientInfo): Promise<SessionRecord> {
  const now = core.clock()
  const { rotated, session } = await core.storage.sessions.rotate({
    id: claims.sessionId,
    generation: claims.generation,
    now,
    expiresAt: sessionEnd(core, now),
    address: knownAddress(client),
  })
  if (rotated) {
    core.emit('session.refreshed', { userId: session.userId, sessionId: session.id })
    return session
  }
  // The row was read after the failed step, so a session revoked by then stays dead inside the grace too.
  if (!session || session.revokedAt || session.expiresAt <= now) throw new KithError('session-revoked')
  const secondsSince = (now.getTime() - session.rotatedAt.getTime()) / 1000
  if (claims.generation === session.generation - 1 && secondsSince <= core.config.sessions.graceSeconds)
    return session

  await endSession(core, session)
  core.emit('session.reuse-detected', {
    userId: session.userId,
    sessionId: session.id,
    address: client.address ?? null,
  })
  throw new KithError('refresh-token-reused', { detail: 'The session was ended; sign in again.' })
}
