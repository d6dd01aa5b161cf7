import type { Steps } from '../steps.ts'
import type { Stores } from '../storage.ts'
import type { SessionStore } from './session-store.ts'

/** The result of {@link Restored}. */
export interface RestoreReport {
  /** Removed sessions, including ended ones. */
  sessions: number
  /** Removed codes: one that was used since the backup would work again. */
  codes: number
}

/**
 * The step after restoring a backup, with no other process running: removes every session and every code. A token is
 * only valid with the row of its session, so tokens that were used or logged out since the backup open nothing, and
 * neither do those of sessions that are not in the backup. Idempotent, and can be repeated after an interruption: it
 * also ends sessions opened since.
 */
export type Restored = () => Promise<RestoreReport>

/** Later than any session ends, and a date that every driver and server supports. */
const endOfTime = new Date('9999-12-31T00:00:00Z')

/** Creates the step of one Kith instance. */
export function createRestored({ sessions, codes }: Stores, steps: Steps): Restored {
  async function removeAll({ purgeEnded }: Pick<SessionStore, 'purgeEnded'>): Promise<number> {
    let total = 0
    await steps.run(async (limit) => {
      const removed = await purgeEnded(endOfTime, limit)
      total += removed
      return removed === limit
    })
    return total
  }

  return async () => ({ sessions: await removeAll(sessions), codes: await removeAll(codes) })
}
