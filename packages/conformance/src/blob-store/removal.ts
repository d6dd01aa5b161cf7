import assert from 'node:assert/strict'
import type { BlobStore } from '@kith/core/ports'
import type { Case } from '../case.ts'
import { race, repeat } from '../race.ts'
import { nextId } from '../records.ts'
import { assertBytes, assertGone, assertNone, blue, content, put, red, renditions } from './samples.ts'
import { settled } from './seeing.ts'

/** What `remove` promises. */
export const removalCases: readonly Case<BlobStore>[] = [
  {
    id: 'blobs/removed',
    title: 'a removed blob no longer exists',
    async run(blobs) {
      const key = nextId()
      await put(blobs, key)
      await blobs.remove(key)
      await assertNone(blobs, key)
    },
  },
  {
    id: 'blobs/remove-renditions',
    title: 'remove also removes the renditions, and no other blobs',
    async run(blobs) {
      const [key, kept] = [nextId(), nextId()]
      for (const each of [key, kept]) await put(blobs, each)
      for (const rendition of renditions) await content(blobs, key, rendition)
      await blobs.remove(key)
      await assertGone(blobs, key)
      assertBytes(await content(blobs, kept), red)
    },
  },
  {
    id: 'blobs/remove-while-rendering',
    title: 'a rendition that is being made when its blob is removed does not stay',
    async run(blobs) {
      await repeat(5, async () => {
        const key = nextId()
        await put(blobs, key)
        await Promise.all([
          race(20, (index) => attempt(blobs, key, renditions[index % 3])),
          blobs.remove(key),
        ])
        await assertGone(blobs, key)
      })
    },
  },
  {
    id: 'blobs/put-remove-race',
    title: 'concurrent puts and removals of one key all succeed, and another removal leaves nothing',
    async run(blobs) {
      await repeat(10, async (round) => {
        const key = nextId()
        const puts = race(2, () => put(blobs, key))
        const removals = race(2, async () => {
          for (let turn = 0; turn < round; turn++) await new Promise(setImmediate)
          await blobs.remove(key)
        })
        await Promise.all([puts, removals])
        await blobs.remove(key)
        await assertNone(blobs, key)
      })
    },
  },
  {
    id: 'blobs/put-after-remove',
    title: 'a key can be put again after it was removed, with new renditions',
    async run(blobs) {
      const key = nextId()
      await put(blobs, key)
      const before = await content(blobs, key, 'thumb')
      await blobs.remove(key)
      await put(blobs, key, { bytes: blue })
      await settled(blobs, async () => {
        assertBytes(await content(blobs, key), blue)
        assert.notDeepEqual(await content(blobs, key, 'thumb'), before)
      })
    },
  },
]

/** A reader whose blob is removed meanwhile may get an error from its stream. */
async function attempt(
  blobs: BlobStore,
  key: string,
  rendition: (typeof renditions)[number] = 'thumb',
): Promise<void> {
  await content(blobs, key, rendition).catch(() => null)
}
