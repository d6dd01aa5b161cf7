import { type ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3'
import { expect, test } from 'vitest'
import { nameObjects } from './object-names.ts'
import { listS3Blobs } from './s3-list.ts'

/** A bucket with these objects, which lists at most `pageSize` at a time. */
function listing(objects: readonly string[], pageSize = 1_000): ReturnType<typeof listS3Blobs> {
  const client = new S3Client({ region: 'none' })
  client.send = ((command: ListObjectsV2Command) => {
    const { Prefix = '', StartAfter = '', MaxKeys = 1_000 } = command.input
    const behind = objects.filter((Key) => Key.startsWith(Prefix) && Key > StartAfter).sort()
    const size = Math.min(MaxKeys, pageSize)
    return Promise.resolve({
      Contents: behind.slice(0, size).map((Key) => ({ Key, LastModified: new Date(0) })),
      IsTruncated: behind.length > size,
    })
  }) as typeof client.send
  return listS3Blobs({ client, bucket: 'b', names: nameObjects('') })
}

async function all({ list }: ReturnType<typeof listS3Blobs>, limit: number): Promise<string[]> {
  const keys: string[] = []
  let after: string | null = null
  for (let pages = 0; pages < 100; pages++) {
    const page: Awaited<ReturnType<typeof list>> = await list(after, limit)
    keys.push(...page.blobs.map(({ key }) => key))
    after = page.next
    if (after === null) return keys
  }
  throw new Error('the list does not end')
}

const many = (name: (index: number) => string): string[] =>
  Array.from({ length: 60 }, (_, index) => name(index))

test('a list continues after pages of objects that do not belong to Kith', async () => {
  const foreign = many((index) => `blobs/holiday_${index}.jpg`)
  const objects = ['blobs/a/original', ...foreign, 'blobs/z/original', 'blobs/z/thumb']
  expect(await all(listing(objects, 9), 2)).toEqual(['a', 'z'])
})

test('a list ends even if another app has many objects with names like those of blobs', async () => {
  const foreign = many((index) => `blobs/a/é-${index}`)
  const objects = ['blobs/a/original', ...foreign, 'blobs/b/original']
  expect(await all(listing(objects, 9), 2)).toEqual(['a', 'b'])
  expect(await all(listing(objects, 9), 1)).toEqual(['a', 'b'])
})
