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
 * Stores a stream as one object, in parts of 5 MiB with one in memory at a time, so that each can be retried. It is
 * stored completely or not at all; the parts of a failed upload are removed.
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
      // If the upload fails, its body is destroyed, and that error is thrown in here as well.
      if (!body.destroyed) failure = { error }
      throw error
    }
  }

  const body = Readable.from(checked())
  const upload = new Upload({
    client,
    // More concurrency is hardly faster this close to the bucket, and takes as many times the memory.
    queueSize: 1,
    params: { ...place, ContentType: contentType, Body: body },
  })
  try {
    await atS3(() => upload.done())
  } catch (error) {
    // An error of the caller's own stream takes precedence, and is rethrown unchanged.
    const { error: own } = (failure as { error: unknown } | null) ?? { error }
    throw own
  }
}
