import assert from 'node:assert/strict'
import type { ServedBlobStore } from '@kith/core'
import type { Case } from '../case.ts'
import { race } from '../race.ts'
import { nextId } from '../records.ts'
import {
  assertBytes,
  assertGone,
  assertNone,
  content,
  noKeys,
  put,
  red,
  renditions,
  sampleBytes,
} from './samples.ts'

const video = { bytes: sampleBytes(200_000), contentType: 'video/mp4' } as const

/** What `read` promises. */
export const readingCases: readonly Case<ServedBlobStore>[] = [
  {
    name: 'blobs: an unknown key is null',
    async run(make) {
      await assertGone(await make(), nextId())
    },
  },
  {
    name: 'blobs: what is no key is null',
    async run(make) {
      const blobs = await make()
      await put(blobs, nextId())
      for (const key of noKeys) await assertGone(blobs, key)
    },
  },
  {
    name: 'blobs: a range is picked by the size, and both of its ends are included',
    async run(make) {
      const blobs = await make()
      const key = nextId()
      await put(blobs, key, video)
      const last = video.bytes.length - 1
      for (const [start, end] of [
        [0, 0],
        [0, last],
        [last, last],
        [10, 19],
        [65_530, 131_080],
        [last - 9, last],
      ] as const) {
        const sizes: number[] = []
        const range = (size: number): { start: number; end: number } => {
          sizes.push(size)
          return { start, end }
        }
        const part = await content(blobs, key, { range })
        assertBytes(part, video.bytes.subarray(start, end + 1), `${start}-${end}`)
        assert.deepEqual(sizes, [video.bytes.length])
      }
    },
  },
  {
    name: 'blobs: the size of a part is that of the whole blob',
    async run(make) {
      const blobs = await make()
      const key = nextId()
      await put(blobs, key, video)
      const blob = await blobs.read(key, null, () => ({ start: 5, end: 9 }))
      assert.equal(blob?.size, video.bytes.length)
    },
  },
  {
    name: 'blobs: readers do not disturb each other, nor one that stops early the next',
    async run(make) {
      const blobs = await make()
      const key = nextId()
      await put(blobs, key, video)
      const stopped = await blobs.read(key, null, () => null)
      for await (const part of stopped?.bytes ?? []) {
        assert.ok(part.length > 0)
        break
      }
      for (const there of await race(20, () => content(blobs, key))) assertBytes(there, video.bytes)
    },
  },
  {
    name: 'blobs: each rendition of an image is a WebP of the size that is told',
    async run(make) {
      const blobs = await make()
      const key = nextId()
      await put(blobs, key)
      for (const rendition of renditions) {
        const blob = await blobs.read(key, rendition, () => null)
        assert.equal(blob?.contentType, 'image/webp')
        assert.equal(blob?.size, (await content(blobs, key, { rendition }))?.length)
      }
      assertBytes(await content(blobs, key), red)
    },
  },
  {
    name: 'blobs: a video has no renditions',
    async run(make) {
      const blobs = await make()
      const key = nextId()
      await put(blobs, key, video)
      for (const rendition of renditions) await assertNone(blobs, key, rendition)
    },
  },
  {
    name: 'blobs: of 20 parallel readers of a rendition all get the same',
    async run(make) {
      const blobs = await make()
      const key = nextId()
      await put(blobs, key)
      const [first, ...others] = await race(20, () => content(blobs, key, { rendition: 'feed' }))
      assert.ok(first && first.length > 0)
      for (const other of others) assertBytes(other, first)
    },
  },
]
