import { randomUUID } from 'node:crypto'
import { KithError } from '@kith/core'
import { copied, counted } from '@kith/core/adapter'
import type { BlobMeta } from '@kith/core/ports'
import type { CloudinaryApi, DeliveryType, ResourceType } from './cloudinary-api.ts'

/** The size of a part: Cloudinary requires at least 5 MiB, except for the last. */
const partBytes = 6 * 1024 * 1024

/** The name of an asset. */
export interface AssetPlace {
  resourceType: ResourceType
  type: DeliveryType
  publicId: string
}

/**
 * Stores a stream as one asset, replacing any previous one. One part of it is in memory at a time, so that each can be
 * retried; only the last creates the asset.
 */
export async function uploadAsset(
  api: CloudinaryApi,
  { resourceType, type, publicId }: AssetPlace,
  stream: Pick<BlobMeta, 'size'> & { bytes: AsyncIterable<Uint8Array> },
): Promise<void> {
  const uploadId = randomUUID()
  const params = { public_id: publicId, type, overwrite: 'true', invalidate: 'true' }
  for await (const { bytes, start, isLast } of inParts(stream.bytes, stream.size)) {
    const end = start + bytes.length
    const isWhole = isLast && start === 0
    const headers: Record<string, string> = isWhole
      ? {}
      : {
          'content-range': `bytes ${start}-${end - 1}/${isLast ? end : -1}`,
          'x-unique-upload-id': uploadId,
        }
    // The last part ends the upload: sent again, it would be the only part of another one.
    const part = { bytes, headers, isRepeatable: isWhole || !isLast }
    const stored = await api.upload(resourceType, params, part)
    if (isLast && stored.bytes !== end) throw changed(end, stored.bytes)
  }
}

interface Part {
  bytes: Uint8Array<ArrayBuffer>
  start: number
  isLast: boolean
}

/** A part is emitted when more follows, or when all announced bytes are there. */
async function* inParts(bytes: AsyncIterable<Uint8Array>, size: number | null): AsyncGenerator<Part> {
  let held: Uint8Array[] = []
  let count = 0
  let start = 0
  const take = (isLast: boolean): Part => {
    const part = { bytes: Buffer.concat(held), start, isLast }
    start += count
    held = []
    count = 0
    return part
  }
  for await (const chunk of copied(counted(bytes, size))) {
    for (let from = 0; from < chunk.length;) {
      if (count === partBytes) yield take(false)
      const piece = chunk.subarray(from, from + partBytes - count)
      held.push(piece)
      count += piece.length
      from += piece.length
    }
  }
  yield take(true)
}

function changed(sent: number, stored: number | undefined): KithError {
  const detail = 'Take incoming transformations out of the default upload preset of the Cloudinary account.'
  return new KithError('storage-failed', {
    detail,
    cause: new Error(`${stored} of ${sent} bytes were stored`),
  })
}
