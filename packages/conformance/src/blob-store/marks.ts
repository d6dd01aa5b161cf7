import assert from 'node:assert/strict'
import type { MarkedBlobStore } from '@kith/core/ports'
import type { Case } from '../case.ts'
import { race } from '../race.ts'
import { nextId } from '../records.ts'
import { assertBytes, content, put, red } from './samples.ts'

/** What `readMark` and `writeMark` promise. */
export const markCases: readonly Case<MarkedBlobStore>[] = [
  {
    id: 'marked-blobs/no-mark-at-first',
    title: 'there is no mark before one is written, and reading it or the blobs creates none',
    async run(blobs) {
      assert.equal(await blobs.readMark(), null)
      await blobs.list(null, 10)
      await blobs.present([nextId()])
      await put(blobs, nextId())
      await blobs.remove(nextId())
      assert.equal(await blobs.readMark(), null)
    },
  },
  {
    id: 'marked-blobs/mark-stays',
    title: 'a mark stays, and the one that was written last counts',
    async run(blobs) {
      const marks = [nextId(), `A-${'z'.repeat(98)}`]
      for (const mark of marks) {
        await blobs.writeMark(mark)
        for (const _time of [1, 2]) assert.equal(await blobs.readMark(), mark)
      }
    },
  },
  {
    id: 'marked-blobs/parallel-marks',
    title: 'of 10 parallel writes of one mark all succeed',
    async run(blobs) {
      const mark = nextId()
      await race(10, () => blobs.writeMark(mark))
      assert.equal(await blobs.readMark(), mark)
    },
  },
  {
    id: 'marked-blobs/mark-is-no-blob',
    title: 'a mark is not a blob, and blobs are put and removed independently of it',
    async run(blobs) {
      const [mark, key, removed] = [nextId(), nextId(), nextId()]
      await blobs.writeMark(mark)
      for (const each of [key, removed]) await put(blobs, each)
      await blobs.remove(removed)
      assert.deepEqual(
        (await blobs.list(null, 10)).blobs.map((blob) => blob.key),
        [key],
      )
      assert.deepEqual(await blobs.present([mark]), [])
      assertBytes(await content(blobs, key), red)
      await blobs.remove(key)
      assert.equal(await blobs.readMark(), mark)
    },
  },
]
