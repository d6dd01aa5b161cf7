import { listAccounts } from '../accounts/list-accounts.ts'
import type { UserRecord } from '../accounts/user-store.ts'
import type { HostCause } from '../cause.ts'
import type { Core } from '../core.ts'
import { KithError } from '../errors.ts'
import { approvedRows } from '../messages/notices.ts'
import { joinRows } from '../outbox/outbox-rows.ts'
import type { AppFields } from '../own-fields/app-fields.ts'
import type { Page, PageInput } from '../page.ts'
import type { HostUser } from '../profiles/user.ts'
import { isUnfinished, withdraw } from './newcomers.ts'

/**
 * Accounts that wait for approval, if `accounts.signUp` is `approval`. For the host, without permission checks:
 * administrators use `kith.backOffice`. Of concurrent approvals and refusals of one account exactly one takes effect.
 */
export interface Approvals<Fields extends AppFields = AppFields> {
  /**
   * The waiting accounts, newest first. A page may be short, or empty, and still have a cursor. @throws invalid-input,
   * invalid-cursor
   */
  list(page?: PageInput): Promise<Page<HostUser<Fields>>>
  /** Approves an account and notifies its owner. @throws application-not-found */
  approve(userId: string, by?: HostCause): Promise<HostUser<Fields>>
  /** Deletes a waiting account; its names are free again. @throws application-not-found */
  refuse(userId: string, by?: HostCause): Promise<void>
}

/** Creates the approvals of one Kith instance. */
export function createApprovals(core: Core): Approvals {
  const { users } = core.storage

  async function demandWaiting(userId: string): Promise<UserRecord> {
    const user = await users.byId(userId)
    if (!user?.waitingSince || isUnfinished(user)) throw notFound()
    return user
  }

  return {
    async list(page = {}) {
      const { items, nextCursor } = await listAccounts(core, { waiting: true }, page)
      const waiting = items.filter((user) => !isUnfinished(user))
      return { items: await core.presentUsers.presentForHost(waiting), nextCursor }
    },
    async approve(userId, by = {}) {
      const waiting = await demandWaiting(userId)
      const told = { userId }
      const notice = approvedRows(core, waiting)
      const rows = joinRows(
        core.rowsOf('account.approved', () => told, by),
        notice && (() => notice(null)),
      )
      const { waitingSince } = waiting
      const changes = { waitingSince: null, bannedAt: null, expected: { waitingSince } }
      const result = await users.update(userId, changes, undefined, rows)
      if (result.outcome !== 'updated') throw notFound()
      if (notice) core.outgoing.kick()
      core.visibleFiles.forget()
      core.emit('account.approved', told, by)
      const [shown] = await core.presentUsers.presentForHost([result.user])
      if (!shown) throw new TypeError('an account that was given is presented')
      return shown
    },
    async refuse(userId, by = {}) {
      const waiting = await demandWaiting(userId)
      const told = { userId }
      const rows = core.rowsOf('account.refused', () => told, by)
      if (!(await withdraw(core, waiting, { rows, cause: by }))) throw notFound()
      core.emit('account.refused', told, by)
    },
  }
}

function notFound(): KithError {
  return new KithError('application-not-found', { detail: 'Another administrator may have decided already.' })
}
