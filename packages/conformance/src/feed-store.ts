import assert from 'node:assert/strict'
import type { PostRecord, Storage } from '@kith/core/ports'
import type { Case } from './case.ts'
import { amongTheLiving, type SocialStores } from './peopled.ts'
import { race } from './race.ts'
import { later, nextId, sampleEdge, samplePost, sampleUser } from './records.ts'

type FeedPorts = SocialStores & Pick<Storage, 'feed'>

/** The promises of `FeedStore`. A feed is read from accounts, follows and posts, so the cases need all of them. */
export const feedStoreCases: readonly Case<FeedPorts>[] = amongTheLiving<FeedPorts>([
  {
    id: 'feed/own-and-followed',
    title: 'own posts and those of accounts followed, newest first, and no others',
    async run(storage) {
      const [reader, followed, follower, stranger] = await people(storage, 4)
      await follow(storage, reader, [followed])
      await follow(storage, follower, [reader])
      await storage.edges.add(sampleEdge({ kind: 'like', from: reader, to: stranger }))
      await storage.edges.add(sampleEdge({ kind: 'save', from: reader, to: stranger }))
      const posts = await write(storage, [reader, stranger, followed, follower, reader, followed, stranger])
      const shown = posts.filter(({ authorId }) => [reader, followed].includes(authorId))
      shown.reverse()
      const page = await home(storage, reader)
      assert.deepEqual(page, shown)
      for (const post of page) post.createdAt.setTime(0)
      assert.deepEqual(await home(storage, reader), shown, 'it returns copies')
    },
  },
  {
    id: 'feed/order',
    title: 'posts are ordered by id, whatever their insertion order and their times',
    async run(storage) {
      const [reader, one, two] = await people(storage, 3)
      await follow(storage, reader, [one, two])
      const posts = [one, two, reader, one, two].map((authorId, index) =>
        samplePost({ authorId, createdAt: later(index % 2 ? 0 : -index) }),
      )
      for (const index of [3, 0, 4, 2, 1]) await storage.posts.create(posts[index] ?? samplePost(), [])
      assert.deepEqual(await home(storage, reader), posts.reverse())
    },
  },
  {
    id: 'feed/follows-nobody',
    title: 'an account that follows no one reads its own posts, and one without posts reads nothing',
    async run(storage) {
      const [writer, other, silent] = await people(storage, 3)
      const posts = await write(storage, [writer, other, writer])
      assert.deepEqual(await home(storage, writer), [posts[2], posts[0]])
      assert.deepEqual(await home(storage, silent), [])
      await follow(storage, silent, [writer])
      assert.deepEqual(await home(storage, silent), [posts[2], posts[0]])
      assert.deepEqual(await home(storage, nextId()), [], 'an account that never existed')
    },
  },
  {
    id: 'feed/changes-at-once',
    title: 'it agrees with follows and posts immediately after each change',
    async run(storage) {
      const [reader, one, two] = await people(storage, 3)
      const [first, second, third] = await write(storage, [one, two, one])
      assert.ok(first && second && third)
      await follow(storage, reader, [one])
      assert.deepEqual(await home(storage, reader), [third, first])
      await follow(storage, reader, [two])
      assert.deepEqual(await home(storage, reader), [third, second, first])
      const [fourth] = await write(storage, [two])
      assert.deepEqual(await home(storage, reader), [fourth, third, second, first])
      await storage.posts.remove(second.id)
      assert.deepEqual(await home(storage, reader), [fourth, third, first])
      const edited = await storage.posts.edit(third.id, { caption: 'edited', editedAt: later(1) })
      assert.deepEqual(await home(storage, reader), [fourth, edited, first])
      await storage.edges.remove({ kind: 'follow', from: reader, to: one })
      assert.deepEqual(await home(storage, reader), [fourth])
      await follow(storage, reader, [one])
      assert.deepEqual(await home(storage, reader), [fourth, edited, first])
    },
  },
  {
    id: 'feed/banned-author',
    title: 'posts of a banned author are hidden, and shown again when the ban is lifted',
    async run(storage) {
      const [reader, banned, other] = await people(storage, 3)
      await follow(storage, reader, [banned, other])
      const [first, second] = await write(storage, [other, banned])
      await storage.users.update(banned, { bannedAt: later() })
      assert.deepEqual(await home(storage, reader), [first])
      await storage.users.update(banned, { bannedAt: null })
      assert.deepEqual(await home(storage, reader), [second, first])
    },
  },
  {
    id: 'feed/deleted-author',
    title: 'posts of a deleted author disappear immediately, before anything of the account is purged',
    async run(storage) {
      const [reader, deleted, other] = await people(storage, 3)
      await follow(storage, reader, [deleted, other])
      const [first] = await write(storage, [other, deleted])
      await storage.users.markDeleted(deleted, later())
      assert.deepEqual(await home(storage, reader), [first])
    },
  },
  {
    id: 'feed/removed-newest',
    title: 'an author whose newest posts are removed is found through earlier and later ones',
    async run(storage) {
      const [reader, author, other] = await people(storage, 3)
      await follow(storage, reader, [author, other])
      const [first, second, third, fourth] = await write(storage, [author, author, other, author])
      await storage.posts.remove(fourth?.id ?? '')
      assert.deepEqual(await home(storage, reader), [third, second, first])
      await storage.posts.remove(second?.id ?? '')
      assert.deepEqual(await home(storage, reader), [third, first])
      const [fifth] = await write(storage, [author])
      assert.deepEqual(await home(storage, reader), [fifth, third, first])
      await storage.posts.removeAll(author, 1)
      assert.equal((await home(storage, reader)).length, 2, 'one of many is removed')
      await storage.posts.removeAll(author, 9)
      assert.deepEqual(await home(storage, reader), [third])
      const [sixth] = await write(storage, [author])
      assert.deepEqual(await home(storage, reader), [sixth, third])
    },
  },
  {
    id: 'feed/removed-while-banned',
    title: 'a post that is removed while its author is banned is not restored with the author',
    async run(storage) {
      const [reader, author] = await people(storage, 2)
      await follow(storage, reader, [author])
      const [first, second] = await write(storage, [author, author])
      await storage.users.update(author, { bannedAt: later() })
      await storage.posts.remove(second?.id ?? '')
      assert.deepEqual(await home(storage, reader), [])
      await storage.users.update(author, { name: 'Still banned' })
      assert.deepEqual(await home(storage, reader), [])
      await storage.users.update(author, { bannedAt: null })
      assert.deepEqual(await home(storage, reader), [first])
      const [third] = await write(storage, [author])
      assert.deepEqual(await home(storage, reader), [third, first])
    },
  },
  {
    id: 'feed/full-page',
    title: 'a page is full although many newer posts are of banned and deleted authors',
    async run(storage) {
      const [reader, author, ...gone] = await people(storage, 14)
      await follow(storage, reader, [author, ...gone])
      const posts = await write(storage, [author, author, author, ...gone, ...gone])
      for (const [index, id] of gone.entries()) {
        if (index % 2) await storage.users.markDeleted(id, later())
        else await storage.users.update(id, { bannedAt: later() })
      }
      const page = await storage.feed.home(reader, { limit: 2, before: null })
      assert.deepEqual(page, [posts[2], posts[1]])
      assert.deepEqual(await storage.feed.home(reader, { limit: 2, before: page[1]?.id ?? null }), [posts[0]])
    },
  },
  {
    id: 'feed/page-limit',
    title: 'a page has at most `limit` posts that sort before `before`, even if that one was removed',
    async run(storage) {
      const [reader, one, two] = await people(storage, 3)
      await follow(storage, reader, [one, two])
      const posts = (await write(storage, [one, two, reader, one, two, reader])).reverse()
      const page = (limit: number, before: PostRecord | undefined): Promise<PostRecord[]> =>
        storage.feed.home(reader, { limit, before: before?.id ?? null })
      assert.deepEqual(await page(2, undefined), posts.slice(0, 2))
      assert.deepEqual(await page(2, posts[1]), posts.slice(2, 4))
      await storage.posts.remove(posts[3]?.id ?? '')
      assert.deepEqual(await page(9, posts[3]), posts.slice(4))
      assert.deepEqual(await page(2, posts[5]), [])
    },
  },
  {
    id: 'feed/pages-to-the-end',
    title: 'all pages together return each post once, among many authors of whom only some are followed',
    async run(storage) {
      const [reader, ...authors] = await people(storage, 40)
      const followed = authors.filter((_, index) => index % 3 === 0)
      await follow(storage, reader, followed)
      // A few write much, most write little, and one that is followed wrote only at the beginning.
      const order = Array.from({ length: 240 }, (_, index) => {
        const author = index < 3 ? 0 : index % 4 ? (index % 5) + 1 : 1 + ((index * 7) % (authors.length - 1))
        return authors[author] ?? reader
      })
      const posts = await write(storage, order)
      const expected = posts.filter(({ authorId }) => followed.includes(authorId)).reverse()
      assert.deepEqual(await inPages(storage, reader), expected)
    },
  },
  {
    id: 'feed/hundreds-followed',
    title: 'a reader who follows hundreds gets the same as one who follows few',
    async run(storage) {
      const [reader, banned, ...authors] = await people(storage, 12)
      const followed = [banned, ...authors.filter((_, index) => index % 3)]
      await follow(storage, reader, followed)
      await race(300, () => storage.edges.add(sampleEdge({ from: reader })))
      const order = Array.from({ length: 90 }, (_, index) => [...authors, banned][(index * 7) % 11] ?? reader)
      const posts = await write(storage, [...order, reader])
      const shown = (without: string[]): PostRecord[] =>
        posts
          .filter(({ authorId }) => authorId === reader || followed.includes(authorId))
          .filter(({ authorId }) => !without.includes(authorId))
          .reverse()
      assert.deepEqual(await inPages(storage, reader), shown([]))
      await storage.users.update(banned, { bannedAt: later() })
      assert.deepEqual(await inPages(storage, reader), shown([banned]))
      const [unfollowed = ''] = followed.slice(1)
      await storage.edges.remove({ kind: 'follow', from: reader, to: unfollowed })
      assert.deepEqual(await inPages(storage, reader), shown([banned, unfollowed]))
    },
  },
  {
    id: 'feed/after-races',
    title: 'after concurrent follows, posts and removals it shows the current state',
    async run(storage) {
      const [reader, ...authors] = await people(storage, 11)
      const old = await write(storage, authors)
      const fresh = authors.map((authorId) => samplePost({ authorId }))
      await race(30, async (step): Promise<unknown> => {
        const [index, author] = [step % 10, authors[step % 10] ?? '']
        if (step < 10) return follow(storage, reader, [author])
        if (step < 20) return storage.posts.create(fresh[index] ?? samplePost(), [])
        return index % 2 && storage.posts.remove(old[index]?.id ?? '')
      })
      const left = [...old.filter((_, index) => index % 2 === 0), ...fresh]
      assert.deepEqual(await home(storage, reader), left.reverse())
    },
  },
])

