import { Readable } from 'node:stream'
import type { S3Client } from '@aws-sdk/client-s3'
import { Upload } from '@aws-sdk/lib-storage'
import { copied, counted } from '@kith/core/adapter'
import type { BlobMeta } from '@kith/core/ports'
import { atS3 } from './s3-errors.ts'

/** Where an object goes. */
export interface ObjectPlace {
  Bucket: string
  Key: string
  CacheControl: string
}

/**
 * Stores a stream as one object, in parts of 5 MiB of which one is in memory at a time, so that each can be sent again. It is
 * there whole or not at all; the parts of one that fails are thrown away.
 */
export async function storeObject(
  client: S3Client,
  place: ObjectPlace,
  { bytes, contentType, size }: BlobMeta & { bytes: AsyncIterable<Uint8Array> },
): Promise<void> {
  let failure: { error: unknown } | null = null

  async function* checked(): AsyncGenerator<Uint8Array> {
    try {
      yield* copied(counted(bytes, size))
    } catch (error) {
      // Where the upload fails, its body is destroyed, which is thrown in here as well.
      if (!body.destroyed) failure = { error }
      throw error
    }
  }

  const body = Readable.from(checked())
  const upload = new Upload({
    client,
    // More at once is hardly faster beside the bucket, and takes as many times the memory.
    queueSize: 1,
    params: { ...place, ContentType: contentType, Body: body },
  })
  try {
    await atS3(() => upload.done())
  } catch (error) {
    // What the caller's own stream says comes first, and goes out as it is.
    const { error: own } = (failure as { error: unknown } | null) ?? { error }
    throw own
  }
}
