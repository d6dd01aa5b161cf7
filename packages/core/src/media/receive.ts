import { createWriteStream } from 'node:fs'
import { mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { KithError } from '../errors.ts'
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
 * Streams a file to disk, tells its type by its first bytes, and gives it to `use`. Nothing is left of it afterwards,
 * whatever happens; what a killed process leaves is removed by {@link sweepReceived}.
 * @throws unsupported-media-type, media-too-large
 */
export async function receive<Result>(
  bytes: AsyncIterable<Uint8Array>,
  { directory, maxBytes }: Receiving,
  use: (received: Received) => Promise<Result>,
): Promise<Result> {
  await mkdir(directory, { recursive: true })
  const folder = await mkdtemp(join(directory, prefix))
  const path = join(folder, 'received')
  let contentType: MediaType | null = null
  let size = 0

  async function* checked(): AsyncGenerator<Uint8Array> {
    let head = Buffer.alloc(0)
    for await (const chunk of bytes) {
      size += chunk.length
      if (contentType === null) {
        head = Buffer.concat([head, chunk])
        if (head.length < headBytes) continue
        contentType = demandType(head)
        yield head
      } else {
        yield chunk
      }
      demandSize(size, maxBytes(contentType))
    }
    if (contentType === null) {
      contentType = demandType(head)
      demandSize(size, maxBytes(contentType))
      yield head
    }
  }

  try {
    await pipeline(Readable.from(checked(), { objectMode: false }), createWriteStream(path))
    if (contentType === null) throw new TypeError('a file whose type is not known is not taken in')
    return await use({ contentType, path, size, target: join(folder, 'made') })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
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
