import type { Core } from '../core.ts'
import type { CountDifference } from '../graph/edge-store.ts'
import { sweepTemporaryFolders } from '../media/temporary-folder.ts'
import { purgeBatch, unattachedSeconds } from './purge.ts'
import type { Removal } from './removal.ts'

/** What one run of upkeep did. */
export interface UpkeepReport {
  /** Deleted accounts that were cleared away. An hour later that is done once more, and not counted. */
  accounts: number
  /** Removed posts that were cleared away, counted likewise. */
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
    list: (now: Date, limit: number) => Promise<Removal[]>,
    act: (removal: Removal) => Promise<void>,
  ): Promise<number> {
    let total = 0
    for (;;) {
      const removals = await list(clock(), purgeBatch)
      for (const removal of removals) await act(removal)
      total += removals.filter((removal) => !removal.purged).length
      if (removals.length < purgeBatch) return total
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

  /** Not counted: a name is nothing that anybody looks for. */
  async function forgetUsernames(): Promise<void> {
    const now = clock()
    while ((await users.forgetUsernames(now, purgeBatch)) === purgeBatch);
  }

  /** By their own age and not by rows: a signature can be used again after its upload was confirmed, used and removed. */
  async function sweepStaged(): Promise<void> {
    try {
      await config.media.direct?.sweep(new Date(clock().getTime() - unattachedSeconds * 1000))
    } catch (error) {
      config.logger.warn('staged files could not be removed; the next upkeep tries again', error)
    }
  }

  return {
    async run() {
      await storage.recover()
      const accounts = await forEach(users.toPurge, purge.account)
      const removedPosts = await forEach(posts.toPurge, purge.post)
      await reconcileBans()
      const media = await purge.media()
      await sweepStaged()
      await forgetUsernames()
      await sweepTemporaryFolders(config.media.temporaryDirectory, clock())
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
