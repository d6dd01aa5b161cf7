import type { Core } from '../core.ts'

/** For clocks of other processes that run behind, and tokens that were being signed while their session ended. */
const marginSeconds = 60

/** Makes the access tokens of sessions that were just ended in storage fail from the next request on. */
async function denyTokens(core: Core, sessionIds: readonly string[]): Promise<void> {
  if (sessionIds.length === 0) return
  const seconds = core.config.sessions.accessTtlSeconds + marginSeconds
  await core.revocations.revoke(sessionIds, new Date(core.clock().getTime() + seconds * 1000))
}

/** Ends the session of a token. Its tokens are denied also where it had ended before: whoever ended it may have stopped halfway. */
export async function endSession(core: Core, session: { id: string; userId: string }): Promise<void> {
  const ended = await core.storage.sessions.revoke(session, core.clock())
  await denyTokens(core, [session.id])
  if (ended) core.emit('session.revoked', { userId: session.userId, sessionId: session.id })
}

/** Ends the session that a user named, if it is a live one of theirs; any other is left alone. Answers whether it was. */
export async function endOwnSession(core: Core, session: { id: string; userId: string }): Promise<boolean> {
  if (!(await core.storage.sessions.revoke(session, core.clock()))) return false
  await denyTokens(core, [session.id])
  core.emit('session.revoked', { userId: session.userId, sessionId: session.id })
  return true
}

/** Ends all sessions of a user but one. */
export async function endSessions(core: Core, userId: string, except: string | null): Promise<void> {
  const ended = await core.storage.sessions.revokeAll(userId, core.clock(), except)
  await denyTokens(core, ended)
  for (const sessionId of ended) core.emit('session.revoked', { userId, sessionId })
}
