import assert from 'node:assert/strict'
import type { Case } from '../case.ts'
import { readyMedia } from '../media-state.ts'
import type { SocialStores } from '../peopled.ts'
import { nextId, sampleMedia } from '../records.ts'

/** What `list` promises. */
export const listingCases: readonly Case<SocialStores>[] = [
  {
    id: 'media/list',
    title: 'list pages through all media by id, of every owner and in every state',
    async run(storage) {
      const { media } = storage
      assert.deepEqual(await media.list(null, 9), [])
      const ids = Array.from({ length: 5 }, nextId)
      const [reserved = '', released = '', ...ready] = ids
      for (const id of ready.toReversed()) await readyMedia(storage, { id })
      await media.reserve(sampleMedia({ id: reserved }))
      const { ownerId } = await readyMedia(storage, { id: released })
      await media.releaseAll(ownerId, 9)
      const all = await media.list(null, 9)
      assert.deepEqual(
        all.map(({ id, state }) => [id, state]),
        ids.map((id, index) => [id, ['reserved', 'released'][index] ?? 'ready']),
      )
      assert.deepEqual(
        (await media.byIds(ids)).sort((a, b) => (a.id < b.id ? -1 : 1)),
        all,
      )
      assert.deepEqual(await media.list(null, 2), all.slice(0, 2))
      assert.deepEqual(await media.list(released, 2), all.slice(2, 4))
      assert.deepEqual(await media.list(ids[3] ?? '', 2), all.slice(4))
      assert.deepEqual(await media.list(ids[4] ?? '', 2), [])
    },
  },
]
