import assert from 'node:assert/strict'
import type { Case } from '../case.ts'
import { placeOf, readyMedia } from '../media-state.ts'
import type { SocialStores } from '../peopled.ts'
import { race, repeat } from '../race.ts'
import { later, nextId, sampleMeasures, sampleMedia, samplePost } from '../records.ts'
import { untilDone } from '../until-done.ts'

/** What `releaseAll`, `sweep` and `forget` promise. */
export const releaseCases: readonly Case<SocialStores>[] = [
  {
    id: 'media/release-all',
    title: 'releaseAll releases all media of an owner, in any state, and nothing of others',
    async run(storage) {
      const ownerId = nextId()
      const reserved = sampleMedia({ ownerId })
      await storage.media.reserve(reserved)
      const [ready, avatar, inPost, foreign] = [
        await readyMedia(storage, { ownerId }),
        await readyMedia(storage, { ownerId }),
        await readyMedia(storage, { ownerId }),
        await readyMedia(storage),
      ]
      await storage.media.attach(avatar.id, ownerId, 'avatar')
      await storage.posts.create(samplePost({ authorId: ownerId }), [{ id: inPost.id, alt: '' }])
      for (const id of [ownerId, ownerId, nextId()])
        await untilDone(9, (limit) => storage.media.releaseAll(id, limit))
      for (const { id } of [reserved, ready, avatar, inPost]) {
        assert.deepEqual(await placeOf(storage, id), ['released', null])
      }
      assert.deepEqual(await placeOf(storage, foreign.id), ['ready', null])
      assert.equal(await storage.media.ready(reserved.id, sampleMeasures), false)
    },
  },
  {
    id: 'media/release-all-limit',
    title: 'releaseAll releases at most `limit` at a time, each once, and returns how many',
    async run(storage) {
      const ownerId = nextId()
      const all = await race(5, () => readyMedia(storage, { ownerId }))
      const released = async (): Promise<number> => {
        const places = await Promise.all(all.map(({ id }) => placeOf(storage, id)))
        return places.filter(([state]) => state === 'released').length
      }
      let before = 0
      const total = await untilDone(2, async (limit) => {
        const count = await storage.media.releaseAll(ownerId, limit)
        const now = await released()
        assert.equal(count, now - before)
        before = now
        return count
      })
      assert.equal(total, all.length)
    },
  },
  {
    id: 'media/sweep',
    title: 'sweep releases media that are unattached and were reserved before its time, and nothing else',
    async run(storage) {
      const old = { createdAt: later(-1) }
      const reserved = sampleMedia(old)
      await storage.media.reserve(reserved)
      const ready = await readyMedia(storage, old)
      const young = await readyMedia(storage)
      const avatar = await readyMedia(storage, old)
      await storage.media.attach(avatar.id, avatar.ownerId, 'avatar')
      assert.deepEqual(await storage.media.sweep(later(), 9), [reserved.id, ready.id].sort())
      for (const { id } of [reserved, ready]) assert.deepEqual(await placeOf(storage, id), ['released', null])
      for (const { id } of [young, avatar]) assert.equal((await placeOf(storage, id))[0], 'ready')
      assert.equal(await storage.media.ready(reserved.id, sampleMeasures), false)
    },
  },
  {
    id: 'media/sweep-oldest-first',
    title: 'sweep names the oldest ids first, at most `limit`, until they are forgotten',
    async run(storage) {
      const all = await race(5, () => readyMedia(storage, { createdAt: later(-1) }))
      const ids = all.map((item) => item.id).sort()
      assert.deepEqual(await storage.media.sweep(later(), 2), ids.slice(0, 2))
      assert.deepEqual(await storage.media.sweep(later(), 9), ids)
      for (const id of ids.slice(0, 2)) await storage.media.forget(id)
      assert.deepEqual(await storage.media.sweep(later(), 2), ids.slice(2, 4))
    },
  },
  {
    id: 'media/sweep-after',
    title: 'sweep names what sorts after `after`, so that one blob that stays does not block the others',
    async run({ media }) {
      const all = await race(5, () => readyMedia({ media }, { createdAt: later(-1) }))
      const ids = all.map((item) => item.id).sort()
      assert.deepEqual(await media.sweep(later(), 2, null), ids.slice(0, 2))
      // Two more are released by each call, and none is named twice.
      assert.deepEqual(await media.sweep(later(), 2, ids[1]), ids.slice(2, 4))
      assert.deepEqual(await media.sweep(later(), 2, ids[3]), ids.slice(4))
      assert.deepEqual(await media.sweep(later(), 2, ids[4]), [])
      assert.deepEqual(await media.sweep(later(), 9, ids[2]), ids.slice(3))
      assert.deepEqual(await media.sweep(later(), 9), ids)
    },
  },
  {
    id: 'media/sweep-limit',
    title: 'sweep releases at most `limit` at a time',
    async run(storage) {
      const all = await race(5, () => readyMedia(storage, { createdAt: later(-1) }))
      await storage.media.sweep(later(), 2)
      const places = await Promise.all(all.map(({ id }) => placeOf(storage, id)))
      assert.equal(places.filter(([state]) => state === 'released').length, 2)
    },
  },
  {
    id: 'media/sweep-released',
    title: 'sweep immediately names media that were released after they became ready, whatever released them',
    async run(storage) {
      const ownerId = nextId()
      const [avatar, inPost] = [
        await readyMedia(storage, { ownerId }),
        await readyMedia(storage, { ownerId }),
      ]
      const post = samplePost({ authorId: ownerId })
      await storage.posts.create(post, [{ id: inPost.id, alt: '' }])
      await storage.media.attach(avatar.id, ownerId, 'avatar')
      assert.deepEqual(await storage.media.sweep(later(-1000), 9), [])
      await storage.media.detach('avatar', ownerId)
      assert.deepEqual(await storage.media.sweep(later(-1000), 9), [avatar.id])
      await storage.posts.remove(post.id)
      assert.deepEqual(await storage.media.sweep(later(-1000), 9), [avatar.id, inPost.id].sort())
    },
  },
  {
    id: 'media/sweep-leaves-arriving',
    title: 'sweep leaves a released medium alone whose blob may still be on the way',
    async run({ media }) {
      const item = sampleMedia()
      await media.reserve(item)
      await media.releaseAll(item.ownerId, 9)
      assert.deepEqual(await media.sweep(item.createdAt, 9), [])
      assert.deepEqual(await media.sweep(later(1), 9), [item.id])
    },
  },
  {
    id: 'media/sweep-attach-race',
    title: 'media that sweep has named are never attached, even by concurrent posts and avatars',
    async run(storage) {
      await repeat(10, async (round) => {
        const uploads = await race(6, () => readyMedia(storage, { createdAt: later(-1) }))
        const named: string[] = []
        const used = await race(uploads.length * 2, async (step) => {
          const { id, ownerId } = uploads[step >> 1] ?? sampleMedia()
          if (step % 2 === round % 2) return void named.push(...(await storage.media.sweep(later(), 3)))
          if (step % 4 < 2)
            return (await storage.media.attach(id, ownerId, 'avatar')).outcome === 'attached' && id
          const post = samplePost({ authorId: ownerId })
          return (await storage.posts.create(post, [{ id, alt: '' }])).outcome === 'created' && id
        })
        for (const { id } of uploads) {
          const [state, attachment] = await placeOf(storage, id)
          assert.equal(used.includes(id), attachment !== null, 'a successful attachment holds')
          assert.ok(!(used.includes(id) && named.includes(id)), 'it was named and attached')
          if (named.includes(id)) assert.equal(state, 'released')
        }
      })
    },
  },
  {
    id: 'media/forget',
    title: 'forget removes the row of a released medium and of no other, and is idempotent',
    async run(storage) {
      const [released, ready] = [await readyMedia(storage), await readyMedia(storage)]
      const reserved = sampleMedia()
      await storage.media.reserve(reserved)
      await storage.media.releaseAll(released.ownerId, 9)
      for (const id of [released.id, released.id, ready.id, reserved.id, nextId()])
        await storage.media.forget(id)
      const found = await storage.media.byIds([released.id, ready.id, reserved.id])
      assert.deepEqual(found.map((item) => item.id).sort(), [ready.id, reserved.id].sort())
    },
  },
]
