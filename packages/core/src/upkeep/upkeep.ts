import { withoutEndedBan } from '../accounts/bans.ts'
import type { Core } from '../core.ts'
import type { CountDifference } from '../graph/edge-store.ts'
import { sweepTemporaryFolders } from '../media/temporary-folder.ts'
import type { Keyset } from '../page.ts'
import { endSessions } from '../sessions/end-sessions.ts'
import type { Adoption } from '../media/media-place.ts'
import { JobStopped } from '../steps.ts'
import { removeWaiting } from '../sign-up/remove-waiting.ts'
import { createUpkeepObserver } from '../telemetry/observe-upkeep.ts'
import { unattachedSeconds } from './released-media.ts'
import type { StepReport, UpkeepReport, UpkeepStep } from './upkeep-report.ts'
import { type MediaReport, verifyMedia, type VerifyMediaOptions } from './verify-media.ts'

/** Options of {@link Upkeep.run}. */
export interface UpkeepOptions {
  /**
   * Called for each step when it starts, with 0, and with its progress: accounts, posts, media, names, sessions, codes,
   * messages, entries, or checked bans.
   */
  progress?: ((step: UpkeepStep, done: number) => void) | undefined
}

/** The fact with the time of the last upkeep run without a failure, as ISO 8601. */
const upkeepFact = 'upkeep.last'

/** The result of {@link Upkeep.verifyCounts}. */
export interface CountReport {
  /** Nodes and authors whose counts were compared. */
  checked: number
  /** Wrong counts; they have been corrected. Expected: none. */
  differences: CountDifference[]
}

/** Finishes what a crash interrupted and removes what has expired. */
export interface Upkeep {
  /**
   * Idempotent, resumable, safe to run in several processes concurrently. Call it on a timer; Kith never starts it. It
   * works in steps of a few milliseconds, between which requests continue. A step that fails is logged and named in the
   * report, and the others run. It first waits for the cleanup of this process, like `kith.settled()`.
   */
  run(options?: UpkeepOptions): Promise<UpkeepReport>
  /**
   * Compares every count with what it counts, and repairs it, in such steps as well. `progress` is called after each.
   */
  verifyCounts(progress?: (checked: number) => void): Promise<CountReport>
  /**
   * Compares the blobs with the database: lists blobs without rows, and removes them on request, and lists rows without
   * blobs, which only a backup can restore. Safe while the app runs, and repeatable.
   * @throws not-configured, storage-failed if the media storage belongs to another database
   */
  verifyMedia(options?: VerifyMediaOptions): Promise<MediaReport>
  /**
   * Accepts the media storage as the one of this database, whatever its mark: for an operator who has moved it.
   * Resolves to how many of the oldest media exist.
   * @throws not-configured if the media storage has no marks
   */
  adoptMedia(): Promise<Adoption>
}

interface Removals {
  list(limit: number): Promise<string[]>
  act(id: string): Promise<void>
}

/** How many ids are read at a time. */
const pageSize = 100

