import { setImmediate as gap } from 'node:timers/promises'
import type { Keyset, PostRecord, Storage } from '@kith/core/ports'
import { createMemoryStorage } from '@kith/core/memory'
import { testFlaws } from '../../../test/flaws.ts'
import { feedStoreCases } from '../src/index.ts'
import { inFlight } from './flaw-races.ts'

type Ports = Pick<Storage, 'users' | 'posts' | 'edges' | 'feed'>

const all: Keyset = { limit: 10_000, before: null }

/** Those whom a user follows. */
async function followedBy({ edges }: Ports, node: string): Promise<string[]> {
  return (await edges.list({ kind: 'follow', side: 'out', node }, all)).map((edge) => edge.to)
}

/** All posts of these authors, newest first. */
async function everythingOf({ posts }: Ports, authors: readonly string[]): Promise<PostRecord[]> {
  const lists = await Promise.all(authors.map((id) => posts.byAuthor(id, all)))
  return lists.flat().sort((a, b) => (a.id < b.id ? 1 : -1))
}

/** The posts of those of them who are neither deleted nor banned. */
async function postsOf(ports: Ports, authors: readonly string[]): Promise<PostRecord[]> {
  const live = (await ports.users.byIds(authors)).filter((user) => !user.bannedAt)
  return everythingOf(
    ports,
    live.map((user) => user.id),
  )
}

function pageOf(posts: PostRecord[], { limit, before }: Keyset): PostRecord[] {
  return posts.filter((post) => before === null || post.id < before).slice(0, limit)
}

/** A feed that works with the whole of the sound one. */
function reworked(
  sound: Ports,
  rework: (posts: PostRecord[], userId: string) => PostRecord[] | Promise<PostRecord[]>,
): Partial<Ports> {
  return {
    feed: {
      home: async (userId, keyset) =>
        pageOf(await rework(await sound.feed.home(userId, all), userId), keyset),
    },
  }
}

