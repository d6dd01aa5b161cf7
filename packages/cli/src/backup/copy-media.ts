import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Kith } from '@kith/core'
import type { MediaRecord, ServedBlobStore } from '@kith/core/ports'
import { writeNewFile } from '../new-file.ts'
import { backupFiles, measure, type MediaPart, type StoredFile } from './manifest.ts'
import { copyOf, type ListedMedium } from './media-list.ts'

/** The dependencies of copying media. */
export interface CopyMedia {
  kith: Kith
  folder: string
  /** Copies files if the store can read them; otherwise lists them. */
  copies: boolean
  progress(count: number): void
}

const pageSize = 200
/** How many files are copied concurrently. */
const atOnce = 4

/** Writes the list of all media and, if they can be read here, their files. */
export async function copyMedia(options: CopyMedia): Promise<MediaPart> {
  const { kith, folder, copies } = options
  const { blobs } = kith.config.media
  if (!blobs) return { mode: 'none', count: 0, bytes: 0, missing: 0, list: null }
  const source = copies && blobs.kind === 'served' ? blobs : null
  const part: MediaPart = { mode: source ? 'copied' : 'listed', count: 0, bytes: 0, missing: 0, list: null }
  const path = join(folder, backupFiles.list)
  await writeNewFile(path, lines(options, { source, part }))
  return { ...part, list: await measure(path) }
}

async function* lines(
  { kith, folder, progress }: CopyMedia,
  { source, part }: { source: ServedBlobStore | null; part: MediaPart },
): AsyncGenerator<string> {
  let after: string | null = null
  do {
    const page: MediaRecord[] = await kith.storage.media.list(after, pageSize)
    // Including those newer than the copy of the database: the restore knows which are in it.
    const ready = page.filter(({ state }) => state === 'ready')
    for (let at = 0; at < ready.length; at += atOnce) {
      const few = ready.slice(at, at + atOnce)
      for (const listed of await Promise.all(few.map((medium) => toLine(medium, { source, folder })))) {
        if (listed.missing) part.missing++
        else part.count++
        part.bytes += listed.file?.bytes ?? 0
        yield `${JSON.stringify(listed)}\n`
      }
      progress(part.count)
    }
    after = page.length < pageSize ? null : (page.at(-1)?.id ?? null)
  } while (after !== null)
}

async function toLine(
  { id, contentType }: MediaRecord,
  { source, folder }: { source: ServedBlobStore | null; folder: string },
): Promise<ListedMedium> {
  if (!source) return { id, contentType, file: null, missing: false }
  const blob = await source.read(id, null, () => null)
  if (!blob) return { id, contentType, file: null, missing: true }
  return {
    id,
    contentType: blob.contentType,
    file: await copy(blob.bytes, copyOf(folder, id)),
    missing: false,
  }
}

async function copy(pieces: AsyncIterable<Uint8Array>, path: string): Promise<StoredFile> {
  await mkdir(dirname(path), { recursive: true })
  const hash = createHash('sha256')
  let bytes = 0
  async function* measured(): AsyncGenerator<Uint8Array> {
    for await (const piece of pieces) {
      hash.update(piece)
      bytes += piece.length
      yield piece
    }
  }
  await pipeline(Readable.from(measured()), createWriteStream(path, { flags: 'wx', mode: 0o600 }))
  return { bytes, sha256: hash.digest('hex') }
}
