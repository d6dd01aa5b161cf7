import type { Readable } from 'node:stream'
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from '@aws-sdk/client-s3'
import { createPresignedPost } from '@aws-sdk/s3-presigned-post'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import { KithError } from '@kith/core'
import { eachWithin } from '@kith/core/adapter'
import type { DirectUploads, SignedUpload, UploadTerms } from '@kith/core/ports'
import { deleteObjects } from './delete-objects.ts'
import { patience } from './requests.ts'
import { atS3, isAbsent, unavailable } from './s3-errors.ts'
import type { S3Place } from './s3-place.ts'

/** Files that browsers send into the bucket, as objects under `staged/`. */
export function createS3Direct({ client, bucket: Bucket, names, sendBy }: S3Place): DirectUploads {
  let bucketSeenUntil = -Infinity

  async function signForm(Key: string, { contentType, size, until }: UploadTerms): Promise<SignedUpload> {
    const { url, fields } = await createPresignedPost(client, {
      Bucket,
      Key,
      Fields: { 'Content-Type': contentType },
      Conditions: [['content-length-range', size, size]],
      Expires: Math.floor((until.getTime() - Date.now()) / 1000),
    })
    // The URL names the bucket; the form field with that name could be left out.
    const { bucket: _named, ...sent } = fields
    return {
      method: 'POST',
      url,
      headers: {},
      form: { fields: sent, file: 'file' },
      expiresAt: until.toISOString(),
    }
  }

  async function signBody(Key: string, { contentType, size, until }: UploadTerms): Promise<SignedUpload> {
    const command = new PutObjectCommand({ Bucket, Key, ContentType: contentType, ContentLength: size })
    const signingDate = new Date(Math.min(Date.now(), until.getTime() - 1000))
    const url = await getSignedUrl(client, command, {
      expiresIn: Math.max(1, Math.floor((until.getTime() - signingDate.getTime()) / 1000)),
      signingDate,
      // Host and length are signed anyway.
      signableHeaders: new Set(['content-type']),
    })
    return {
      method: 'PUT',
      url,
      headers: { 'content-type': contentType },
      form: null,
      expiresAt: until.toISOString(),
    }
  }

  /**
   * A missing bucket looks like a missing file. Checked occasionally: confirming a file that was never sent costs one
   * request.
   */
  async function demandBucket(): Promise<void> {
    if (performance.now() < bucketSeenUntil) return
    await client.send(new HeadBucketCommand({ Bucket }))
    bucketSeenUntil = performance.now() + 60_000
  }

  async function discard(Key: string): Promise<void> {
    // Some stores report this when another caller has just deleted it.
    await client.send(new DeleteObjectCommand({ Bucket, Key })).catch(nullIfAbsent)
  }

  return {
    async sign(key, terms) {
      const Key = names.staged(key)
      return await atS3(() => (sendBy === 'POST' ? signForm(Key, terms) : signBody(Key, terms)))
    },
    async confirm(key, { kind, maxBytes }) {
      const Key = names.staged(key)
      return await atS3(async () => {
        const head = await client.send(new HeadObjectCommand({ Bucket, Key })).catch(nullIfAbsent)
        if (!head) {
          await demandBucket()
          return false
        }
        const { ContentLength = 0, ContentType = '' } = head
        if (ContentLength <= maxBytes && ContentType.startsWith(`${kind}/`)) return true
        await discard(Key)
        throw new KithError(ContentLength > maxBytes ? 'media-too-large' : 'unsupported-media-type')
      })
    },
    async *read(key) {
      const Key = names.staged(key)
      const found = await atS3(() => client.send(new GetObjectCommand({ Bucket, Key })).catch(nullIfAbsent))
      if (!found?.Body) throw new KithError('media-not-found')
      try {
        yield* eachWithin(patience, found.Body as Readable)
      } catch (error) {
        throw unavailable(error)
      }
    },
    async discard(key) {
      const Key = names.staged(key)
      await atS3(() => discard(Key))
    },
    async sweep(before) {
      await atS3(async () => {
        let ContinuationToken: string | undefined
        do {
          const page = await client.send(
            new ListObjectsV2Command({ Bucket, Prefix: names.allStaged, ContinuationToken }),
          )
          const old = (page.Contents ?? []).filter(
            ({ LastModified }) => LastModified && LastModified < before,
          )
          await deleteObjects(
            client,
            Bucket,
            old.map(({ Key = '' }) => Key),
          )
          ContinuationToken = page.NextContinuationToken
        } while (ContinuationToken !== undefined)
      })
    },
  }
}

function nullIfAbsent(error: unknown): null {
  if (isAbsent(error)) return null
  throw error
}
