import type { Clock } from '../id.ts'
import type { Storage } from '../storage.ts'

/** What one run of upkeep did. */
export interface UpkeepReport {
  /** Sessions that had ended and were removed. */
  sessions: number
  /** Deleted accounts whose last traces were removed. */
  accounts: number
}

/** Finishes what a crash left half done and removes what has expired. */
export interface Upkeep {
  /** Idempotent, resumable, safe in several processes at once. Call it on a timer; Kith starts none by itself. */
  run(): Promise<UpkeepReport>
}

const batch = 500

/** Creates the upkeep of one Kith instance. */
export function createUpkeep({ storage, clock }: { storage: Storage; clock: Clock }): Upkeep {
  async function purgeSessions(now: Date): Promise<number> {
    let total = 0
    for (;;) {
      const removed = await storage.sessions.purgeEnded(now, batch)
      total += removed
      if (removed < batch) return total
    }
  }

  async function purgeAccounts(now: Date): Promise<number> {
    let total = 0
    for (;;) {
      const ids = await storage.users.deletedIds(batch)
      for (const id of ids) {
        // A crash between marking and ending the sessions would leave them behind.
        await storage.sessions.revokeAll(id, now, null)
        await storage.users.purge(id)
      }
      total += ids.length
      if (ids.length < batch) return total
    }
  }

  return {
    async run() {
      const now = clock()
      const accounts = await purgeAccounts(now)
      return { accounts, sessions: await purgeSessions(now) }
    },
  }
}
