import assert from 'node:assert/strict'
import type { BlobStore } from '@kith/core/ports'
import type { Case } from '../case.ts'
import { race } from '../race.ts'
import { nextId } from '../records.ts'
import { assertBytes, assertGone, content, put, red, renditions } from './samples.ts'
import { see } from './seeing.ts'

/** What the URLs of a blob and its renditions return. */
export const renditionCases: readonly Case<BlobStore>[] = [
  {
    id: 'blobs/unknown-key',
    title: 'an unknown key does not exist',
    async run(blobs) {
      await put(blobs, nextId())
      await assertGone(blobs, nextId())
    },
  },
  {
    id: 'blobs/rendition-sizes',
    title: 'each rendition of an image is a WebP of the reported size',
    async run(blobs) {
      const key = nextId()
      await put(blobs, key)
      for (const rendition of renditions) {
        const blob = await see(blobs, key, rendition)
        assert.equal(blob?.contentType, 'image/webp')
        assert.equal(blob?.size, blob?.bytes.length)
      }
      assertBytes(await content(blobs, key), red)
    },
  },
  {
    id: 'blobs/parallel-rendition-readers',
    title: 'of 20 parallel readers of a rendition all get the same',
    async run(blobs) {
      const key = nextId()
      await put(blobs, key)
      const [first, ...others] = await race(20, () => content(blobs, key, 'feed'))
      assert.ok(first && first.length > 0)
      for (const other of others) assertBytes(other, first)
    },
  },
]
