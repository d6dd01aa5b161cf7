import type { MarkedBlobStore } from '@kith/core/ports'
import { createMemoryBlobs } from '@kith/core/memory'
import { testFlaws } from '../../../test/flaws.ts'
import { markedBlobStoreCases } from '../src/index.ts'

const none = 'marked-blobs/no-mark-at-first'
const stays = 'marked-blobs/mark-stays'
const parallel = 'marked-blobs/parallel-marks'
const noBlob = 'marked-blobs/mark-is-no-blob'

function createMarkedBlobs(): MarkedBlobStore {
  let mark: string | null = null
  return {
    ...createMemoryBlobs(),
    readMark: async () => mark,
    writeMark: async (written) => void (mark = written),
  }
}

testFlaws<MarkedBlobStore>(markedBlobStoreCases, createMarkedBlobs, [
  {
    flaw: 'makes a mark where it finds none',
    breaking: ({ readMark, writeMark }) => ({
      async readMark() {
        if ((await readMark()) === null) await writeMark('made')
        return await readMark()
      },
    }),
    fails: [none],
  },
  {
    flaw: 'makes a mark at a put',
    breaking: ({ put, writeMark }) => ({
      async put(key, bytes, meta) {
        await put(key, bytes, meta)
        await writeMark('made')
      },
    }),
    fails: [none, noBlob],
  },
  {
    flaw: 'keeps the first mark',
    breaking: ({ readMark, writeMark }) => ({
      async writeMark(mark) {
        if ((await readMark()) === null) await writeMark(mark)
      },
    }),
    fails: [stays],
  },
  {
    flaw: 'cuts a mark',
    breaking: ({ writeMark }) => ({ writeMark: (mark) => writeMark(mark.slice(0, 36)) }),
    fails: [stays],
  },
  {
    flaw: 'cannot write while it writes',
    breaking({ writeMark }) {
      let isWriting = false
      return {
        async writeMark(mark) {
          if (isWriting) throw new Error('the file exists')
          isWriting = true
          await new Promise(setImmediate)
          await writeMark(mark)
          isWriting = false
        },
      }
    },
    fails: [parallel],
  },
  {
    flaw: 'keeps its mark as a blob',
    breaking: ({ put, writeMark }) => ({
      async writeMark(mark) {
        await put(
          mark,
          (async function* () {
            yield Buffer.from(mark)
          })(),
          { contentType: 'image/webp', size: null },
        )
        await writeMark(mark)
      },
    }),
    fails: [noBlob],
  },
  {
    flaw: 'loses its mark with the last blob',
    breaking({ remove, list, readMark }) {
      let isLost = false
      return {
        async remove(key) {
          await remove(key)
          isLost = (await list(null, 1)).blobs.length === 0
        },
        readMark: async () => (isLost ? null : await readMark()),
      }
    },
    fails: [noBlob],
  },
])
