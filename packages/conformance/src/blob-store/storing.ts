import assert from 'node:assert/strict'
import type { BlobStore } from '@kith/core/ports'
import type { Case } from '../case.ts'
import { race, repeat } from '../race.ts'
import { nextId } from '../records.ts'
import { sampleVideo } from './sample-videos.ts'
import { assertBytes, assertGone, blue, chunks, content, put, red, sampleBytes } from './samples.ts'
import { see, settled } from './seeing.ts'

const meta = { contentType: 'image/webp', size: null } as const
const videoType = 'video/mp4' as const

/** What `put` promises to a browser. */
export const storingCases: readonly Case<BlobStore>[] = [
  {
    id: 'blobs/put-visible',
    title: 'a stored blob is visible, with its type and size',
    async run(blobs) {
      const key = nextId()
      await put(blobs, key)
      const blob = await see(blobs, key)
      assert.deepEqual([blob?.contentType, blob?.size], ['image/webp', red.length])
      assertBytes(blob?.bytes ?? null, red)
    },
  },
  {
    id: 'blobs/chunk-sizes',
    title: 'a blob in chunks of every size, including empty ones, is returned complete',
    async run(blobs) {
      const bytes = sampleVideo(sampleBytes(300_000))
      const parts = [0, 1, 0, 2, 65_536, 65_535, 100_000, 0]
      let from = 0
      const cut = parts.map((length) => bytes.subarray(from, (from += length)))
      const key = nextId()
      await blobs.put(key, chunks(...cut, bytes.subarray(from)), {
        contentType: videoType,
        size: bytes.length,
      })
      assertBytes(await content(blobs, key, 'video'), bytes)
    },
  },
  {
    id: 'blobs/reused-chunk-memory',
    title: 'a chunk whose memory is reused for the next was copied',
    async run(blobs) {
      const key = nextId()
      const bytes = sampleVideo('aaabbbccc')
      await blobs.put(key, reusing(bytes), { contentType: videoType, size: null })
      assertBytes(await content(blobs, key, 'video'), bytes)
    },
  },
  {
    id: 'blobs/similar-keys',
    title: 'keys that differ in letter case or by an ending are apart',
    async run(blobs) {
      const id = nextId()
      const keys = [`${id}-a`, `${id}-A`, `${id}-a-thumb`, `${id}-a1`]
      for (const key of keys) await put(blobs, key, { bytes: sampleVideo(key), contentType: videoType })
      for (const key of keys) assertBytes(await content(blobs, key, 'video'), sampleVideo(key), key)
    },
  },
  {
    id: 'blobs/put-again',
    title: 'putting a key again replaces bytes, size and type',
    async run(blobs) {
      const key = nextId()
      for (const [index, contentType] of ([videoType, 'video/quicktime', videoType] as const).entries()) {
        const bytes = sampleVideo('x'.repeat(index), contentType)
        await put(blobs, key, { bytes, contentType })
        await settled(blobs, async () => {
          const blob = await see(blobs, key, 'video')
          assert.deepEqual([blob?.contentType, blob?.size], [contentType, bytes.length])
          assertBytes(blob?.bytes ?? null, bytes)
        })
      }
    },
  },
  {
    id: 'blobs/put-again-renditions',
    title: 'putting a key again replaces its renditions',
    async run(blobs) {
      const key = nextId()
      await put(blobs, key)
      const before = await content(blobs, key, 'thumb')
      await put(blobs, key, { bytes: blue })
      await settled(blobs, async () => assert.notDeepEqual(await content(blobs, key, 'thumb'), before))
    },
  },
  {
    id: 'blobs/failed-put-leaves-nothing',
    title: 'a put that fails leaves nothing',
    async run(blobs) {
      const [failed, short] = [nextId(), nextId()]
      await assert.rejects(blobs.put(failed, failing(), meta))
      await assertGone(blobs, failed)
      await assert.rejects(blobs.put(short, chunks(red), { ...meta, size: red.length + 1 }))
      await assertGone(blobs, short)
    },
  },
  {
    id: 'blobs/failed-put-keeps-old',
    title: 'a put that fails leaves the blob of before',
    async run(blobs) {
      const key = nextId()
      await put(blobs, key)
      await assert.rejects(blobs.put(key, failing(), meta))
      assertBytes(await content(blobs, key), red)
    },
  },
  {
    id: 'blobs/no-partial-reads',
    title: 'until a put is done no reader sees a part of it',
    async run(blobs) {
      const key = nextId()
      const seen: (Buffer | null)[] = []
      async function* watched(): AsyncGenerator<Uint8Array> {
        for (const part of [red.subarray(0, 10), red.subarray(10)]) {
          yield part
          seen.push(await content(blobs, key))
        }
      }
      await blobs.put(key, watched(), meta)
      assert.deepEqual(seen, [null, null])
    },
  },
  {
    id: 'blobs/parallel-puts',
    title: 'of 10 parallel puts of one key one is there, whole',
    async run(blobs) {
      await repeat(3, async () => {
        const key = nextId()
        const type = (index: number): 'video/mp4' | 'video/quicktime' =>
          index % 2 ? videoType : 'video/quicktime'
        const all = Array.from({ length: 10 }, (_, index) =>
          sampleVideo(Buffer.alloc(50_000, index + 1), type(index)),
        )
        await race(10, (index) => {
          const bytes = all[index] ?? red
          const meta = { contentType: type(index), size: null }
          return blobs.put(key, chunks(bytes.subarray(0, 9), bytes.subarray(9)), meta)
        })
        const there = await content(blobs, key, 'video')
        assert.ok(
          all.some((bytes) => there?.equals(bytes)),
          'none of them is there whole',
        )
      })
    },
  },
]

async function* reusing(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  const memory = Buffer.alloc(3)
  for (let start = 0; start < bytes.length; start += memory.length) {
    memory.set(bytes.subarray(start, start + memory.length))
    yield* chunks(memory.subarray(0, Math.min(memory.length, bytes.length - start)))
  }
  memory.fill('x')
}

async function* failing(): AsyncGenerator<Uint8Array> {
  yield* chunks(blue.subarray(0, 20))
  throw new Error('cut off')
}
