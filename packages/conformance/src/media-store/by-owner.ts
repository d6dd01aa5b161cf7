import assert from 'node:assert/strict'
import type { MediaRecord } from '@kith/core/ports'
import type { Case } from '../case.ts'
import { readyMedia } from '../media-state.ts'
import type { SocialStores } from '../peopled.ts'
import { later, nextId, sampleMedia, samplePost } from '../records.ts'

/** What `byOwner` promises. */
export const byOwnerCases: readonly Case<SocialStores>[] = [
  {
    id: 'media/by-owner',
    title: 'byOwner pages through the media of one owner, newest first by id',
    async run(storage) {
      const ownerId = nextId()
      const ids = Array.from({ length: 5 }, nextId)
      const made = new Map<string, MediaRecord>()
      for (const index of [3, 0, 4, 1, 2]) {
        const id = ids[index] ?? ''
        made.set(id, await readyMedia(storage, { id, ownerId }))
        await readyMedia(storage)
      }
      const all = ids.reverse().map((id) => made.get(id))
      const page = (limit: number, before: string | null): Promise<MediaRecord[]> =>
        storage.media.byOwner(ownerId, { limit, before })
      assert.deepEqual(await page(9, null), all)
      assert.deepEqual(await page(2, null), all.slice(0, 2))
      assert.deepEqual(await page(2, ids[1] ?? ''), all.slice(2, 4))
      assert.deepEqual(await page(2, ids[3] ?? ''), all.slice(4))
      assert.deepEqual(await page(2, ids[4] ?? ''), [])
      assert.deepEqual(await storage.media.byOwner(nextId(), { limit: 9, before: null }), [])
    },
  },
  {
    id: 'media/by-owner-states',
    title: 'byOwner returns media in any state, except released ones',
    async run(storage) {
      const { media, posts } = storage
      const ownerId = nextId()
      const list = (): Promise<MediaRecord[]> => media.byOwner(ownerId, { limit: 9, before: null })
      const reserved = sampleMedia({ ownerId, createdAt: later(-1) })
      await media.reserve(reserved)
      const [ready, avatar, used] = [
        await readyMedia(storage, { ownerId, createdAt: later(-1) }),
        await readyMedia(storage, { ownerId }),
        await readyMedia(storage, { ownerId }),
      ]
      const post = samplePost({ authorId: ownerId })
      await media.attach(avatar.id, ownerId, 'avatar')
      await posts.create(post, [{ id: used.id, alt: 'x' }])
      const ids = [used, avatar, ready, reserved].map((item) => item.id)
      assert.deepEqual(
        (await list()).map((item) => [item.id, item.state, item.attachment?.use]),
        [
          [used.id, 'ready', 'post'],
          [avatar.id, 'ready', 'avatar'],
          [ready.id, 'ready', undefined],
          [reserved.id, 'reserved', undefined],
        ],
      )
      assert.deepEqual(
        await list(),
        (await media.byIds(ids)).sort((one, other) => (one.id < other.id ? 1 : -1)),
      )
      await media.detach('avatar', ownerId)
      await posts.remove(post.id)
      assert.deepEqual(await list(), [ready, reserved])
      await media.sweep(later(), 9)
      assert.deepEqual(await list(), [])
    },
  },
]
