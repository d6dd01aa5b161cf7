import assert from 'node:assert/strict'
import type { BlobStore } from '@kith/core/ports'
import type { Case } from '../case.ts'
import { race } from '../race.ts'
import { nextId } from '../records.ts'
import { sampleVideo } from './sample-videos.ts'
import { blue, chunks, content, noKeys, put, red, renditions } from './samples.ts'
import { settled } from './seeing.ts'

/** Clocks of hosts differ, and some count in seconds. */
const slackMillis = 120_000

/** What `list` and `present` promise. */
export const listingCases: readonly Case<BlobStore>[] = [
  {
    id: 'blobs/list-each-once',
    title: 'list names each key once, images and videos, however small its pages are',
    async run(blobs) {
      assert.deepEqual(await listAll(blobs, 10), [])
      const keys = Array.from({ length: 7 }, nextId)
      await race(keys.length, (index) => putSample(blobs, keys[index] ?? '', index))
      await settled(blobs, async () => {
        for (const limit of [1, 2, 3, 6, 7, 100])
          assert.deepEqual(await listAll(blobs, limit), keys, String(limit))
      })
    },
  },
  {
    id: 'blobs/list-page-limit',
    title: 'no page has more keys than it may, and each says when its blob was stored',
    async run(blobs) {
      const keys = Array.from({ length: 3 }, nextId)
      for (const key of keys) await put(blobs, key)
      let after: string | null = null
      do {
        const page = await blobs.list(after, 2)
        assert.ok(page.blobs.length <= 2)
        for (const { storedAt } of page.blobs)
          assert.ok(Math.abs(storedAt.getTime() - Date.now()) < slackMillis, storedAt.toISOString())
        after = page.next
      } while (after !== null)
    },
  },
  {
    id: 'blobs/list-one-key-per-blob',
    title: 'a blob with its renditions is one key; removed and failed ones are not listed',
    async run(blobs) {
      const [kept, removed, failed, replaced] = [nextId(), nextId(), nextId(), nextId()]
      for (const key of [kept, removed, replaced]) await put(blobs, key)
      for (const rendition of renditions) await content(blobs, kept, rendition)
      await put(blobs, replaced, { bytes: blue })
      await blobs.remove(removed)
      await assert.rejects(
        blobs.put(failed, chunks(red), { contentType: 'image/webp', size: red.length + 1 }),
      )
      await settled(blobs, async () => {
        assert.deepEqual(await listAll(blobs, 10), [kept, replaced].sort())
        assert.deepEqual(
          (await blobs.present([kept, removed, failed, replaced])).sort(),
          [kept, replaced].sort(),
        )
      })
    },
  },
  {
    id: 'blobs/list-after-removed-page',
    title: 'list continues after a page whose blobs were removed, and skips no others',
    async run(blobs) {
      const keys = Array.from({ length: 7 }, nextId)
      for (const [index, key] of keys.entries()) await putSample(blobs, key, index)
      const seen: string[] = []
      let after: string | null = null
      do {
        const page = await blobs.list(after, 2)
        for (const { key } of page.blobs) {
          seen.push(key)
          await blobs.remove(key)
        }
        after = page.next
      } while (after !== null)
      assert.deepEqual(seen.sort(), keys)
      await settled(blobs, async () => assert.deepEqual(await listAll(blobs, 2), []))
    },
  },
  {
    id: 'blobs/present',
    title: 'present returns which of any number of keys exist, and is case-sensitive',
    async run(blobs) {
      const keys = Array.from({ length: 5 }, nextId)
      for (const [index, key] of keys.entries()) await putSample(blobs, key, index)
      const others = Array.from({ length: 120 }, nextId)
      const first = keys[0] ?? ''
      await put(blobs, `${first}-a`)
      assert.deepEqual(await blobs.present([]), [])
      const found = await blobs.present([...others, ...keys, `${first}-a`, `${first}-A`])
      assert.deepEqual(found.sort(), [...keys, `${first}-a`].sort())
    },
  },
  {
    id: 'blobs/present-invalid-key',
    title: 'present refuses an invalid key',
    async run(blobs) {
      for (const key of noKeys)
        await assert.rejects(async () => await blobs.present([key]), TypeError, JSON.stringify(key))
    },
  },
]

/** Every third one is a video. */
function putSample(blobs: BlobStore, key: string, index: number): Promise<void> {
  return index % 3 === 2
    ? put(blobs, key, { bytes: sampleVideo(key), contentType: 'video/mp4' })
    : put(blobs, key)
}

/** All keys, in our own order. */
async function listAll(blobs: BlobStore, limit: number): Promise<string[]> {
  const keys: string[] = []
  let after: string | null = null
  do {
    const page = await blobs.list(after, limit)
    keys.push(...page.blobs.map(({ key }) => key))
    after = page.next
  } while (after !== null)
  return keys.sort()
}
