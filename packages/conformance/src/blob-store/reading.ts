import assert from 'node:assert/strict'
import { mediaTypes, type ServedBlobStore, type ServedFile } from '@kith/core/ports'
import type { Case } from '../case.ts'
import { race } from '../race.ts'
import { nextId } from '../records.ts'
import { readFile } from './reading-bytes.ts'
import { sampleVideo } from './sample-videos.ts'
import { assertBytes, assertGone, forms, noKeys, put, sampleBytes } from './samples.ts'

const video = { bytes: sampleVideo(sampleBytes(200_000)), contentType: 'video/mp4' } as const

/** What `read` promises. */
export const readingCases: readonly Case<ServedBlobStore>[] = [
  {
    id: 'blobs/types',
    title: 'a blob of any accepted type keeps it',
    async run(blobs) {
      for (const contentType of mediaTypes) {
        const key = nextId()
        await put(blobs, key, { contentType })
        assert.equal((await blobs.read(key, null, () => null))?.contentType, contentType)
      }
    },
  },
  {
    id: 'blobs/invalid-key-null',
    title: 'an invalid key is null',
    async run(blobs) {
      await put(blobs, nextId())
      for (const key of noKeys) await assertGone(blobs, key)
    },
  },
  {
    id: 'blobs/range',
    title: 'a range is selected by the size, and both of its ends are included',
    async run(blobs) {
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
        const told: ServedFile[] = []
        const range = ({ contentType, size }: ServedFile): { start: number; end: number } => {
          told.push({ contentType, size })
          return { start, end }
        }
        const part = await readFile(blobs, key, { range })
        assertBytes(part?.bytes ?? null, video.bytes.subarray(start, end + 1), `${start}-${end}`)
        assert.deepEqual(told, [{ contentType: 'video/mp4', size: video.bytes.length }])
      }
    },
  },
  {
    id: 'blobs/part-size',
    title: 'the size of a part is that of the entire blob',
    async run(blobs) {
      const key = nextId()
      await put(blobs, key, video)
      const blob = await blobs.read(key, null, () => ({ start: 5, end: 9 }))
      assert.equal(blob?.size, video.bytes.length)
    },
  },
  {
    id: 'blobs/parallel-readers',
    title: 'readers do not disturb each other, nor one that stops early the next',
    async run(blobs) {
      const key = nextId()
      await put(blobs, key, video)
      const stopped = await blobs.read(key, null, () => null)
      for await (const part of stopped?.bytes ?? []) {
        assert.ok(part.length > 0)
        break
      }
      for (const there of await race(20, () => readFile(blobs, key)))
        assertBytes(there?.bytes ?? null, video.bytes)
    },
  },
  {
    id: 'blobs/video-no-renditions',
    title: 'a video has no renditions',
    async run(blobs) {
      const key = nextId()
      await put(blobs, key, video)
      for (const form of forms) assert.ok((await readFile(blobs, key, { form })) === null, form.rendition)
    },
  },
]
