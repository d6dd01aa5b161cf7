import { HeadObjectCommand, ListObjectsV2Command, type ListObjectsV2CommandOutput } from '@aws-sdk/client-s3'
import type { BlobPage, BlobStore, ListedBlob } from '@kith/core/ports'
import { atS3, isAbsent } from './s3-errors.ts'
import type { S3Place } from './s3-place.ts'

/** An original and its renditions. */
const objectsOfBlob = 4
/** The maximum page size of S3. */
const mostObjects = 1_000
/** How many objects are requested concurrently. */
const atOnce = 8

/** What upkeep needs from a bucket. Objects are listed by name, so the keys come in their order. */
export function listS3Blobs({
  client,
  bucket: Bucket,
  names,
}: Pick<S3Place, 'client' | 'bucket' | 'names'>): Pick<BlobStore, 'list' | 'present'> {
  async function isPresent(key: string): Promise<boolean> {
    try {
      await client.send(new HeadObjectCommand({ Bucket, Key: names.blob(key, null) }))
      return true
    } catch (error) {
      if (isAbsent(error)) return false
      throw error
    }
  }

  async function listed(from: string | null, limit: number): Promise<ListObjectsV2CommandOutput> {
    return await atS3(() =>
      client.send(
        new ListObjectsV2Command({
          Bucket,
          Prefix: names.allBlobs,
          ...(from !== null && { StartAfter: from }),
          // One more, so that the first blob is complete in any case.
          MaxKeys: Math.min(limit * objectsOfBlob + 1, mostObjects),
        }),
      ),
    )
  }

  return {
    async list(after, limit): Promise<BlobPage> {
      let from = after === null ? null : names.behind(after)
      for (;;) {
        const { Contents = [], IsTruncated = false } = await listed(from, limit)
        const found = new Map<string, Date>()
        for (const { Key = '', LastModified = new Date(0) } of Contents) {
          const key = names.keyOf(Key)
          const before = key === null ? undefined : found.get(key)
          // Objects of other apps may sort after all objects of a blob.
          if (key !== null && key !== after && !(before && before > LastModified))
            found.set(key, LastModified)
        }
        const all: ListedBlob[] = [...found].map(([key, storedAt]) => ({ key, storedAt }))
        const last = Contents.at(-1)?.Key
        if (IsTruncated && all.length === 0 && last !== undefined) {
          // An entire page of foreign objects.
          from = last
          continue
        }
        // More objects of the last blob may be on the next page, which then begins with it.
        const whole = IsTruncated && all.length > 1 ? all.slice(0, -1) : all
        const blobs = whole.slice(0, limit)
        const isEnd = !IsTruncated && blobs.length === all.length
        return { blobs, next: isEnd ? null : (blobs.at(-1)?.key ?? null) }
      }
    },
    async present(keys) {
      return await atS3(async () => {
        const present: string[] = []
        for (let from = 0; from < keys.length; from += atOnce) {
          const some = keys.slice(from, from + atOnce)
          const answers = await Promise.all(some.map(isPresent))
          present.push(...some.filter((_, index) => answers[index]))
        }
        return present
      })
    },
  }
}
