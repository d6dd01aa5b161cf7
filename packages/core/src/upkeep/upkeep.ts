import type { Core } from '../core.ts'
import type { CountDifference } from '../graph/edge-store.ts'
import { sweepTemporaryFolders } from '../media/temporary-folder.ts'
import type { Keyset } from '../page.ts'
import { endSessions } from '../sessions/end-sessions.ts'
import { purgeBatch } from './purge.ts'
import type { Adoption } from '../media/media-place.ts'
import { unattachedSeconds } from './released-media.ts'
import type { Removal } from './removal.ts'
import { type MediaReport, verifyMedia, type VerifyMediaOptions } from './verify-media.ts'

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
  /** The steps that failed, by name; each was logged, and kept no other from running. The next run does them again. */
  failed: string[]
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
  /**
   * Idempotent, resumable, safe in several processes at once. Call it on a timer; Kith starts none by itself. A step that
   * fails is logged and named in the report, and the others run.
   */
  run(): Promise<UpkeepReport>
  /** Compares every count with what it counts, and repairs it. `progress` is called after each batch. */
  verifyCounts(progress?: (checked: number) => void): Promise<CountReport>
  /**
   * Compares the blobs with the database: lists blobs without rows, and removes them if told so, and lists rows without blobs,
   * which only a backup can bring back. Harmless while the app runs, and may be repeated.
   * @throws not-configured, storage-failed where the place of the media is not that of this database
   */
  verifyMedia(options?: VerifyMediaOptions): Promise<MediaReport>
  /**
   * Takes the place where media are kept as it is for the one of this database, whatever mark it has or has not: for an
   * operator who has moved it. Resolves to how many of the oldest media are there.
   * @throws not-configured where the place keeps no mark
   */
  adoptMedia(): Promise<Adoption>
}

/** A step of a run: says what failed in it and goes on, or gives up by throwing. */
type Step<Result> = (fail: (error: unknown) => void) => Promise<Result>

interface Removals {
  list(now: Date, limit: number): Promise<Removal[]>
  act(removal: Removal): Promise<void>
}

/** Creates the upkeep of one Kith instance. */
export function createUpkeep(core: Core): Upkeep {
  const { storage, config, purge, clock, releasedMedia } = core
  const { users, sessions, posts, edges } = storage
  const { logger } = config

  /** One that cannot be cleared away keeps no other from it. */
  async function forEach({ list, act }: Removals, fail: (error: unknown) => void): Promise<number> {
    const stuck = new Set<string>()
    let total = 0
    for (;;) {
      const removals = await list(clock(), purgeBatch)
      const fresh = removals.filter(({ id }) => !stuck.has(id))
      for (const removal of fresh) {
        try {
          await act(removal)
          if (!removal.purged) total++
        } catch (error) {
          stuck.add(removal.id)
          fail(error)
        }
      }
      if (fresh.length === 0 || removals.length < purgeBatch) return total
    }
  }

  /** Edges are hidden exactly where their account is banned, whichever of the two a crash left behind. */
  async function reconcileBans(fail: (error: unknown) => void): Promise<void> {
    await forEachId(users.bannedIds, async (id) => {
      await endSessionsOfBanned(id).catch(fail)
      await purge.settle(id).catch(fail)
    })
    await forEachId(edges.hiddenNodes, (id) => purge.settle(id).catch(fail))
  }

  /** A process that died between the mark of a ban and the sessions has left them alive. */
  async function endSessionsOfBanned(id: string): Promise<void> {
    const live = await sessions.list(id, clock(), { limit: 1, before: null })
    if (live.length === 0) return
    // Whoever lifted the ban meanwhile may have signed in again.
    if ((await users.byId(id))?.bannedAt) await endSessions(core, id, null)
  }

  async function forEachId(
    list: (keyset: Keyset) => Promise<string[]>,
    act: (id: string) => Promise<void>,
  ): Promise<void> {
    let before: string | null = null
    do {
      const ids: string[] = await list({ limit: purgeBatch, before })
      for (const id of ids) await act(id)
      before = ids.length < purgeBatch ? null : (ids.at(-1) ?? null)
    } while (before !== null)
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
    await config.media.direct?.sweep(new Date(clock().getTime() - unattachedSeconds * 1000))
  }

  return {
    async run() {
      const failed = new Set<string>()
      async function step<Result>(name: string, work: Step<Result>): Promise<Result | null> {
        const fail = (error: unknown): void => {
          failed.add(name)
          logger.error(`upkeep: the step "${name}" failed; the next run does it again`, error)
        }
        try {
          return await work(fail)
        } catch (error) {
          fail(error)
          return null
        }
      }
      await step('recover', () => storage.recover())
      const accounts = await step('accounts', (fail) =>
        forEach({ list: users.toPurge, act: (account) => purge.account(account) }, fail),
      )
      const removed = await step('posts', (fail) =>
        forEach({ list: posts.toPurge, act: (post) => purge.post(post) }, fail),
      )
      await step('bans', reconcileBans)
      const media = await step('media', releasedMedia.sweep)
      await step('staged-files', sweepStaged)
      await step('usernames', forgetUsernames)
      await step('temporary-files', () => sweepTemporaryFolders(config.media.temporaryDirectory))
      const ended = await step('sessions', purgeSessions)
      return {
        accounts: accounts ?? 0,
        posts: removed ?? 0,
        media: media ?? 0,
        sessions: ended ?? 0,
        failed: [...failed],
      }
    },
    verifyMedia: (options = {}) => verifyMedia(core, options),
    adoptMedia: () => core.mediaPlace.adopt(),
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
