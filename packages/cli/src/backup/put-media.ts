import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import type { Kith } from '@kith/core'
import { isMarked } from '@kith/core/ports'
import { CliError } from '../cli-error.ts'
import { type Manifest } from './manifest.ts'
import { copyOf, type ListedMedium, readList } from './media-list.ts'

/** The dependencies of restoring media. */
export interface PutMedia {
  /** A Kith on the restored database, and the media storage to restore to. */
  kith: Kith
  folder: string
  manifest: Manifest
  progress(count: number): void
}

/** How many are looked up together. */
const pageSize = 100

/**
 * Restores the copied files that are in the restored database. Existing ones stay, since a medium never changes: it can
 * be repeated.
 */
export async function putMedia({ kith, folder, manifest, progress }: PutMedia): Promise<number> {
  if (manifest.media.mode !== 'copied') return 0
  const { blobs } = kith.config.media
  if (!blobs) {
    throw new CliError('The backup has media, but the config has no media storage.', {
      hint: 'Pass `media.blobs` to createKith, or set KITH_MEDIA_DIRECTORY.',
    })
  }
  await demandPlace(kith)
  let count = 0
  let page: ListedMedium[] = []
  async function put(): Promise<void> {
    const ids = page.map(({ id }) => id)
    const known = new Set((await kith.storage.media.byIds(ids)).map(({ id }) => id))
    const present = new Set(await blobs?.present(ids))
    for (const { id, contentType, file } of page) {
      // An upload that is newer than the copy of the database.
      if (!known.has(id)) continue
      if (file && !present.has(id)) {
        await blobs?.put(id, checked(copyOf(folder, id), file.sha256), { contentType, size: file.bytes })
      }
      count++
    }
    progress(count)
    page = []
  }
  for await (const medium of readList(folder)) {
    if (medium.missing) continue
    page.push(medium)
    if (page.length === pageSize) await put()
  }
  await put()
  return count
}

/** The place is empty, or belongs to this very database: from an earlier attempt, or media that were not lost. */
async function demandPlace(kith: Kith): Promise<void> {
  const { blobs } = kith.config.media
  if (!blobs) return
  if (isMarked(blobs)) {
    const [mark, fact] = [await blobs.readMark(), await kith.storage.facts.get('media.mark')]
    if (mark !== null && mark === fact) return
  }
  const { blobs: some } = await blobs.list(null, 1)
  if (some.length > 0) {
    throw new CliError('The media storage has files, and does not belong to the database in the backup.', {
      hint: 'Restore into an empty folder or bucket: move its files away, or correct the path.',
    })
  }
  if (isMarked(blobs)) await kith.upkeep.adoptMedia()
}

/** Ends in an error if the file does not match, so that nothing is stored. */
async function* checked(path: string, sha256: string): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256')
  for await (const piece of createReadStream(path) as AsyncIterable<Buffer>) {
    hash.update(piece)
    yield piece
  }
  if (hash.digest('hex') === sha256) return
  throw new CliError(`${path} does not match the backup.`, {
    hint: 'Use another copy of the backup, or another backup.',
  })
}
