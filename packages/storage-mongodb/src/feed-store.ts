import type { FeedStore, PostRecord } from '@kith/core/ports'
import type { Document } from 'mongodb'
import type { Collections } from './collections.ts'
import type { Connection } from './connection.ts'
import { type PostDocument, postFrom } from './post-document.ts'
import { lastId } from './stored-ids.ts'

/** A part of a feed: at most `limit` posts below an id. */
interface Part {
  limit: number
  before: string
}

/** The key of a post. Besides its id this includes its author, which can serve as a shard key. */
type PostKey = Pick<PostDocument, '_id' | 'authorId'>

/** The server merges the posts of this many authors in the order of the index; of more it would read them all first. */
const sideBySide = 200

/**
 * How many groups of authors one command contains: a pipeline has at most 1000 stages. So one command has 180,000
 * authors, which is half of what the server accepts.
 */
const groupsAtOnce = 900

/** Creates the feed store on a connection. docs/feed.md describes how it finds posts, and at what cost. */
export function createFeedStore({ call }: Connection): FeedStore {
  return {
    home: (userId, { limit, before }) =>
      call('feed.home', async ({ collections }) => {
        const authors = await authorsFor(collections, userId)
        const shown: PostRecord[] = []
        for (let last: string | null = before ?? lastId; last !== null && shown.length < limit;) {
          const part: Part = { limit: limit - shown.length, before: last }
          const keys: PostKey[] = await newestOf(collections, authors, part)
          shown.push(...(await postsAt(collections, keys)))
          // A second time only if a post was removed in between: the page is filled from what follows.
          last = keys.length < part.limit ? null : (keys.at(-1)?._id ?? null)
        }
        return shown
      }),
  }
}

/** The user and those followed, without banned or deleted ones. Both are read from indexes alone. */
async function authorsFor({ edges, users }: Collections, userId: string): Promise<string[]> {
  // Hidden ones as well: a ban is lifted immediately, but its edges are shown again one by one.
  const follows = await edges.find({ from: userId, kind: 'follow' }, { fields: ['to'] })
  const authors = [userId, ...follows.map((edge) => edge.to)]
  const unseen = new Set<string>()
  for (const some of inPieces(authors, sideBySide * groupsAtOnce)) {
    const filter = { unseen: true, _id: { $in: some } } as const
    for (const { _id } of await users.find(filter, { fields: ['_id'], index: 'unseen' })) unseen.add(_id)
  }
  return authors.filter((author) => !unseen.has(author))
}

/** The newest posts of these authors, read from the index alone: one key for each author and one for each post. */
async function newestOf(
  { posts }: Collections,
  authors: readonly string[],
  { limit, before }: Part,
): Promise<PostKey[]> {
  // The second field is in the index for this: without it the server may use that of the ids, and scan the posts of
  // everyone.
  const newest = [{ $sort: { _id: -1, createdAt: -1 } }, { $limit: limit }, { $project: { authorId: 1 } }]
  const ofGroup = (group: readonly string[]): Document[] => [
    { $match: { authorId: { $in: group }, state: 'live', _id: { $lt: before } } },
    ...newest,
  ]
  const found: PostKey[] = []
  for (const groups of inPieces(inPieces(authors, sideBySide), groupsAtOnce)) {
    const [first = [], ...others] = groups.map(ofGroup)
    const union = others.map((pipeline) => ({ $unionWith: { coll: posts.name, pipeline } }))
    const merge = union.length > 0 ? [{ $sort: { _id: -1 } }, { $limit: limit }] : []
    found.push(...(await posts.aggregate<PostKey>([...first, ...union, ...merge])))
  }
  return found.sort(newestFirst).slice(0, limit)
}

async function postsAt({ posts }: Collections, keys: readonly PostKey[]): Promise<PostRecord[]> {
  if (keys.length === 0) return []
  const found = await posts.find(
    {
      _id: { $in: keys.map(({ _id }) => _id) },
      authorId: { $in: [...new Set(keys.map(({ authorId }) => authorId))] },
      state: 'live',
    },
    { index: '_id_' },
  )
  return found.sort(newestFirst).map(postFrom)
}

function newestFirst(a: { _id: string }, b: { _id: string }): number {
  return a._id < b._id ? 1 : -1
}

function inPieces<Item>(items: readonly Item[], size: number): Item[][] {
  const count = Math.ceil(items.length / size)
  return Array.from({ length: count }, (_, piece) => items.slice(piece * size, (piece + 1) * size))
}
