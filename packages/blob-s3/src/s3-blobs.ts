import { createReadStream, createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import {
  AbortMultipartUploadCommand,
  GetObjectCommand,
  ListMultipartUploadsCommand,
} from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import {
  inTemporaryFolder,
  sweepTemporaryFolders,
  copied,
  counted,
  createOneAtATime,
} from '@kith/core/adapter'
import { type BlobMeta, type MarkedBlobStore, isBlobKey, type Rendition } from '@kith/core/ports'
import { deleteObjects } from './delete-objects.ts'
import { renditions } from './object-names.ts'
import { listS3Blobs } from './s3-list.ts'
import { markS3 } from './s3-mark.ts'
import { atS3 } from './s3-errors.ts'
import type { S3Place } from './s3-place.ts'
import { storeObject } from './store-object.ts'

/** The maximum lifetime of signed URLs: a limit of S3. */
const longestSeconds = 7 * 86_400

/** Blobs as objects: `blobs/<key>/original` and next to it the renditions of an image, made when it is stored. */
export function createS3Blobs(place: S3Place): MarkedBlobStore {
  const { client, bucket: Bucket, names, publicUrl } = place
  const CacheControl = `${publicUrl === null ? 'private' : 'public'}, max-age=31536000, immutable`
  const inTurn = createOneAtATime()

  function store(
    key: string,
    rendition: Rendition | null,
    from: BlobMeta & { bytes: AsyncIterable<Uint8Array> },
  ): Promise<void> {
    return storeObject(client, { Bucket, Key: names.blob(key, rendition), CacheControl }, from)
  }

  /** All files are made before the first is sent. The original comes last: if it exists, everything does. */
  async function putImage(key: string, bytes: AsyncIterable<Uint8Array>, meta: BlobMeta): Promise<void> {
    await sweepTemporaryFolders(place.temporaryDirectory)
    await inTemporaryFolder(place.temporaryDirectory, async (folder) => {
      const path = (rendition: Rendition | null): string => join(folder, rendition ?? 'original')
      await pipeline(
        Readable.from(copied(counted(bytes, meta.size))),
        createWriteStream(path(null), { flags: 'wx' }),
      )
      await all(renditions, (rendition) =>
        place.images.rendition(path(null), path(rendition), { rendition, format: 'webp' }),
      )
      const send = (rendition: Rendition | null): Promise<void> => {
        const contentType = rendition ? 'image/webp' : meta.contentType
        return store(key, rendition, { bytes: createReadStream(path(rendition)), contentType, size: null })
      }
      await inTurn(key, async () => {
        await all(renditions, send)
        await send(null)
      })
    })
  }

  /** Leftovers of a process that was killed in the middle of a put, which no object listing shows. */
  async function abandonUploads(Key: string): Promise<void> {
    const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket, Prefix: Key }))
    for (const { UploadId, Key: found } of Uploads) {
      if (found !== Key) continue
      const abort = new AbortMultipartUploadCommand({ Bucket, Key, UploadId })
      // Another process may have just aborted it.
      await client.send(abort).catch((error: unknown) => {
        if (!(error instanceof Error && error.name === 'NoSuchUpload')) throw error
      })
    }
  }

  const blobs = {
    ...listS3Blobs(place),
    ...markS3(place),
    async put(key: string, bytes: AsyncIterable<Uint8Array>, meta: BlobMeta): Promise<void> {
      names.blob(key, null)
      if (meta.contentType.startsWith('image/')) await putImage(key, bytes, meta)
      else await store(key, null, { ...meta, bytes })
    },
    async remove(key: string): Promise<void> {
      const objects = [null, ...renditions].map((rendition) => names.blob(key, rendition))
      await atS3(() =>
        inTurn(key, async () => {
          await deleteObjects(client, Bucket, objects)
          await abandonUploads(names.blob(key, null))
        }),
      )
    },
  }
  if (publicUrl !== null)
    return { ...blobs, kind: 'public', url: (key, rendition) => `${publicUrl}/${names.blob(key, rendition)}` }
  return {
    ...blobs,
    kind: 'granted',
    async grant(key, rendition, { until }) {
      if (!isBlobKey(key)) return null
      const command = new GetObjectCommand({ Bucket, Key: names.blob(key, rendition) })
      // An expired one is signed with that expiry.
      const signingDate = new Date(Math.min(Date.now(), until.getTime() - 1000))
      const seconds = Math.floor((until.getTime() - signingDate.getTime()) / 1000)
      const expiresIn = Math.min(Math.max(seconds, 1), longestSeconds)
      return await atS3(() => getSignedUrl(client, command, { expiresIn, signingDate }))
    },
  }
}

/** Runs an operation for each concurrently, and ends when the last one does. */
async function all<Item>(items: readonly Item[], act: (item: Item) => Promise<unknown>): Promise<void> {
  for (const result of await Promise.allSettled(items.map(act)))
    if (result.status === 'rejected') throw result.reason as Error
}
