import type { FeedStore, Keyset } from '@kith/core/ports'
import type { Connection } from './database.ts'
import { toKindNumber } from './edge-kinds.ts'
import { type StoredId, toStored } from './ids.ts'
import { beforeOrEnd } from './keyset.ts'
import { postColumnsOf, postFrom, type PostRow } from './post-store.ts'

type FeedStatement = 'following' | 'hits' | 'recent' | 'heads'

const columns = postColumnsOf('post.')
const recentPosts = `SELECT id, author_id FROM kith_posts
  WHERE removed = 0 AND id < @before ORDER BY id DESC LIMIT @most`
/** Whether a post is by one of the right authors, and these are neither banned nor deleted. */
const isShown = `(found.author_id = @userId OR EXISTS
      (SELECT 1 FROM kith_edges WHERE kind = @follow AND from_id = @userId AND to_id = found.author_id))
    AND EXISTS (SELECT 1 FROM kith_post_counts WHERE author_id = found.author_id AND newest IS NOT NULL)`

/**
 * Every statement of the store. A page is the result of one of the last two, so it shows one moment. Posts of a banned
 * or deleted author are left out because such an author has no `newest`. docs/feed.md has the figures.
 */
export const feedStatements: Readonly<Record<FeedStatement, string>> = Object.freeze({
  following: 'SELECT outgoing FROM kith_edge_counts WHERE kind = @follow AND node = @userId',
  hits: `SELECT count(*) AS hits FROM (${recentPosts}) AS found WHERE ${isShown}`,
  // The newest posts of everyone, of which those of the right authors are kept.
  recent: `SELECT ${columns} FROM (${recentPosts}) AS found CROSS JOIN kith_posts AS post ON post.id = found.id
    WHERE ${isShown}
    LIMIT @limit`,
  // The authors whose newest post below the cursor is among the first ones: nobody else can be on the page. Their posts
  // are merged by a queue, which returns its newest and adds the previous one of the same author.
  heads: `WITH RECURSIVE page (id, author) AS (
      SELECT * FROM (SELECT CASE WHEN newest < @before THEN newest ELSE (SELECT max(id) FROM kith_posts
          WHERE author_id = author AND removed = 0 AND id < @before) END AS head, author
        FROM (SELECT @userId AS author UNION ALL
          SELECT to_id FROM kith_edges WHERE kind = @follow AND from_id = @userId)
        CROSS JOIN kith_post_counts ON author_id = author
        WHERE newest IS NOT NULL ORDER BY head DESC LIMIT @limit)
      UNION ALL SELECT (SELECT max(id) FROM kith_posts
        WHERE author_id = author AND removed = 0 AND id < page.id), author
      FROM page WHERE page.id IS NOT NULL ORDER BY 1 DESC LIMIT @limit)
    SELECT ${columns} FROM page CROSS JOIN kith_posts AS post ON post.id = page.id`,
})

/** From this many follows on, the newest posts of everyone may be a shorter way to a page than the authors followed. */
const many = 1500

/** This many of the newest posts are a sample for how many have to be read for a page. */
const sampled = 100

/** How many of the newest posts are read at most; reading one takes about half as long as an author. */
const mostFor = (following: number): number => Math.min(2 * following, 4000)

/** Creates the feed store on a connection. */
export function createFeedStore({ get, all, read }: Connection): FeedStore {
  const follow = toKindNumber('follow')

  /** Reads the newest posts if these promise to fill the page sooner than the authors followed would. */
  function recent(range: { userId: StoredId; before: StoredId; limit: number }): PostRow[] | null {
    const { userId, before, limit } = range
    const { outgoing = 0 } = get<{ outgoing: number }>(feedStatements.following, { userId, follow }) ?? {}
    if (outgoing < many) return null
    const sample = { userId, follow, before, most: sampled }
    const { hits = 0 } = get<{ hits: number }>(feedStatements.hits, sample) ?? {}
    const most = mostFor(outgoing)
    if (hits * most < limit * sampled) return null
    const rows = all<PostRow>(feedStatements.recent, { ...range, follow, most })
    return rows.length === limit ? rows : null
  }

  function home(id: string, { limit, before }: Keyset): PostRow[] {
    const range = { userId: toStored(id), before: beforeOrEnd(before), limit }
    return recent(range) ?? all<PostRow>(feedStatements.heads, { ...range, follow })
  }

  return { home: (userId, keyset) => read(() => home(userId, keyset).map(postFrom)) }
}