testFlaws<Ports>(feedStoreCases, createMemoryStorage, [
  {
    flaw: 'shows posts of those who follow the reader',
    breaking: (sound) =>
      reworked(sound, async (_, userId) => {
        const followers = await sound.edges.list({ kind: 'follow', side: 'in', node: userId }, all)
        return postsOf(sound, [
          userId,
          ...(await followedBy(sound, userId)),
          ...followers.map(({ from }) => from),
        ])
      }),
    fails: ['feed/own-and-followed'],
  },
  {
    flaw: 'takes a like of an account for a follow',
    breaking: (sound) =>
      reworked(sound, async (_, userId) => {
        const liked = await sound.edges.list({ kind: 'like', side: 'out', node: userId }, all)
        return postsOf(sound, [userId, ...(await followedBy(sound, userId)), ...liked.map(({ to }) => to)])
      }),
    fails: ['feed/own-and-followed'],
  },
  {
    flaw: 'orders posts by the time that they bear',
    breaking: (sound) =>
      reworked(sound, (posts) => posts.sort((a, b) => b.createdAt.getTime() - a.createdAt.getTime())),
    fails: ['feed/order'],
  },
  {
    flaw: 'has nothing for who follows nobody',
    breaking: (sound) =>
      reworked(sound, async (posts, userId) => ((await followedBy(sound, userId)).length > 0 ? posts : [])),
    fails: ['feed/follows-nobody'],
  },
  {
    flaw: 'remembers whom a reader followed at the first reading',
    breaking(sound) {
      const remembered = new Map<string, string[]>()
      return reworked(sound, async (_, userId) => {
        const authors = remembered.get(userId) ?? [userId, ...(await followedBy(sound, userId))]
        remembered.set(userId, authors)
        return postsOf(sound, authors)
      })
    },
    fails: ['feed/follows-nobody', 'feed/changes-at-once', 'feed/hundreds-followed'],
  },
  {
    flaw: 'remembers posts as they were at the first reading',
    breaking(sound) {
      const remembered = new Map<string, PostRecord>()
      return reworked(sound, (posts) =>
        posts.map((post) => {
          const known = remembered.get(post.id) ?? post
          remembered.set(post.id, known)
          return known
        }),
      )
    },
    fails: ['feed/changes-at-once'],
  },
  {
    flaw: 'shows posts of banned authors',
    breaking: (sound) =>
      reworked(sound, async (_, userId) => {
        const authors = [userId, ...(await followedBy(sound, userId))]
        const live = await sound.users.byIds(authors)
        return everythingOf(
          sound,
          live.map((user) => user.id),
        )
      }),
    fails: ['feed/banned-author', 'feed/hundreds-followed'],
  },
  {
    flaw: 'shows posts of a deleted author until they are purged',
    breaking: (sound) =>
      reworked(sound, async (_, userId) => {
        const authors = [userId, ...(await followedBy(sound, userId))]
        const banned = (await sound.users.byIds(authors)).filter((user) => user.bannedAt)
        return everythingOf(
          sound,
          authors.filter((id) => !banned.some((user) => user.id === id)),
        )
      }),
    fails: ['feed/deleted-author'],
  },
  {
    flaw: 'loses an author with the post that was the newest',
    breaking(sound) {
      const newest = new Map<string, string>()
      return {
        ...reworked(sound, async (posts) => {
          const there = (await sound.posts.byIds([...newest.values()])).map((post) => post.authorId)
          return posts.filter(({ authorId }) => there.includes(authorId))
        }),
        posts: {
          ...sound.posts,
          create(post, media) {
            if (post.id > (newest.get(post.authorId) ?? '')) newest.set(post.authorId, post.id)
            return sound.posts.create(post, media)
          },
        },
      }
    },
    fails: ['feed/removed-newest', 'feed/removed-while-banned'],
  },
  {
    flaw: 'shows after a ban what was there before it',
    breaking(sound) {
      const before: PostRecord[] = []
      return {
        ...reworked(sound, async (posts, userId) => {
          const live = await postsOf(sound, [userId, ...(await followedBy(sound, userId))])
          const authors = new Set(live.map((post) => post.authorId))
          const kept = before.filter(
            ({ id, authorId }) => authors.has(authorId) && !posts.some((post) => post.id === id),
          )
          return [...posts, ...kept].sort((a, b) => (a.id < b.id ? 1 : -1))
        }),
        users: {
          ...sound.users,
          async update(id, changes, hold) {
            if (changes.bannedAt) before.push(...(await everythingOf(sound, [id])))
            return await sound.users.update(id, changes, hold)
          },
        },
      }
    },
    fails: ['feed/removed-while-banned'],
  },
  {
    flaw: 'leaves out the banned after it has found a page',
    breaking: (sound) => ({
      feed: {
        async home(userId, keyset) {
          const authors = [userId, ...(await followedBy(sound, userId))]
          const found = pageOf(await everythingOf(sound, authors), keyset)
          const shown = await sound.feed.home(userId, all)
          return found.filter(({ id }) => shown.some((post) => post.id === id))
        },
      },
    }),
    fails: ['feed/full-page'],
  },
  {
    flaw: 'finds its place by a post that has to be there',
    breaking: ({ feed, posts }) => ({
      feed: {
        async home(userId, keyset) {
          const there = keyset.before === null || (await posts.byIds([keyset.before])).length > 0
          return there ? feed.home(userId, keyset) : []
        },
      },
    }),
    fails: ['feed/page-limit'],
  },
  {
    flaw: 'looks at the newest hundred posts of all',
    breaking(sound) {
      const written: string[] = []
      return {
        ...reworked(sound, (posts) => posts.filter((post) => written.slice(-100).includes(post.id))),
        posts: {
          ...sound.posts,
          create(post, media) {
            written.push(post.id)
            return sound.posts.create(post, media)
          },
        },
      }
    },
    fails: ['feed/pages-to-the-end'],
  },
  {
    flaw: 'knows at most two hundred of those followed',
    breaking: (sound) =>
      reworked(sound, async (_, userId) =>
        postsOf(sound, [userId, ...(await followedBy(sound, userId)).slice(0, 200)]),
      ),
    fails: ['feed/hundreds-followed'],
  },
  {
    flaw: 'misses a post that is written while its author gets a follower',
    breaking(sound) {
      const running = inFlight()
      const missed = new Set<string>()
      return {
        ...reworked(sound, (posts) => posts.filter((post) => !missed.has(post.id))),
        edges: {
          ...sound.edges,
          add: (edge) => running.during(edge.to, () => gap().then(() => sound.edges.add(edge))),
        },
        posts: {
          ...sound.posts,
          create(post, media) {
            if (running.has(post.authorId)) missed.add(post.id)
            return sound.posts.create(post, media)
          },
        },
      }
    },
    fails: ['feed/after-races'],
  },
])
