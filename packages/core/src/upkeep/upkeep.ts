import type { Core } from '../core.ts'
import type { CountDifference } from '../graph/edge-store.ts'
import { sweepReceived } from '../media/receive.ts'
import { purgeBatch } from './purge.ts'

/** What one run of upkeep did. */
export interface UpkeepReport {
  /** Deleted accounts whose last traces were removed. */
  accounts: number
  /** Removed posts whose last traces were removed. */
  posts: number
  /** Media that nothing used any more and were removed with their blobs. */
  media: number
  /** Sessions that had ended and were removed. */
  sessions: number
}

/** What {@link Upkeep.verifyCounts} found. */
export interface CountReport {
  /** Nodes and authors whose counts were compared. */
  checked: number
  /** Counts that were wrong; they have been set right. Expected: none. */
  differences: CountDifference[]
}

/** Finishes what a crash left half done and removes what has expired. */
export interface Upkeep {
  /** Idempotent, resumable, safe in several processes at once. Call it on a timer; Kith starts none by itself. */
  run(): Promise<UpkeepReport>
  /** Compares every count with what it counts, and repairs it. `progress` is called after each batch. */
  verifyCounts(progress?: (checked: number) => void): Promise<CountReport>
}

/** Creates the upkeep of one Kith instance. */
export function createUpkeep({ storage, config, purge, clock }: Core): Upkeep {
  const { users, sessions, posts, edges } = storage

  async function forEach(
    list: (limit: number) => Promise<string[]>,
    act: (id: string) => Promise<void>,
  ): Promise<number> {
    let total = 0
    for (;;) {
      const ids = await list(purgeBatch)
      for (const id of ids) await act(id)
      total += ids.length
      if (ids.length < purgeBatch) return total
    }
  }

  /** Edges are hidden exactly where their account is banned, whichever of the two a crash left behind. */
  async function reconcileBans(): Promise<void> {
    for (const list of [users.bannedIds, edges.hiddenNodes]) {
      let before: string | null = null
      do {
        const ids: string[] = await list({ limit: purgeBatch, before })
        for (const id of ids) await purge.settle(id)
        before = ids.length < purgeBatch ? null : (ids.at(-1) ?? null)
      } while (before !== null)
    }
  }

  async function purgeSessions(): Promise<number> {
    const now = clock()
    let total = 0
    for (;;) {
      const removed = await sessions.purgeEnded(now, purgeBatch)
      total += removed
      if (removed < purgeBatch) return total
    }
  }

  return {
    async run() {
      const accounts = await forEach(users.deletedIds, purge.account)
      const removedPosts = await forEach(posts.removedIds, purge.post)
      await reconcileBans()
      const media = await purge.media()
      await sweepReceived(config.media.temporaryDirectory, clock())
      return { accounts, posts: removedPosts, media, sessions: await purgeSessions() }
    },
    async verifyCounts(progress = () => {}) {
      const report: CountReport = { checked: 0, differences: [] }
      for (const recount of [edges.recount, posts.recount]) {
        let after: string | null = null
        do {
          const result = await recount(after, purgeBatch)
          report.checked += result.checked
          report.differences.push(...result.differences)
          after = result.next
          progress(report.checked)
        } while (after !== null)
      }
      return report
    },
  }
}
