import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { KithError } from '../errors.ts'
import { toSystemError } from '../system-errors.ts'
import type { MediaType } from './media-type.ts'
import { sniff, sniffBytes } from './sniff.ts'
import { inTemporaryFolder } from './temporary-folder.ts'

/** A received file, in its own folder. */
export interface Received {
  contentType: MediaType
  path: string
  size: number
  /** A path next to it, for files derived from it. */
  target: string
}

/** The limits for receiving a file. */
export interface Receiving {
  directory: string
  /** The maximum size, by type. */
  maxBytes: (contentType: MediaType) => number
}

/**
 * Streams a file to disk, detects its type from its first bytes, and passes it to `use`. Each chunk is written before
 * the next is requested, so its memory may be reused then. Nothing is left of the file afterwards, whatever happens.
 * @throws unsupported-media-type, media-too-large, storage-full, busy, media-unavailable, storage-failed
 */
export async function receiveFile<Result>(
  bytes: AsyncIterable<Uint8Array>,
  { directory, maxBytes }: Receiving,
  use: (received: Received) => Promise<Result>,
): Promise<Result> {
  try {
    return await inTemporaryFolder(directory, async (folder) => {
      const path = join(folder, 'received')
      const written = await write(bytes, path, maxBytes)
      return await use({ ...written, path, target: join(folder, 'made') })
    })
  } catch (error) {
    throw toSystemError(error, 'The folder for temporary files')
  }
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
        head = Buffer.concat([head, chunk.subarray(0, sniffBytes - head.length)])
        if (head.length === sniffBytes) contentType = demandType(head)
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

function demandType(head: Uint8Array): MediaType {
  const type = sniff(head)
  if (type) return type
  throw new KithError('unsupported-media-type', {
    detail: 'Send a JPEG, PNG, WebP, AVIF, HEIC or GIF image, or an MP4, WebM or MOV video.',
  })
}

function demandSize(size: number, most: number): void {
  if (size > most) throw new KithError('media-too-large', { detail: `At most ${most} bytes are accepted.` })
}
