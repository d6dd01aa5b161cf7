import assert from 'node:assert/strict'
import type { ServedBlobStore } from '@kith/core'
import type { Case } from '../case.ts'
import { race, repeat } from '../race.ts'
import { nextId } from '../records.ts'
import { assertBytes, assertGone, blue, chunks, content, put, red, sampleBytes } from './samples.ts'

const meta = { contentType: 'image/webp', size: null } as const
const videoType = 'video/mp4' as const

/** What `put` promises to a reader. */
export const storingCases: readonly Case<ServedBlobStore>[] = [
  {
    name: 'blobs: what was put is read, with its type and size',
    async run(make) {
      const blobs = await make()
      const key = nextId()
      await put(blobs, key)
      const blob = await blobs.read(key, null, () => null)
      assert.equal(blob?.contentType, 'image/webp')
      assert.equal(blob?.size, red.length)
      assertBytes(await content(blobs, key), red)
    },
  },
  {
    name: 'blobs: a blob in chunks of every size, empty ones too, comes back whole',
    async run(make) {
      const blobs = await make()
      const bytes = sampleBytes(300_000)
      const parts = [0, 1, 0, 2, 65_536, 65_535, 100_000, 0]
      let from = 0
      const cut = parts.map((length) => bytes.subarray(from, (from += length)))
      const key = nextId()
      await blobs.put(key, chunks(...cut, bytes.subarray(from)), {
        contentType: videoType,
        size: bytes.length,
      })
      assertBytes(await content(blobs, key), bytes)
    },
  },
  {
    name: 'blobs: a chunk whose memory is used again for the next has been copied',
    async run(make) {
      const blobs = await make()
      const key = nextId()
      await blobs.put(key, reusing(), { contentType: videoType, size: null })
      assert.equal((await content(blobs, key))?.toString(), 'aaabbbccc')
    },
  },
  {
    name: 'blobs: keys that differ in letter case or by an ending are apart',
    async run(make) {
      const blobs = await make()
      const id = nextId()
      const keys = [`${id}-a`, `${id}-A`, `${id}-a-thumb`, `${id}-a1`]
      for (const key of keys) await put(blobs, key, { bytes: Buffer.from(key), contentType: videoType })
      for (const key of keys) assert.equal((await content(blobs, key))?.toString(), key)
    },
  },
  {
    name: 'blobs: putting a key again replaces bytes, size and type',
    async run(make) {
      const blobs = await make()
      const key = nextId()
      for (const contentType of ['video/webm', videoType, 'video/quicktime', videoType] as const) {
        await put(blobs, key, { bytes: Buffer.from(contentType), contentType })
        const blob = await blobs.read(key, null, () => null)
        assert.deepEqual([blob?.contentType, blob?.size], [contentType, contentType.length])
        assert.equal((await content(blobs, key))?.toString(), contentType)
      }
    },
  },
  {
    name: 'blobs: putting a key again replaces its renditions',
    async run(make) {
      const blobs = await make()
      const key = nextId()
      await put(blobs, key)
      const before = await content(blobs, key, { rendition: 'thumb' })
      await put(blobs, key, { bytes: blue })
      assert.notDeepEqual(await content(blobs, key, { rendition: 'thumb' }), before)
    },
  },
  {
    name: 'blobs: a put that fails leaves nothing',
    async run(make) {
      const blobs = await make()
      const [failed, short] = [nextId(), nextId()]
      await assert.rejects(blobs.put(failed, failing(), meta))
      await assertGone(blobs, failed)
      await assert.rejects(blobs.put(short, chunks(red), { ...meta, size: red.length + 1 }))
      await assertGone(blobs, short)
    },
  },
  {
    name: 'blobs: a put that fails leaves the blob of before',
    async run(make) {
      const blobs = await make()
      const key = nextId()
      await put(blobs, key)
      await assert.rejects(blobs.put(key, failing(), meta))
      assertBytes(await content(blobs, key), red)
    },
  },
  {
    name: 'blobs: until a put is over nobody reads a part of it',
    async run(make) {
      const blobs = await make()
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
    name: 'blobs: of 10 parallel puts of one key one is there, whole',
    async run(make) {
      const blobs = await make()
      await repeat(3, async () => {
        const key = nextId()
        const all = Array.from({ length: 10 }, (_, index) => Buffer.alloc(50_000, index + 1))
        await race(10, (index) => {
          const bytes = all[index] ?? red
          const contentType = index % 2 ? videoType : 'video/webm'
          return blobs.put(key, chunks(bytes.subarray(0, 9), bytes.subarray(9)), { contentType, size: null })
        })
        const there = await content(blobs, key)
        assert.ok(
          all.some((bytes) => there?.equals(bytes)),
          'none of them is there whole',
        )
      })
    },
  },
]

async function* reusing(): AsyncGenerator<Uint8Array> {
  const memory = Buffer.alloc(3)
  for (const letter of ['a', 'b', 'c']) {
    memory.fill(letter)
    yield* chunks(memory)
  }
  memory.fill('x')
}

async function* failing(): AsyncGenerator<Uint8Array> {
  yield* chunks(blue.subarray(0, 20))
  throw new Error('cut off')
}
