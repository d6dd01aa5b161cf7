import type { Cause } from '../cause.ts'
import type { Core } from '../core.ts'
import { InvalidInputError, KithError, RetryLaterError } from '../errors.ts'
import { noticeRows } from '../messages/notices.ts'
import { joinRows } from '../outbox/outbox-rows.ts'
import { endSessions } from '../sessions/end-sessions.ts'
import { isOwnPassword, ownName } from './password-rules.ts'
import type { UserRecord } from './user-store.ts'

/** How often a change is retried after losing to a concurrent one. */
const mostTries = 10

/** Refuses a new password that is a name of its account. @throws invalid-input */
export function demandNoOwnName(
  core: Core,
  user: UserRecord,
  { path, password }: { path: string; password: string },
): void {
  if (isOwnPassword(password, user, core.config.passwords.forbiddenWords))
    throw new InvalidInputError([{ path, ...ownName }])
}

/**
 * Stores a hash, or none, regardless of the old one, and ends every session in that step. @throws account-not-found,
 * busy
 */
export async function storePassword(
  core: Core,
  userId: string,
  { next, cause }: { next: string | null; cause: Cause },
): Promise<void> {
  const { users } = core.storage
  const told = { userId }
  const event = core.rowsOf('account.password-changed', () => told, cause)
  for (let tries = 0; tries < mostTries; tries++) {
    const user = await users.byId(userId)
    if (!user) throw new KithError('account-not-found')
    const notice = noticeRows(core, { kind: 'password-changed', user, client: cause.client, more: {} })
    const rows = joinRows(event, notice)
    const ended = await users.replacePassword(userId, user.passwordHash, next, rows)
    if (!ended) continue
    core.outgoing.kick()
    try {
      await endSessions(core, { id: userId, epoch: ended.endedEpoch, cause })
    } finally {
      core.emit('account.password-changed', told, cause)
    }
    return
  }
  throw new RetryLaterError('busy', 1)
}
