import assert from 'node:assert/strict'
import type { PostRecord, PostStore } from '@kith/core/ports'
import type { Case } from '../case.ts'
import { inPost, placeOf, readyMedia } from '../media-state.ts'
import { purgingCases } from '../purging.ts'
import type { SocialStores } from '../peopled.ts'
import { race, repeat } from '../race.ts'
import { later, nextId, samplePost } from '../records.ts'
import { untilDone } from '../until-done.ts'

/** What the lists, the counts and the removal of posts promise. */
export const removalCases: readonly Case<SocialStores>[] = [
  {
    id: 'posts/by-author',
    title: 'byAuthor pages through the live posts of one author, newest first by id',
    async run({ posts }) {
      const authorId = nextId()
      const all = await createMany(posts, authorId, [3, 0, 4, 1, 2])
      await createMany(posts, nextId(), [0, 1])
      const page = (limit: number, before: string | null): Promise<PostRecord[]> =>
        posts.byAuthor(authorId, { limit, before })
      assert.deepEqual(await page(9, null), all)
      assert.deepEqual(await page(2, null), all.slice(0, 2))
      assert.deepEqual(await page(2, all[1]?.id ?? ''), all.slice(2, 4))
      await posts.remove(all[3]?.id ?? '')
      assert.deepEqual(await page(2, all[3]?.id ?? ''), all.slice(4))
      assert.deepEqual(await page(9, null), all.toSpliced(3, 1))
      assert.deepEqual(await posts.byAuthor(nextId(), { limit: 9, before: null }), [])
    },
  },
  {
    id: 'posts/counts-in-order',
    title: 'counts returns in the requested order, for unknown authors and for thousands too',
    async run({ posts }) {
      const [one, two] = [nextId(), nextId()]
      await createMany(posts, one, [0])
      const [first] = await createMany(posts, two, [0, 1, 2])
      await posts.remove(first?.id ?? '')
      assert.deepEqual(await posts.counts([two, nextId(), one, two]), [2, 0, 1, 2])
      assert.deepEqual(await posts.counts([]), [])
      assert.equal((await posts.counts([...Array.from({ length: 2000 }, nextId), two])).at(-1), 2)
    },
  },
  {
    id: 'posts/counts-after-race',
    title: 'counts are exact after 50 parallel posts of one author',
    async run({ posts }) {
      const authorId = nextId()
      await race(50, () => posts.create(samplePost({ authorId }), []))
      assert.deepEqual(await posts.counts([authorId]), [50])
      assert.equal((await posts.byAuthor(authorId, { limit: 100, before: null })).length, 50)
    },
  },
  {
    id: 'posts/removed',
    title: 'a removed post is absent from every result but toPurge, and its media are released',
    async run(storage) {
      const { posts } = storage
      const [post, other] = [samplePost(), samplePost()]
      const [item, kept] = [
        await readyMedia(storage, { ownerId: post.authorId }),
        await readyMedia(storage, { ownerId: other.authorId }),
      ]
      await posts.create(post, [{ id: item.id, alt: 'x' }])
      await posts.create(other, [{ id: kept.id, alt: 'x' }])
      assert.equal(await posts.remove(post.id), true)
      assert.deepEqual(await posts.byIds([post.id, other.id]), [other])
      assert.deepEqual(await posts.byAuthor(post.authorId, { limit: 5, before: null }), [])
      assert.deepEqual(await posts.counts([post.authorId, other.authorId]), [0, 1])
      assert.deepEqual(await posts.toPurge(5), [post.id])
      assert.deepEqual(await placeOf(storage, item.id), ['released', null])
      assert.deepEqual(await placeOf(storage, kept.id), ['ready', inPost(other.id, 0, 'x')])
      assert.deepEqual(await storage.media.bySubjects('post', [post.id]), [])
    },
  },
  {
    id: 'posts/remove-once',
    title: 'remove returns true once, and false for a post that is unknown or purged',
    async run({ posts }) {
      const [post, other] = [samplePost(), samplePost()]
      for (const each of [post, other]) await posts.create(each, [])
      assert.deepEqual([await posts.remove(post.id), await posts.remove(post.id)], [true, false])
      await posts.purge(post.id)
      for (const id of [post.id, nextId(), 'nothing']) assert.equal(await posts.remove(id), false)
      assert.deepEqual(await posts.counts([other.authorId]), [1])
    },
  },
  {
    id: 'posts/parallel-removes',
    title: 'of 20 parallel removals of one post exactly one returns true, and the count falls by one',
    async run({ posts }) {
      await repeat(3, async () => {
        const authorId = nextId()
        const [post] = await createMany(posts, authorId, [0, 1])
        const answers = await race(20, () => posts.remove(post?.id ?? ''))
        assert.equal(answers.filter(Boolean).length, 1)
        assert.deepEqual(await posts.counts([authorId]), [1])
      })
    },
  },
  {
    id: 'posts/edit-remove-race',
    title: 'a concurrent edit does not restore a removed post',
    async run({ posts }) {
      await repeat(10, async (round) => {
        const post = samplePost()
        await posts.create(post, [])
        const calls: (() => Promise<unknown>)[] = [
          () => posts.edit(post.id, { caption: 'edited', editedAt: later(1) }),
          () => posts.remove(post.id),
        ]
        if (round % 2) calls.reverse()
        await Promise.all(calls.map((call) => call()))
        assert.deepEqual(await posts.byIds([post.id]), [])
        assert.deepEqual(await posts.counts([post.authorId]), [0])
      })
    },
  },
  {
    id: 'posts/remove-all',
    title: 'removeAll removes the posts of one author in steps, each as remove does',
    async run(storage) {
      const { posts } = storage
      const authorId = nextId()
      const item = await readyMedia(storage, { ownerId: authorId })
      await posts.create(samplePost({ authorId }), [{ id: item.id, alt: '' }])
      await createMany(posts, authorId, [0, 1, 2, 3])
      const [other] = await createMany(posts, nextId(), [0])
      const removed = await untilDone(2, async (limit) => {
        const before = await posts.byAuthor(authorId, { limit: 9, before: null })
        const ids = await posts.removeAll(authorId, limit)
        const left = await posts.byAuthor(authorId, { limit: 9, before: null })
        assert.deepEqual(await posts.counts([authorId]), [left.length])
        const gone = before.map(({ id }) => id).filter((id) => !left.some((post) => post.id === id))
        assert.deepEqual([...ids].sort(), gone.sort(), 'it names what it removed')
        return ids.length
      })
      assert.equal(removed, 5)
      assert.equal((await posts.toPurge(9)).length, 5)
      assert.deepEqual(await placeOf(storage, item.id), ['released', null])
      assert.deepEqual(await posts.byIds([other?.id ?? '']), [other])
    },
  },
  {
    id: 'posts/parallel-remove-alls',
    title: 'of 20 parallel removals of all posts each post is removed by one',
    async run({ posts }) {
      const authorId = nextId()
      await createMany(
        posts,
        authorId,
        Array.from({ length: 30 }, (_, index) => index),
      )
      const removed = await race(20, () =>
        untilDone(3, async (limit) => (await posts.removeAll(authorId, limit)).length),
      )
      assert.equal(
        removed.reduce((sum, count) => sum + count),
        30,
      )
      assert.deepEqual(await posts.counts([authorId]), [0])
    },
  },
  ...purgingCases<SocialStores>({
    subject: 'posts',
    storeOf: ({ posts }) => posts,
    create: async ({ posts }, id) => void (await posts.create(samplePost({ id }), [])),
    mark: ({ posts }, id) => posts.remove(id),
    isLive: async ({ posts }, id) => (await posts.byIds([id])).length === 1,
  }),
  {
    id: 'posts/recount',
    title: 'recount ends and finds no difference after a long history',
    async run({ posts }) {
      for (let author = 0; author < 5; author++) {
        const [first] = await createMany(posts, nextId(), [0, 1, 2].slice(0, 1 + (author % 3)))
        if (author % 2) await posts.remove(first?.id ?? '')
      }
      let after: string | null = null
      for (let step = 0; step < 20; step++) {
        const result = await posts.recount(after, 2)
        assert.deepEqual(result.differences, [])
        assert.ok(result.checked <= 2, 'a step compares at most `limit` authors')
        after = result.next
        if (after === null) return
      }
      assert.fail('recount did not come to its end')
    },
  },
  {
    id: 'posts/recount-while-changing',
    title:
      'recount of an author with many posts finds no difference although posts are added and removed between its steps',
    async run({ posts }) {
      const authorId = nextId()
      const all = await createMany(
        posts,
        authorId,
        Array.from({ length: 60 }, (_, index) => index),
      )
      let after: string | null = null
      for (let step = 0; step < 50; step++) {
        const result = await posts.recount(after, 1)
        assert.deepEqual(result.differences, [])
        after = result.next
        for (const post of [all.shift(), all.pop()]) await posts.remove(post?.id ?? '')
        await posts.create(samplePost({ authorId }), [])
        if (after === null) break
      }
      assert.equal(after, null, 'recount comes to its end')
      const listed = await posts.byAuthor(authorId, { limit: 100, before: null })
      assert.deepEqual(await posts.counts([authorId]), [listed.length])
    },
  },
]

/** Creates posts whose ids sort as the numbers do. Returns them newest first. */
async function createMany(
  posts: PostStore,
  authorId: string,
  order: readonly number[],
): Promise<PostRecord[]> {
  const all = order.map(() => samplePost({ authorId }))
  for (const index of order) {
    const post = all[index]
    if (post) await posts.create(post, [])
  }
  return all.reverse()
}
