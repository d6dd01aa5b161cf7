import type { Core } from '../core.ts'

/** For clocks of other processes that run behind, and tokens that were being signed while their session ended. */
const marginSeconds = 60

/** Makes the access tokens of sessions that were just ended in storage fail from the next request on. */
export async function denyTokens(core: Core, sessionIds: readonly string[]): Promise<void> {
  if (sessionIds.length === 0) return
  const seconds = core.config.sessions.accessTtlSeconds + marginSeconds
  await core.revocations.revoke(sessionIds, new Date(core.clock().getTime() + seconds * 1000))
}

/** Ends the session of a token. Its tokens are denied also where it had ended before: whoever ended it may have stopped halfway. */
export async function endSession(core: Core, session: { id: string; userId: string }): Promise<void> {
  const ended = await core.storage.sessions.revoke(session, core.clock())
  // Told first: the session has ended, also where the denylist cannot be reached now.
  if (ended) core.emit('session.revoked', { userId: session.userId, sessionId: session.id })
  await denyTokens(core, [session.id])
}

/**
 * Ends the session that a user named, if it is a live one of theirs; any other is left alone. Answers whether it was.
 * The tokens of one of theirs that had ended before are denied once more, as above.
 */
export async function endOwnSession(core: Core, session: { id: string; userId: string }): Promise<boolean> {
  const { sessions } = core.storage
  if (!(await sessions.revoke(session, core.clock()))) {
    const found = await sessions.byId(session.id)
    if (found?.userId === session.userId) await denyTokens(core, [session.id])
    return false
  }
  core.emit('session.revoked', { userId: session.userId, sessionId: session.id })
  await denyTokens(core, [session.id])
  return true
}

/**
 * Ends all sessions of a user but one. Their tokens are denied first: the storage may end the sessions and fail all the same,
 * or this process may die there, and called again the storage would name none of them.
 */
export async function endSessions(core: Core, userId: string, except: string | null): Promise<void> {
  const live = (await liveSessions(core, userId)).filter((id) => id !== except)
  // Where the denylist cannot be reached now the sessions end all the same; who asked is told afterwards.
  const [denial] = await Promise.allSettled([denyTokens(core, live)])
  const ended = await core.storage.sessions.revokeAll(userId, core.clock(), except)
  for (const sessionId of ended) core.emit('session.revoked', { userId, sessionId })
  const since = new Set(live)
  await denyTokens(
    core,
    ended.filter((id) => !since.has(id)),
  )
  if (denial.status === 'rejected') throw denial.reason
}

/**
 * Ends all sessions of an account, first by its epoch: so they are over although this process may die before it has ended each.
 * Returns whether there is such an account.
 */
export async function endAllSessions(core: Core, userId: string): Promise<boolean> {
  const { outcome } = await core.storage.users.update(userId, { endSessions: true })
  await endSessions(core, userId, null)
  return outcome === 'updated'
}

const batch = 500

async function liveSessions({ storage, clock }: Core, userId: string): Promise<string[]> {
  const ids: string[] = []
  for (;;) {
    const found = await storage.sessions.list(userId, clock(), { limit: batch, before: ids.at(-1) ?? null })
    ids.push(...found.map(({ id }) => id))
    if (found.length < batch) return ids
  }
}
