import type { FeedStore, Keyset, PostRecord } from '@kith/core/ports'
import type { Connection } from './database.ts'
import { toKindNumber } from './edge-kinds.ts'
import { afterEveryId } from './keyset.ts'
import { postColumns, postFrom, type PostRow } from './post-store.ts'

type FeedStatement = 'following' | 'recent' | 'heads' | 'ofAuthor' | 'posts'

/** Every statement of the store. docs/feed.md tells how they were found, with figures. */
export const feedStatements: Readonly<Record<FeedStatement, string>> = Object.freeze({
  following: 'SELECT outgoing FROM kith_edge_counts WHERE kind = @follow AND node = @userId',
  // The newest posts of all, of which those of the right authors are kept.
  recent: `SELECT id FROM (
      SELECT id, author_id FROM kith_posts WHERE removed = 0 AND id < @before ORDER BY id DESC LIMIT @window)
    WHERE author_id = @userId OR EXISTS
      (SELECT 1 FROM kith_edges WHERE kind = @follow AND from_id = @userId AND to_id = author_id)
    LIMIT @limit`,
  // The newest post of each of these authors. Whose newest is not among the first ones has no post on the page at all.
  heads: `SELECT author, (SELECT max(id) FROM kith_posts
      WHERE author_id = author AND removed = 0 AND id < @before) AS newest
    FROM (SELECT @userId AS author UNION ALL
      SELECT to_id FROM kith_edges WHERE kind = @follow AND from_id = @userId)
    ORDER BY newest DESC LIMIT @limit`,
  ofAuthor: `SELECT id FROM kith_posts WHERE author_id = @author AND removed = 0 AND id < @before AND id >= @floor
    ORDER BY id DESC LIMIT @limit`,
  posts: `SELECT ${postColumns} FROM kith_posts AS post
    WHERE id IN (SELECT value FROM json_each(@ids)) AND removed = 0 AND EXISTS
      (SELECT 1 FROM kith_users WHERE id = post.author_id AND banned_at IS NULL AND deleted_at IS NULL)`,
})

/** From so many follows on, looking through the newest posts is cheaper than looking at every author. */
const many = 700

/** How many of the newest posts are looked through at most; whoever follows `many` finds a page long before. */
const window = 4000

interface Range {
  limit: number
  before: string
}

/** Creates the feed store on a connection. */
export function createFeedStore({ get, all, read }: Connection): FeedStore {
  const follow = toKindNumber('follow')

  function recent(userId: string, range: Range): string[] | null {
    const row = get<{ outgoing: number }>(feedStatements.following, { userId, follow })
    if (!row || row.outgoing < many) return null
    const rows = all<{ id: string }>(feedStatements.recent, { userId, follow, window, ...range })
    return rows.length === range.limit ? rows.map(({ id }) => id) : null
  }

  function byAuthor(userId: string, range: Range): string[] {
    const heads = all<{ author: string; newest: string | null }>(feedStatements.heads, {
      userId,
      follow,
      ...range,
    })
    // From the last of so many heads on there are enough posts, so nothing older can be on the page. Authors without any
    // post come last and have no newest.
    const floor = heads.length === range.limit ? (heads.at(-1)?.newest ?? '') : ''
    return heads
      .flatMap(({ author }) => all<{ id: string }>(feedStatements.ofAuthor, { author, floor, ...range }))
      .map(({ id }) => id)
      .sort()
      .reverse()
      .slice(0, range.limit)
  }

  function home(userId: string, { limit, before }: Keyset): PostRecord[] {
    const found: PostRow[] = []
    const range = { limit, before: before ?? afterEveryId }
    for (;;) {
      const ids = recent(userId, range) ?? byAuthor(userId, range)
      const rows = all<PostRow>(feedStatements.posts, { ids: JSON.stringify(ids) })
      found.push(...rows.sort((a, b) => (a.id < b.id ? 1 : -1)))
      // Fewer than were found where an author is banned or deleted: the page is filled from what comes after.
      const last = ids.at(-1)
      if (rows.length === ids.length || ids.length < range.limit || last === undefined)
        return found.map(postFrom)
      range.limit = limit - found.length
      range.before = last
    }
  }

  return { home: (userId, keyset) => read(() => home(userId, keyset)) }
}