/** Creates the upkeep of one Kith instance. */
export function createUpkeep(core: Core): Upkeep {
  const { storage, config, purge, clock, releasedMedia, steps } = core
  const { users, sessions, posts, edges } = storage
  const { log } = config
  const observer = createUpkeepObserver(config.telemetry, clock)

  /** One failed cleanup does not block the others. */
  async function forEach({ list, act }: Removals, { fail, done }: StepReport): Promise<number> {
    const stuck = new Set<string>()
    let total = 0
    for (;;) {
      const limit = pageSize + stuck.size
      const ids = await steps.once(() => list(limit))
      const fresh = ids.filter((id) => !stuck.has(id))
      for (const id of fresh) {
        try {
          await act(id)
          done(++total)
        } catch (error) {
          if (error instanceof JobStopped) throw error
          stuck.add(id)
          fail(error)
        }
      }
      if (fresh.length === 0 || ids.length < limit) return total
    }
  }

  /** Edges are hidden exactly if their account is banned, whichever of the two a crash left behind. */
  async function reconcileBans({ fail, done }: StepReport): Promise<void> {
    let looked = 0
    const now = clock()
    await forEach(
      { list: (limit) => users.endedBans(now, limit), act: liftEndedBan },
      { fail, done: () => {} },
    )
    await forEachId(users.bannedIds, async (id) => {
      await endSessionsOfBanned(id).catch(fail)
      await purge.settle(id).catch(fail)
      done(++looked)
    })
    await forEachId(edges.hiddenNodes, (id) => purge.settle(id).catch(fail))
  }

  async function liftEndedBan(id: string): Promise<void> {
    const user = await users.byId(id)
    if (user) await withoutEndedBan(core, user)
  }

  /** A process that died between the ban and the sessions has left them alive. */
  async function endSessionsOfBanned(id: string): Promise<void> {
    const live = await steps.once(() => sessions.list(id, clock(), { limit: 1, before: null }))
    if (live.length === 0) return
    // The account may have signed in again.
    const user = await users.byId(id)
    if (user?.bannedAt) await endSessions(core, { id, epoch: user.sessionEpoch - 1, cause: { viewer: null } })
  }

  async function forEachId(
    list: (keyset: Keyset) => Promise<string[]>,
    act: (id: string) => Promise<void>,
  ): Promise<void> {
    let before: string | null = null
    do {
      const ids: string[] = await steps.once(() => list({ limit: pageSize, before }))
      for (const id of ids) await act(id)
      before = ids.length < pageSize ? null : (ids.at(-1) ?? null)
    } while (before !== null)
  }

  /** Removes rows until fewer than requested are left. */
  async function removeAll(
    remove: (now: Date, limit: number) => Promise<number>,
    { done }: StepReport,
  ): Promise<number> {
    const now = clock()
    let total = 0
    await steps.run(async (limit) => {
      const removed = await remove(now, limit)
      done((total += removed))
      return removed === limit
    })
    return total
  }

  /** By their own age and not by rows: a signature can be reused after its upload was confirmed, used and removed. */
  async function sweepStaged(): Promise<void> {
    await config.media.direct?.sweep(new Date(clock().getTime() - unattachedSeconds * 1000))
  }

  /** A refused message is logged separately, and is not a failure of upkeep. */
  async function sendMessages({ done }: StepReport): Promise<number> {
    let total = 0
    for (;;) {
      const { delivered, more } = await core.outgoing.send()
      done((total += delivered))
      if (!more) return total
    }
  }

  async function removeOldEntries(report: StepReport): Promise<number> {
    if (!config.audit) return 0
    const keptMillis = config.audit.keepForSeconds * 1000
    const remove = (now: Date, limit: number): Promise<number> =>
      storage.audit.purgeBefore(new Date(now.getTime() - keptMillis), limit)
    return await removeAll(remove, report)
  }

  /** For `kith doctor`: nothing else notices that upkeep does not run. */
  async function noteRun({ failed }: UpkeepReport): Promise<void> {
    if (failed.length > 0) return
    await storage.facts.set(upkeepFact, clock().toISOString()).catch(() => {})
  }

  return {
    async run({ progress = () => {} } = {}) {
      const failed = new Set<string>()
      async function step<Result>(
        name: UpkeepStep,
        work: (report: StepReport) => Promise<Result>,
      ): Promise<Result | null> {
        const fail = (error: unknown): void => {
          failed.add(name)
          if (error instanceof JobStopped) return
          const message = `The step "${name}" of upkeep failed; the next run does it again.`
          log.error('upkeep.step-failed', { message, error, fields: { step: name } })
        }
        const done = (total: number): void => progress(name, total)
        done(0)
        try {
          return await observer.step(name, (tell) =>
            work({
              done,
              fail(error) {
                tell(error)
                fail(error)
              },
            }),
          )
        } catch (error) {
          fail(error)
          return null
        }
      }
      await core.clearing.settled()
      const applications = await step('applications', (report) => removeWaiting(core, report))
      const accounts = await step('accounts', (report) =>
        forEach({ list: users.toPurge, act: purge.account }, report),
      )
      const removed = await step('posts', (report) =>
        forEach({ list: posts.toPurge, act: purge.post }, report),
      )
      await step('bans', reconcileBans)
      const media = await step('media', ({ done, fail }) => releasedMedia.sweep({ progress: done, fail }))
      await step('staged-files', () => steps.once(sweepStaged))
      // Not counted: nobody looks for a name.
      await step('usernames', (report) => removeAll(users.forgetUsernames, report))
      await step('temporary-files', () =>
        steps.once(() => sweepTemporaryFolders(config.media.temporaryDirectory)),
      )
      const ended = await step('sessions', (report) => removeAll(sessions.purgeEnded, report))
      const codes = await step('codes', (report) => removeAll(storage.codes.purgeEnded, report))
      const messages = await step('messages', sendMessages)
      const entries = await step('audit', removeOldEntries)
      const report = {
        applications: applications ?? 0,
        accounts: accounts ?? 0,
        posts: removed ?? 0,
        media: media ?? 0,
        sessions: ended ?? 0,
        codes: codes ?? 0,
        messages: messages ?? 0,
        audit: entries ?? 0,
        failed: [...failed],
      }
      observer.done(report)
      await noteRun(report)
      return report
    },
    verifyMedia: (options = {}) => verifyMedia(core, options),
    adoptMedia: () => core.mediaPlace.adopt(),
    async verifyCounts(progress = () => {}) {
      const report: CountReport = { checked: 0, differences: [] }
      for (const recount of [edges.recount, posts.recount]) {
        let after: string | null = null
        await steps.run(async (limit) => {
          const result = await recount(after, limit)
          report.checked += result.checked
          report.differences.push(...result.differences)
          after = result.next
          progress(report.checked)
          return after !== null
        })
      }
      return report
    },
  }
}
