import type { Core } from '../core.ts'
import { KithError } from '../errors.ts'
import type { BlobStore } from '../media/blob-store.ts'
import type { MediaAttachment, MediaRecord } from '../media/media-store.ts'
import type { Steps } from '../steps.ts'

/** A medium of the database whose blob is missing. */
export interface MissingBlob {
  id: string
  ownerId: string
  /** The post, avatar or cover that shows it; `null` for an unused upload. */
  attachment: MediaAttachment | null
}

/** The progress of {@link Upkeep.verifyMedia}. */
export interface MediaProgress {
  /** Keys of the blob store that were looked up in the database. */
  blobs: number
  /** Media of the database that were looked up in the blob store. */
  media: number
  /** The findings of the last page. */
  orphans: string[]
  missing: MissingBlob[]
}

/** The findings of {@link Upkeep.verifyMedia}. */
export interface MediaReport {
  blobs: number
  media: number
  /**
   * Blobs without a row in the database, and the first 1,000 of their keys. Nothing serves them, and nothing removes
   * them automatically.
   */
  orphanCount: number
  orphans: string[]
  /** How many of them were removed, with their renditions. */
  removed: number
  /** How many were kept because they are younger than an hour: an upload may be in progress. */
  young: number
  /** Media whose blob is gone, and the first 1,000 of them. Restore their blobs from a backup, or delete what shows them. */
  missingCount: number
  missing: MissingBlob[]
}

/** How to verify media. */
export interface VerifyMediaOptions {
  /** Whether to remove blobs without rows. @default false */
  remove?: boolean | undefined
  /** Called after each page, with its findings. */
  progress?: ((progress: MediaProgress) => void) | undefined
}

/** How many keys or rows are checked together. */
const pageSize = 500
/** How many of each kind a report names. */
const namedAtMost = 1_000
/** No call takes an hour, so an older blob does not belong to an upload in progress. */
const safeAgeMillis = 3_600_000

/**
 * Compares the blob store with the database in both directions, page by page: at most two pages are in memory.
 * @throws not-configured without `media.blobs`; storage-failed if the media storage belongs to another database, or, if
 * it has no marks and blobs are to be removed, does not look like the right one
 */
export async function verifyMedia(core: Core, options: VerifyMediaOptions): Promise<MediaReport> {
  const { blobs } = core.config.media
  if (!blobs) throw new KithError('not-configured', { detail: 'Give `media.blobs` to createKith.' })
  const report: MediaReport = {
    blobs: 0,
    media: 0,
    orphanCount: 0,
    orphans: [],
    removed: 0,
    young: 0,
    missingCount: 0,
    missing: [],
  }
  const verification = { report, options, steps: core.steps }
  await findOrphans(core, blobs, verification)
  await findMissing(core, blobs, verification)
  return report
}

interface Verification {
  report: MediaReport
  options: VerifyMediaOptions
  steps: Steps
}

async function findOrphans(
  { storage, mediaPlace, clock }: Core,
  blobs: BlobStore,
  { report, steps, options: { remove = false, progress } }: Verification,
): Promise<void> {
  let after: string | null = null
  let isOwn = false
  do {
    await mediaPlace.demand()
    const page = await blobs.list(after, pageSize)
    const rows = await steps.once(() => storage.media.byIds(page.blobs.map(({ key }) => key)))
    const known = new Set(rows.map(({ id }) => id))
    const orphans = page.blobs.filter(({ key }) => !known.has(key))
    report.blobs += page.blobs.length
    report.orphanCount += orphans.length
    const keys = orphans.map(({ key }) => key)
    name(report.orphans, keys)
    if (remove && orphans.length > 0 && !isOwn) {
      await mediaPlace.demandOwn()
      isOwn = true
    }
    for (const { key, storedAt } of remove ? orphans : []) {
      if (clock().getTime() - storedAt.getTime() < safeAgeMillis) {
        report.young++
        continue
      }
      await blobs.remove(key)
      report.removed++
    }
    progress?.({ blobs: report.blobs, media: report.media, orphans: keys, missing: [] })
    after = page.next
  } while (after !== null)
}

async function findMissing(
  { storage, mediaPlace }: Core,
  blobs: BlobStore,
  { report, steps, options: { progress } }: Verification,
): Promise<void> {
  let after: string | null = null
  do {
    await mediaPlace.demand()
    const from = after
    const page: MediaRecord[] = await steps.once(() => storage.media.list(from, pageSize))
    const ready = page.filter(isReady)
    const present = new Set(await blobs.present(ready.map(({ id }) => id)))
    const suspects = ready.filter(({ id }) => !present.has(id)).map(({ id }) => id)
    // A medium that was released while its blob was looked up is not missing.
    const missing = suspects.length === 0 ? [] : (await storage.media.byIds(suspects)).filter(isReady)
    const found = missing.map(({ id, ownerId, attachment }) => ({ id, ownerId, attachment }))
    report.media += ready.length
    report.missingCount += found.length
    name(report.missing, found)
    progress?.({ blobs: report.blobs, media: report.media, orphans: [], missing: found })
    after = page.length < pageSize ? null : (page.at(-1)?.id ?? null)
  } while (after !== null)
}

function isReady({ state }: MediaRecord): boolean {
  return state === 'ready'
}

function name<Item>(named: Item[], items: readonly Item[]): void {
  named.push(...items.slice(0, namedAtMost - named.length))
}
