import type { UserRecord } from '../accounts/user-store.ts'
import type { Core } from '../core.ts'
import type { Keyset } from '../page.ts'
import type { StepReport } from '../upkeep/upkeep-report.ts'
import { isUnfinished, withdraw } from './newcomers.ts'

/** A registration that is unfinished after this long was interrupted. */
const unfinishedMillis = 600_000
const pageSize = 100

/**
 * Deletes accounts whose registration was interrupted, and those that waited too long for approval. Returns how many.
 */
export async function removeWaiting(core: Core, { fail, done }: StepReport): Promise<number> {
  const { applicationTtlSeconds } = core.config.accounts
  const { users } = core.storage
  const now = core.clock().getTime()

  function isOver(user: UserRecord): boolean {
    const waited = now - (user.waitingSince?.getTime() ?? now)
    if (isUnfinished(user)) return waited >= unfinishedMillis
    return applicationTtlSeconds !== null && waited >= applicationTtlSeconds * 1000
  }

  let removed = 0
  let before: string | null = null
  do {
    const keyset: Keyset = { limit: pageSize, before }
    const found = await core.steps.once(() => users.search({ waiting: true }, keyset))
    for (const user of found.users.filter(isOver)) {
      try {
        // Nobody was notified of an interrupted registration.
        const refused = isUnfinished(user) ? undefined : { cause: { viewer: null } }
        if (await withdraw(core, user, refused)) done(++removed)
      } catch (error) {
        fail(error)
      }
    }
    before = found.next
  } while (before !== null)
  return removed
}
