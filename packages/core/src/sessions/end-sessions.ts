import type { Cause } from '../cause.ts'
import type { Core } from '../core.ts'
import type { KithEvents } from '../events.ts'
import { warnOfOthers } from '../known-kiths.ts'
import { joinRows } from '../outbox/outbox-rows.ts'
import type { OutboxRows } from '../outbox/outbox-store.ts'
import type { ClientInfo } from '../viewer.ts'
import type { SessionChange } from './session-store.ts'

/** For clocks of other processes that run behind, and tokens that were being signed while their session ended. */
const marginSeconds = 60

/**
 * Makes access tokens fail from the next request on: those of sessions, by their ids, or of an entire epoch, by
 * {@link epochKey}.
 */
export async function denyTokens(core: Core, keys: readonly string[]): Promise<void> {
  if (keys.length === 0) return
  warnOfOthers(core.config)
  const seconds = core.config.sessions.accessTtlSeconds + marginSeconds
  await core.revocations.revoke(keys, new Date(core.clock().getTime() + seconds * 1000))
}

/** The sessions of an account that a step ends. */
export function endedRows(
  core: Core,
  userId: string,
  cause: Cause | undefined,
): OutboxRows<SessionChange> | undefined {
  const eventOf = ({ id, opened }: SessionChange): KithEvents['session.revoked'] | null =>
    opened ? null : { userId, sessionId: id }
  return core.rowsOf('session.revoked', eventOf, cause)
}

/**
 * Ends the session of a token; `also` are rows that are stored with its end. Its tokens are denied even if it had ended
 * before: that call may have stopped halfway.
 */
export async function endSession(
  core: Core,
  session: { id: string; userId: string },
  { also, cause }: { also?: OutboxRows<SessionChange> | undefined; cause: Cause },
): Promise<void> {
  const rows = joinRows(endedRows(core, session.userId, cause), also)
  const ended = await core.storage.sessions.revoke(session, core.clock(), rows)
  // Emitted first: the session has ended, even if the denylist cannot be reached now.
  if (ended) core.emit('session.revoked', { userId: session.userId, sessionId: session.id }, cause)
  await denyTokens(core, [session.id])
}

/**
 * Ends the session that a user named, if it is one of their live sessions; any other is left alone. Returns whether it
 * was. If it is theirs and had ended before, its tokens are denied again, as above.
 */
export async function endOwnSession(
  core: Core,
  session: { id: string; userId: string },
  cause?: Cause,
): Promise<boolean> {
  const { sessions } = core.storage
  if (!(await sessions.revoke(session, core.clock(), endedRows(core, session.userId, cause)))) {
    const found = await sessions.byId(session.id)
    if (found?.userId === session.userId) await denyTokens(core, [session.id])
    return false
  }
  core.emit('session.revoked', { userId: session.userId, sessionId: session.id }, cause)
  await denyTokens(core, [session.id])
  return true
}

/** The denylist key of all sessions of an account from one epoch. */
export function epochKey(userId: string, epoch: number): string {
  return `${userId}/${epoch}`
}

/**
 * The denylist key of an account whose role has changed, or whose sessions have ended: its tokens, and those with which
 * it acts as others, are looked up again.
 */
export function roleKey(userId: string): string {
  return `${userId}/role`
}

/**
 * Ends all sessions of an account from this epoch, which has ended. Their tokens are denied first: the storage may end
 * the sessions and then fail, or this process may die there, and a repeated call would no longer return them. The
 * tokens of the account are looked up again, too: another process may have ended an earlier epoch just before, and this
 * one may not have heard of it yet.
 */
export async function endSessions(
  core: Core,
  { id, epoch, cause }: { id: string; epoch: number; cause?: Cause | undefined },
): Promise<void> {
  await denyAndRevoke(core, [epochKey(id, epoch), roleKey(id)], { userId: id, except: null, cause })
}

/** Ends all sessions of a user except the viewer's, which keeps its epoch. Their tokens are denied first, as above. */
export async function endOtherSessions(
  core: Core,
  { userId, sessionId, client }: { userId: string; sessionId: string; client: ClientInfo },
): Promise<void> {
  const all = { limit: core.config.sessions.maxPerAccount, before: null }
  const live = await core.storage.sessions.list(userId, core.clock(), all)
  const others = live.map(({ id }) => id).filter((id) => id !== sessionId)
  const cause = { viewer: { userId, sessionId }, client }
  await denyAndRevoke(core, others, { userId, except: sessionId, cause })
}

/**
 * Ends all sessions of an account, first by its epoch: so they have ended even if this process dies before it has ended
 * each. Returns whether the account exists.
 */
export async function endAllSessions(core: Core, userId: string, cause?: Cause): Promise<boolean> {
  const result = await core.storage.users.update(userId, { endSessions: true })
  if (result.outcome !== 'updated') return false
  await endSessions(core, { id: userId, epoch: result.user.sessionEpoch - 1, cause })
  return true
}

async function denyAndRevoke(
  core: Core,
  keys: readonly string[],
  { userId, except, cause }: { userId: string; except: string | null; cause: Cause | undefined },
): Promise<void> {
  // If the denylist cannot be reached now the sessions end anyway; the caller gets the error afterwards.
  const [denial] = await Promise.allSettled([denyTokens(core, keys)])
  const rows = endedRows(core, userId, cause)
  const ended = await core.storage.sessions.revokeAll(userId, core.clock(), except, rows)
  for (const sessionId of ended) core.emit('session.revoked', { userId, sessionId }, cause)
  // They may include those of an earlier attempt that stopped halfway, or sessions opened since.
  await denyTokens(core, ended)
  if (denial.status === 'rejected') throw denial.reason
}
