import type { Steps } from '../steps.ts'
import type { Stores } from '../storage.ts'
import type { SessionStore } from './session-store.ts'

/** What {@link Restored} did. */
export interface RestoreReport {
  /** Sessions that were removed, ended ones with them. */
  sessions: number
  /** Codes that were removed: one that was used since the backup would work again. */
  codes: number
}

/**
 * The step after a backup was restored, with no other process running: removes every session and every code. A token counts by the row of its session
 * alone, so those that were used up or logged out since the backup open nothing, and neither do those of sessions that the backup
 * does not know. Idempotent, and may be repeated after it was cut off: it ends what was opened since as well.
 */
export type Restored = () => Promise<RestoreReport>

/** Later than any session ends, and a date that every driver and server knows. */
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
