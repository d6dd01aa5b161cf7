import { join } from 'node:path'
import { RetryLaterError } from '@kith/core'
import { drawDefaultAvatar, sniff } from '@kith/core/adapter'
import type { RenditionForm, ServedBlobStore } from '@kith/core/ports'
import { createSharpImages } from '@kith/media-sharp'
import { expect, test, type TestContext } from 'vitest'
import { filesIn } from '../test/directories.ts'
import { mountSmallDisk, type SmallDisk } from '../../../test/small-disk.ts'
import { createLocalBlobs } from './index.ts'

const picture = Buffer.from(drawDefaultAvatar('anna'))
const isFull = { code: 'storage-full', retryAfterSeconds: 60 }

interface Fixture extends SmallDisk {
  blobs: ServedBlobStore
}

function open(context: TestContext, options?: string): Fixture {
  const disk = mountSmallDisk(context, options)
  const directory = join(disk.directory, 'blobs')
  return { ...disk, directory, blobs: createLocalBlobs({ directory, images: createSharpImages() }) }
}

async function put(blobs: ServedBlobStore, key: string, bytes: Buffer): Promise<void> {
  async function* chunks(): AsyncGenerator<Uint8Array> {
    for (let from = 0; from < bytes.length; from += 10_000) yield bytes.subarray(from, from + 10_000)
  }
  await blobs.put(key, chunks(), { contentType: 'image/png', size: bytes.length })
}

async function read(
  blobs: ServedBlobStore,
  key: string,
  form: RenditionForm | null = null,
): Promise<Buffer | null> {
  const blob = await blobs.read(key, form, () => null)
  const parts: Uint8Array[] = []
  for await (const part of blob?.bytes ?? []) parts.push(part)
  return blob && Buffer.concat(parts)
}

test.for([0, 4_096, 40_960])(
  'a put with room for only %i bytes is storage-full, leaves nothing, and can be repeated',
  async (free, context) => {
    const { blobs, directory, fill, clear } = open(context)
    await put(blobs, 'old', picture)
    const before = filesIn(directory)
    fill(free)
    for (const key of ['old', 'new']) {
      const failure = await put(blobs, key, Buffer.alloc(100_000)).catch((error: unknown) => error)
      expect(failure).toBeInstanceOf(RetryLaterError)
      expect(failure).toMatchObject({ ...isFull, cause: { code: 'ENOSPC' } })
    }
    expect(filesIn(directory)).toEqual(before)
    expect(await read(blobs, 'old')).toEqual(picture)
    expect(await read(blobs, 'new')).toBeNull()
    clear()
    for (const key of ['old', 'new']) {
      await put(blobs, key, Buffer.alloc(100_000, key))
      expect(await read(blobs, key)).toEqual(Buffer.alloc(100_000, key))
    }
    expect(filesIn(directory)).toHaveLength(2)
  },
)

test('a put into a folder that the disk cannot create is storage-full, and leaves no file', async (context) => {
  // The root of the disk, the directory and its temporary one, three folders and an original: for a second blob the disk has room for
  // a temporary file and one folder.
  const { blobs, directory } = open(context, 'size=512k,nr_inodes=9')
  await put(blobs, 'old', picture)
  const before = filesIn(directory)
  await expect(put(blobs, 'new', picture)).rejects.toMatchObject(isFull)
  expect(filesIn(directory)).toEqual(before)
  await blobs.remove('old')
  await put(blobs, 'new', picture)
  expect(await read(blobs, 'new')).toEqual(picture)
})

test.for(['webp', 'avif'] as const)(
  'a rendition in %s without room is storage-full for all concurrent readers, leaves nothing, and is created later',
  async (format, context) => {
    const { blobs, directory, fill, clear } = open(context)
    await put(blobs, 'a', picture)
    const before = filesIn(directory)
    fill(0)
    const form = { rendition: 'feed', format } as const
    for (const asked of await Promise.allSettled([1, 2, 3].map(() => read(blobs, 'a', form))))
      expect(asked).toMatchObject({ status: 'rejected', reason: isFull })
    expect(filesIn(directory)).toEqual(before)
    expect(await read(blobs, 'a')).toEqual(picture)
    clear()
    expect(sniff((await read(blobs, 'a', form)) ?? Buffer.alloc(0))).toBe(`image/${format}`)
    expect(filesIn(directory)).toHaveLength(2)
  },
)

test('a blob can be removed from a full disk, which makes room for the next', async (context) => {
  const { blobs, directory, fill } = open(context)
  await put(blobs, 'old', Buffer.alloc(100_000))
  fill(0)
  await expect(put(blobs, 'new', Buffer.alloc(90_000))).rejects.toMatchObject(isFull)
  await blobs.remove('old')
  expect(filesIn(directory)).toEqual([])
  await put(blobs, 'new', Buffer.alloc(90_000))
  expect(filesIn(directory)).toHaveLength(1)
})