/** Creates accounts and returns their ids. */
async function people(
  { users }: FeedPorts,
  count: number,
): Promise<[string, string, string, string, ...string[]]> {
  const ids: string[] = []
  for (let index = 0; index < count; index++) {
    const user = sampleUser()
    await users.create(user)
    ids.push(user.id)
  }
  return ids as [string, string, string, string, ...string[]]
}

async function follow({ edges }: FeedPorts, from: string, all: readonly string[]): Promise<void> {
  for (const to of all) await edges.add(sampleEdge({ from, to }))
}

/** Writes a post of each of these authors, one after the other. */
async function write({ posts }: FeedPorts, authors: readonly string[]): Promise<PostRecord[]> {
  const all = authors.map((authorId) => samplePost({ authorId }))
  for (const post of all) await posts.create(post, [])
  return all
}

/** The whole feed, read in small pages. */
async function inPages({ feed }: FeedPorts, userId: string): Promise<PostRecord[]> {
  const read: PostRecord[] = []
  for (;;) {
    const page = await feed.home(userId, { limit: 7, before: read.at(-1)?.id ?? null })
    read.push(...page)
    if (page.length < 7) return read
  }
}

function home({ feed }: FeedPorts, userId: string): Promise<PostRecord[]> {
  return feed.home(userId, { limit: 100, before: null })
}
