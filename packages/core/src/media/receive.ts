import { mkdir, mkdtemp, open, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { KithError, RetryLaterError } from '../errors.ts'
import type { MediaType } from './media.ts'
import { sniff } from './sniff.ts'

/** A file that was taken in, in a folder of its own. */
export interface Received {
  contentType: MediaType
  path: string
  size: number
  /** A path beside it, for what is made of it. */
  target: string
}

/** How a file is taken in. */
export interface Receiving {
  directory: string
  /** The most bytes, by type. */
  maxBytes: (contentType: MediaType) => number
}

/** Enough to tell any type by its magic bytes. */
const headBytes = 4100

const prefix = 'kith-upload-'

/**
 * Streams a file to disk, tells its type by its first bytes, and gives it to `use`. Each chunk is written before the next
 * is asked for, so its memory may be used again then. Nothing is left of the file afterwards, whatever happens; what a
 * killed process leaves is removed by {@link sweepReceived}.
 * @throws unsupported-media-type, media-too-large, storage-full
 */
export async function receive<Result>(
  bytes: AsyncIterable<Uint8Array>,
  { directory, maxBytes }: Receiving,
  use: (received: Received) => Promise<Result>,
): Promise<Result> {
  return await inFolder(directory, async (folder) => {
    const path = join(folder, 'received')
    const written = await write(bytes, path, maxBytes)
    return await use({ ...written, path, target: join(folder, 'made') })
  })
}

async function write(
  bytes: AsyncIterable<Uint8Array>,
  path: string,
  maxBytes: Receiving['maxBytes'],
): Promise<{ contentType: MediaType; size: number }> {
  const file = await open(path, 'wx')
  try {
    let head: Uint8Array = new Uint8Array()
    let contentType: MediaType | null = null
    let size = 0
    for await (const chunk of bytes) {
      size += chunk.length
      if (contentType === null) {
        head = Buffer.concat([head, chunk.subarray(0, headBytes - head.length)])
        if (head.length === headBytes) contentType = demandType(head)
      }
      if (contentType !== null) demandSize(size, maxBytes(contentType))
      await file.appendFile(chunk)
    }
    contentType ??= demandType(head)
    demandSize(size, maxBytes(contentType))
    return { contentType, size }
  } finally {
    await file.close()
  }
}

/** Gives `work` a folder of its own, and removes it afterwards with all that is in it. */
async function inFolder<Result>(
  directory: string,
  work: (folder: string) => Promise<Result>,
): Promise<Result> {
  try {
    await mkdir(directory, { recursive: true })
    const folder = await mkdtemp(join(directory, prefix))
    try {
      return await work(folder)
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  } catch (error) {
    throw isDiskFull(error) ? new RetryLaterError('storage-full', 60, error) : error
  }
}

/** Whether it is full for everybody or for this user of the system. */
function isDiskFull(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT')
}

/** Removes what killed processes left more than an hour ago. */
export async function sweepReceived(directory: string, now: Date): Promise<void> {
  const names = await readdir(directory).catch(() => [])
  for (const name of names.filter((entry) => entry.startsWith(prefix))) {
    const folder = join(directory, name)
    const info = await stat(folder).catch(() => null)
    if (info && now.getTime() - info.mtimeMs > 3_600_000) await rm(folder, { recursive: true, force: true })
  }
}

function demandType(head: Uint8Array): MediaType {
  const type = sniff(head)
  if (type) return type
  throw new KithError('unsupported-media-type', {
    detail: 'Send a JPEG, PNG, WebP, AVIF, HEIC or GIF image, or an MP4, WebM or MOV video.',
  })
}

function demandSize(size: number, most: number): void {
  if (size > most) throw new KithError('media-too-large', { detail: `At most ${most} bytes are taken.` })
}
