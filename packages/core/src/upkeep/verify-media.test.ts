import { createKith } from '@kith/core'
import type { MediaRecord } from '@kith/core/ports'
import { createMemoryBlobs, createMemoryStorage } from '@kith/core/memory'
import { expect, test } from 'vitest'
import { createInstance } from '../../test/instance.ts'

const meta = { contentType: 'image/webp', size: 1 } as const

async function* bytes(): AsyncGenerator<Uint8Array> {
  yield Buffer.from('x')
}

const measures = {
  width: 1,
  height: 1,
  durationSeconds: null,
  thumbhash: null,
  palette: [],
  lightness: null,
  saturation: null,
  takenAt: null,
}

function mediaRecord(id: string): MediaRecord {
  const kind = { kind: 'image', contentType: 'image/webp', state: 'reserved' } as const
  return { id, ownerId: 'ana', createdAt: new Date(), measures: null, attachment: null, ...kind }
}

/** More than an hour after its blobs were stored. */
const clock = (): Date => new Date(Date.now() + 7_200_000)

test('blobs in a place without a marker are not removed by a database that knows none of them', async () => {
  const blobs = createMemoryBlobs()
  await blobs.put('of-another', bytes(), meta)
  const { kith, options } = createInstance()
  const storage = createMemoryStorage()
  await storage.migrate()
  const other = createKith({ ...options, storage, clock, media: { blobs } })
  expect(await other.upkeep.verifyMedia()).toMatchObject({ orphanCount: 1, removed: 0 })
  await expect(other.upkeep.verifyMedia({ remove: true })).rejects.toMatchObject({
    code: 'storage-failed',
    detail: expect.stringMatching(/Nothing was removed: only 0 of the 0 oldest media/) as unknown,
  })
  expect((await blobs.list(null, 9)).blobs).toHaveLength(1)
  await kith.close()
  await other.close()
})

test('orphans are removed only if at least half of the oldest media are present', async () => {
  const blobs = createMemoryBlobs()
  const { options } = createInstance()
  const storage = createMemoryStorage()
  await storage.migrate()
  const kith = createKith({ ...options, storage, clock, media: { blobs } })
  for (const id of ['one', 'two', 'three']) {
    await storage.media.reserve(mediaRecord(id))
    await storage.media.ready(id, measures)
  }
  for (const id of ['one', 'two', 'orphan']) await blobs.put(id, bytes(), meta)
  expect(await kith.upkeep.verifyMedia({ remove: true })).toMatchObject({ removed: 1, missingCount: 1 })
  await blobs.remove('two')
  await blobs.put('orphan', bytes(), meta)
  await expect(kith.upkeep.verifyMedia({ remove: true })).rejects.toMatchObject({ code: 'storage-failed' })
  await kith.close()
})
