import assert from 'node:assert/strict'
import type { MediaRecord } from '@kith/core/ports'
import type { Case } from '../case.ts'
import { inPost, placeOf, readyMedia } from '../media-state.ts'
import type { SocialStores } from '../peopled.ts'
import { race, repeat } from '../race.ts'
import { difficultTexts, later, nextId, sampleMeasures, sampleMedia, samplePost } from '../records.ts'

/** What `reserve`, `ready`, the lookups, `attach` and `detach` promise. */
export const attachingCases: readonly Case<SocialStores>[] = [
  {
    id: 'media/reserve-and-ready',
    title: 'a medium is reserved and made ready with every field unchanged',
    async run({ media }) {
      const image = sampleMedia({ createdAt: later(123) })
      const video = sampleMedia({ kind: 'video', contentType: 'video/quicktime' })
      const bare = {
        durationSeconds: 12.345,
        thumbhash: null,
        lightness: null,
        saturation: null,
        takenAt: null,
      }
      const measures = { ...sampleMeasures, ...bare, palette: [] }
      for (const item of [image, video]) {
        await media.reserve(item)
        assert.deepEqual(await media.byIds([item.id]), [item])
      }
      assert.equal(await media.ready(image.id, sampleMeasures), true)
      assert.equal(await media.ready(video.id, measures), true)
      const ready = { ...image, state: 'ready', measures: { ...sampleMeasures } }
      assert.deepEqual(await media.byIds([image.id]), [ready])
      assert.deepEqual(await media.byIds([video.id]), [{ ...video, state: 'ready', measures }])
    },
  },
  {
    id: 'media/id-in-use',
    title: 'an id that is in use is refused',
    async run({ media }) {
      const item = sampleMedia()
      await media.reserve(item)
      await assert.rejects(async () => media.reserve(sampleMedia({ id: item.id })))
      assert.deepEqual(await media.byIds([item.id]), [item])
    },
  },
  {
    id: 'media/ready-again',
    title: 'ready returns false for a medium that is ready, released or unknown, and changes nothing',
    async run(storage) {
      const { media } = storage
      const other = { ...sampleMeasures, width: 1 }
      const ready = await readyMedia(storage)
      const released = sampleMedia()
      await media.reserve(released)
      await media.releaseAll(released.ownerId, 9)
      for (const id of [ready.id, released.id, nextId(), 'nothing']) {
        assert.equal(await media.ready(id, other), false)
      }
      assert.deepEqual(await media.byIds([ready.id]), [ready])
      assert.deepEqual(await media.byIds([released.id]), [{ ...released, state: 'released' }])
    },
  },
  {
    id: 'media/by-ids',
    title: 'byIds returns the existing media, each once; no ids, thousands, and invalid ids are fine',
    async run({ media }) {
      const [first, second] = [sampleMedia(), sampleMedia()]
      for (const item of [first, second]) await media.reserve(item)
      const found = await media.byIds([second.id, nextId(), first.id, 'nothing', ''])
      assert.deepEqual(found.sort(byId), [first, second])
      assert.deepEqual(await media.byIds([]), [])
      assert.deepEqual(await media.byIds([...Array.from({ length: 2000 }, nextId), first.id]), [first])
    },
  },
  {
    id: 'media/by-subjects',
    title: 'bySubjects returns what is attached to these subjects in this use, with their strings unchanged',
    async run(storage) {
      const [ownerId, other] = [nextId(), nextId()]
      const [avatar, cover, foreign, inside] = [
        await readyMedia(storage, { ownerId }),
        await readyMedia(storage, { ownerId }),
        await readyMedia(storage, { ownerId: other }),
        await readyMedia(storage, { ownerId }),
      ]
      await storage.media.attach(avatar.id, ownerId, 'avatar')
      await storage.media.attach(cover.id, ownerId, 'cover')
      await storage.media.attach(foreign.id, other, 'avatar')
      const alt = difficultTexts.join('')
      const post = samplePost({ authorId: ownerId })
      await storage.posts.create(post, [{ id: inside.id, alt }])
      const ids = async (use: 'post' | 'avatar', subjects: string[]): Promise<string[]> =>
        (await storage.media.bySubjects(use, subjects)).sort(byId).map((item) => item.id)
      assert.deepEqual(await ids('avatar', [ownerId, nextId()]), [avatar.id])
      assert.deepEqual(await ids('avatar', [other, ownerId]), [avatar.id, foreign.id])
      assert.deepEqual(await ids('post', [ownerId]), [])
      assert.deepEqual(await ids('avatar', []), [])
      const attached = { ...inside, attachment: inPost(post.id, 0, alt) }
      assert.deepEqual(await storage.media.bySubjects('post', [post.id]), [attached])
    },
  },
  {
    id: 'media/attach-avatar',
    title: 'attach makes an upload the avatar, and releases and names the previous one; the cover stays',
    async run(storage) {
      const ownerId = nextId()
      const [first, second, cover] = [
        await readyMedia(storage, { ownerId }),
        await readyMedia(storage, { ownerId }),
        await readyMedia(storage, { ownerId }),
      ]
      assert.deepEqual(await storage.media.attach(cover.id, ownerId, 'cover'), {
        outcome: 'attached',
        released: [],
      })
      for (const [item, released] of [
        [first, []],
        [second, [first.id]],
      ] as const) {
        const answer = await storage.media.attach(item.id, ownerId, 'avatar')
        assert.deepEqual(answer, { outcome: 'attached', released })
      }
      assert.deepEqual(await placeOf(storage, first.id), ['released', null])
      const place = { subject: ownerId, position: 0, alt: '' }
      assert.deepEqual(await placeOf(storage, second.id), ['ready', { use: 'avatar', ...place }])
      assert.deepEqual(await placeOf(storage, cover.id), ['ready', { use: 'cover', ...place }])
    },
  },
  {
    id: 'media/attach-refused',
    title:
      'attach refuses a medium that is missing, unready, foreign, released, in use or not an image, and changes nothing',
    async run(storage) {
      const ownerId = nextId()
      const avatar = await readyMedia(storage, { ownerId })
      await storage.media.attach(avatar.id, ownerId, 'avatar')
      const reserved = sampleMedia({ ownerId })
      await storage.media.reserve(reserved)
      const used = await readyMedia(storage, { ownerId })
      await storage.posts.create(samplePost({ authorId: ownerId }), [{ id: used.id, alt: '' }])
      const foreign = await readyMedia(storage)
      const released = await readyMedia(storage, { ownerId })
      await storage.media.attach(released.id, ownerId, 'cover')
      await storage.media.detach('cover', ownerId)
      const video = await readyMedia(storage, { ownerId, kind: 'video', contentType: 'video/mp4' })
      const all = [reserved.id, used.id, foreign.id, released.id, avatar.id, video.id]
      const before = await storage.media.byIds(all)
      for (const id of [...all, nextId(), 'nothing']) {
        assert.deepEqual(await storage.media.attach(id, ownerId, 'avatar'), { outcome: 'unavailable' })
      }
      assert.deepEqual((await storage.media.byIds(all)).sort(byId), before.sort(byId))
    },
  },
  {
    id: 'media/one-use',
    title: 'one upload is used once, although 20 posts, avatars and covers request it concurrently',
    async run(storage) {
      await repeat(3, async () => {
        const { id, ownerId: authorId } = await readyMedia(storage)
        const used = await race(20, async (index) => {
          if (index % 2 === 0) return storage.media.attach(id, authorId, index % 4 ? 'avatar' : 'cover')
          return storage.posts.create(samplePost({ authorId }), [{ id, alt: '' }])
        })
        const outcomes = used.map(({ outcome }) => outcome)
        assert.equal(outcomes.filter((each) => each === 'attached' || each === 'created').length, 1)
        const [state, attachment] = await placeOf(storage, id)
        assert.deepEqual([state, attachment !== null], ['ready', true])
      })
    },
  },
  {
    id: 'media/parallel-avatars',
    title: 'of 20 avatars set concurrently one stays and the others are released',
    async run(storage) {
      await repeat(3, async () => {
        const ownerId = nextId()
        const uploads = await race(20, () => readyMedia(storage, { ownerId }))
        const answers = await race(20, (index) =>
          storage.media.attach(uploads[index]?.id ?? '', ownerId, 'avatar'),
        )
        assert.deepEqual([...new Set(answers.map(({ outcome }) => outcome))], ['attached'])
        const released = answers.flatMap((answer) => (answer.outcome === 'attached' ? answer.released : []))
        assert.equal(new Set(released).size, uploads.length - 1, 'each is named by the call that released it')
        assert.equal(released.length, uploads.length - 1)
        const [avatar, ...more] = await storage.media.bySubjects('avatar', [ownerId])
        assert.equal(more.length, 0, 'an account has one avatar')
        for (const { id } of uploads) {
          const [state] = await placeOf(storage, id)
          assert.equal(state, id === avatar?.id ? 'ready' : 'released')
        }
      })
    },
  },
  {
    id: 'media/detach',
    title: 'detach releases the avatar or the cover and names it, and is idempotent',
    async run(storage) {
      const ownerId = nextId()
      const [avatar, cover] = [await readyMedia(storage, { ownerId }), await readyMedia(storage, { ownerId })]
      await storage.media.attach(avatar.id, ownerId, 'avatar')
      await storage.media.attach(cover.id, ownerId, 'cover')
      assert.deepEqual(await storage.media.detach('avatar', ownerId), [avatar.id])
      for (const id of [ownerId, nextId()]) assert.deepEqual(await storage.media.detach('avatar', id), [])
      assert.deepEqual(await placeOf(storage, avatar.id), ['released', null])
      assert.equal((await placeOf(storage, cover.id))[0], 'ready')
    },
  },
  {
    id: 'media/copies',
    title: 'the store copies media on the way in and out',
    async run({ media }) {
      const item = sampleMedia()
      const given = structuredClone(item)
      const measures = structuredClone(sampleMeasures)
      await media.reserve(given)
      given.createdAt.setTime(0)
      await media.ready(item.id, measures)
      measures.palette.push('#000000')
      await media.attach(item.id, item.ownerId, 'avatar')
      const answers = [
        ...(await media.byIds([item.id])),
        ...(await media.bySubjects('avatar', [item.ownerId])),
      ]
      for (const answer of answers) {
        answer.createdAt.setTime(0)
        answer.measures?.palette.push('#ffffff')
        if (answer.attachment) answer.attachment.alt = 'changed'
      }
      const [now] = await media.byIds([item.id])
      assert.deepEqual([now?.createdAt, now?.measures], [item.createdAt, sampleMeasures])
      assert.equal(now?.attachment?.alt, '')
      for (let look = 0; look < 2; look++) {
        const again = [
          ...(await media.bySubjects('avatar', [item.ownerId])),
          ...(await media.byOwner(item.ownerId, { limit: 1, before: null })),
          ...(await media.list(null, 1)),
        ]
        assert.deepEqual(again, [now, now, now])
        for (const answer of again) answer.createdAt.setTime(0)
      }
    },
  },
]

function byId(a: MediaRecord, b: MediaRecord): number {
  return a.id < b.id ? -1 : 1
}
