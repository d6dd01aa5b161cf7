import assert from 'node:assert/strict'
import type { Case } from '../case.ts'
import { inPost, placeOf, readyMedia } from '../media-state.ts'
import type { SocialStores } from '../peopled.ts'
import { race, repeat } from '../race.ts'
import { difficultTexts, later, nextId, sampleMedia, samplePost } from '../records.ts'

/** What `create`, `byIds` and `edit` promise. */
export const creationCases: readonly Case<SocialStores>[] = [
  {
    id: 'posts/create',
    title: 'create saves every field unchanged, including text and milliseconds',
    async run({ posts }) {
      const all = difficultTexts.map((caption, index) =>
        samplePost({ caption, createdAt: later(index), editedAt: index % 2 ? later(index + 501) : null }),
      )
      for (const post of all) assert.deepEqual(await posts.create(post, []), { outcome: 'created' })
      for (const post of all) assert.deepEqual(await posts.byIds([post.id]), [post])
    },
  },
  {
    id: 'posts/by-ids',
    title: 'byIds returns the existing posts, each once; no ids, thousands, and invalid ids are fine',
    async run({ posts }) {
      const [first, second] = [samplePost(), samplePost()]
      for (const post of [first, second]) await posts.create(post, [])
      const found = await posts.byIds([second.id, nextId(), first.id, 'nothing', ''])
      assert.deepEqual(
        found.sort((a, b) => (a.id < b.id ? -1 : 1)),
        [first, second],
      )
      assert.deepEqual(await posts.byIds([]), [])
      assert.deepEqual(await posts.byIds([...Array.from({ length: 2000 }, nextId), first.id]), [first])
    },
  },
  {
    id: 'posts/create-attaches',
    title: 'create attaches the media in their order, with their texts',
    async run(storage) {
      const post = samplePost()
      const items = [
        await readyMedia(storage, { ownerId: post.authorId }),
        await readyMedia(storage, { ownerId: post.authorId }),
      ].reverse()
      const alts = ['a cat, "asleep"', '']
      const media = items.map(({ id }, index) => ({ id, alt: alts[index] ?? '' }))
      assert.deepEqual(await storage.posts.create(post, media), { outcome: 'created' })
      for (const [index, item] of items.entries()) {
        const attachment = inPost(post.id, index, alts[index])
        assert.deepEqual(await storage.media.byIds([item.id]), [{ ...item, attachment }])
      }
    },
  },
  {
    id: 'posts/create-unusable-media',
    title:
      'create names each upload that is missing, unready, foreign, released or in use, and then saves nothing',
    async run(storage) {
      const post = samplePost()
      const { authorId: ownerId } = post
      const fine = await readyMedia(storage, { ownerId })
      const foreign = await readyMedia(storage)
      const reserved = sampleMedia({ ownerId })
      await storage.media.reserve(reserved)
      const used = await readyMedia(storage, { ownerId })
      await storage.posts.create(samplePost({ authorId: ownerId }), [{ id: used.id, alt: '' }])
      const avatar = await readyMedia(storage, { ownerId })
      await storage.media.attach(avatar.id, ownerId, 'avatar')
      const released = await readyMedia(storage, { ownerId })
      await storage.media.attach(released.id, ownerId, 'cover')
      await storage.media.detach('cover', ownerId)
      const bad = [nextId(), 'nothing', foreign.id, reserved.id, used.id, avatar.id, released.id]
      const media = [fine.id, ...bad].map((id) => ({ id, alt: '' }))
      const answer = await storage.posts.create(post, media)
      assert.equal(answer.outcome, 'media-unavailable')
      assert.deepEqual(answer.outcome === 'media-unavailable' && [...answer.ids].sort(), bad.sort())
      assert.deepEqual(await storage.posts.byIds([post.id]), [])
      assert.deepEqual(await storage.posts.counts([ownerId]), [1])
      assert.deepEqual(await storage.media.byIds([fine.id]), [fine])
      const next = await storage.posts.create(post, [{ id: fine.id, alt: '' }])
      assert.deepEqual(next, { outcome: 'created' }, 'neither the id nor the upload is used up')
    },
  },
  {
    id: 'posts/parallel-creates-one-upload',
    title: 'of 20 parallel posts with one upload exactly one is created, and nothing of the others',
    async run(storage) {
      await repeat(3, async () => {
        const { id: wanted, ownerId: authorId } = await readyMedia(storage)
        const own = await race(20, () => readyMedia(storage, { ownerId: authorId }))
        const rivals = own.map(() => samplePost({ authorId }))
        const answers = await race(20, (index) => {
          const media = [
            { id: own[index]?.id ?? '', alt: '' },
            { id: wanted, alt: '' },
          ]
          return storage.posts.create(rivals[index] ?? samplePost(), index % 2 ? media : media.reverse())
        })
        const winner = answers.findIndex(({ outcome }) => outcome === 'created')
        assert.equal(answers.filter(({ outcome }) => outcome === 'created').length, 1)
        const created = await storage.posts.byIds(rivals.map((post) => post.id))
        assert.deepEqual(created, [rivals[winner]])
        assert.deepEqual(await storage.posts.counts([authorId]), [1])
        for (const [index, { id }] of own.entries()) {
          const [state, attachment] = await placeOf(storage, id)
          assert.deepEqual([state, attachment !== null], ['ready', index === winner])
        }
      })
    },
  },
  {
    id: 'posts/id-in-use',
    title: 'an id that is in use is refused, even by a removed post, with any uploads',
    async run(storage) {
      const post = samplePost()
      await storage.posts.create(post, [])
      const upload = await readyMedia(storage, { ownerId: post.authorId })
      async function demandRefusal(): Promise<void> {
        for (const uploads of [[upload.id], [upload.id, nextId()]]) {
          const media = uploads.map((id) => ({ id, alt: '' }))
          await assert.rejects(async () => storage.posts.create({ ...post, caption: 'another' }, media))
        }
      }
      await demandRefusal()
      assert.deepEqual(await storage.posts.byIds([post.id]), [post])
      await storage.posts.remove(post.id)
      await demandRefusal()
      assert.deepEqual(await storage.posts.byIds([post.id]), [])
      assert.deepEqual(await storage.posts.counts([post.authorId]), [0])
      assert.deepEqual(await storage.media.byIds([upload.id]), [upload])
    },
  },
  {
    id: 'posts/edit',
    title: 'edit changes the caption and its time, returns the post, and nothing else changes',
    async run({ posts }) {
      const [post, other] = [samplePost(), samplePost()]
      for (const each of [post, other]) await posts.create(each, [])
      for (const [index, caption] of difficultTexts.entries()) {
        const edited = { ...post, caption, editedAt: later(index + 1) }
        assert.deepEqual(await posts.edit(post.id, { caption, editedAt: later(index + 1) }), edited)
        assert.deepEqual(await posts.byIds([post.id]), [edited])
      }
      assert.deepEqual(await posts.byIds([other.id]), [other])
    },
  },
  {
    id: 'posts/edit-gone',
    title: 'a post that is unknown or removed cannot be edited',
    async run({ posts }) {
      const post = samplePost()
      await posts.create(post, [])
      await posts.remove(post.id)
      for (const id of [post.id, nextId(), 'nothing'])
        assert.equal(await posts.edit(id, { caption: 'x', editedAt: later() }), null)
      assert.deepEqual(await posts.byIds([post.id]), [])
    },
  },
  {
    id: 'posts/copies',
    title: 'the store copies posts on the way in and out',
    async run({ posts }) {
      const post = samplePost()
      const given = structuredClone(post)
      await posts.create(given, [])
      given.createdAt.setTime(0)
      const answers = [
        ...(await posts.byIds([post.id])),
        ...(await posts.byAuthor(post.authorId, { limit: 1, before: null })),
        await posts.edit(post.id, { caption: post.caption, editedAt: later(1) }),
      ]
      for (const answer of answers) answer?.createdAt.setTime(0)
      const kept = [{ ...post, editedAt: later(1) }]
      assert.deepEqual(await posts.byIds([post.id]), kept)
      for (const answer of await posts.byIds([post.id])) answer.createdAt.setTime(0)
      assert.deepEqual(await posts.byIds([post.id]), kept)
      for (let look = 0; look < 2; look++) {
        const page = await posts.byAuthor(post.authorId, { limit: 1, before: null })
        assert.deepEqual(page, kept)
        for (const answer of page) answer.createdAt.setTime(0)
      }
    },
  },
]
