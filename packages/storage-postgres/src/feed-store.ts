import type { FeedStore, Keyset, PostRecord } from '@kith/core/ports'
import type { Connection } from './connection.ts'
import { toKindNumber } from './edge-kinds.ts'
import { beforeOrEnd, firstId, toId } from './ids.ts'
import { postColumns, postFrom, type PostRow } from './post-store.ts'

type FeedStatement = 'heads' | 'recent'

/** From so many follows on, the newest posts of all may be a shorter way to a page than the authors followed. */
const many = 1500

/** So many of the newest posts tell how many have to be looked through for a page. */
const sampled = 100

/** How many of the newest posts are looked through at most; looking at one takes about half as long as at an author. */
const mostFor = (following: number): number => Math.min(2 * following, 4000)

const follow = toKindNumber('follow')
const newestPosts = (columns: string, limit: string): string => `SELECT ${columns} FROM kith.posts
        WHERE NOT removed AND id < @before ORDER BY id DESC LIMIT ${limit}`
/**
 * Whether a post is one of the right authors, and these are neither banned nor deleted. Each is one seek for each post, and stays that
 * because it is a value: of an EXISTS the server makes a join, for which it may read all of a table.
 */
const isShown = `(found.author_id = @userId OR (SELECT true FROM kith.edges AS edge
        WHERE edge.from_id = @userId AND edge.kind = ${follow} AND edge.to_id = found.author_id))
      AND (SELECT counts.newest IS NOT NULL FROM kith.post_counts AS counts WHERE counts.author_id = found.author_id)`

/**
 * Every statement of the store. A page is what one of them gives, so it shows one moment. Posts of an author who is banned or deleted are
 * left out because such an author has no `newest`. docs/feed.md has the figures.
 */
export const feedStatements: Readonly<Record<FeedStatement, string>> = Object.freeze({
  // The authors whose newest post below the cursor is among the first ones: nobody else can be on the page. Of each as many posts are read
  // as are not pushed off the page by the heads before its own, and none below the last head. OFFSET 0 keeps a head from being computed
  // again where it is compared.
  // Who follows too many gets no page.
  heads: `WITH size AS MATERIALIZED (
      SELECT coalesce((SELECT outgoing FROM kith.edge_counts WHERE node = @userId AND kind = ${follow}), 0) AS following
    ), authors AS MATERIALIZED (
      SELECT @userId::uuid AS author FROM size WHERE following < @many::int
      UNION ALL SELECT to_id FROM kith.edges
        WHERE from_id = @userId AND kind = ${follow} AND (SELECT following FROM size) < @many::int
    ), heads AS MATERIALIZED (
      SELECT author, head, row_number() OVER (ORDER BY head DESC) AS place
      FROM (
        SELECT author_id AS author, CASE WHEN newest < @before THEN newest ELSE (SELECT id FROM kith.posts
          WHERE author_id = counts.author_id AND NOT removed AND id < @before ORDER BY id DESC LIMIT 1) END AS head
        FROM kith.post_counts AS counts
        WHERE author_id = ANY (ARRAY(SELECT author FROM authors)) AND newest IS NOT NULL OFFSET 0
      ) AS each WHERE head IS NOT NULL ORDER BY head DESC LIMIT @limit::int
    ), page AS MATERIALIZED (
      SELECT found.id FROM heads CROSS JOIN LATERAL (
        SELECT id FROM kith.posts WHERE author_id = author AND NOT removed AND id <= head
          AND id >= coalesce((SELECT head FROM heads WHERE place = @limit::int), '${firstId}')
          ORDER BY id DESC LIMIT @limit::int - place + 1
      ) AS found ORDER BY found.id DESC LIMIT @limit::int
    )
    SELECT following, post.* FROM size LEFT JOIN (
      SELECT ${postColumns} FROM page JOIN kith.posts USING (id)
    ) AS post ON true ORDER BY post.id DESC`,
  // The newest posts of all, of which those of the right authors are kept; none where a sample says that they would not fill a page.
  recent: `SELECT ${postColumns} FROM (
      ${newestPosts(postColumns, '@most::int')}
    ) AS found
    WHERE (SELECT count(*) FROM (${newestPosts('id, author_id', String(sampled))}) AS found WHERE ${isShown})
        * @most::int >= @limit::int * ${sampled}
      AND ${isShown}
    ORDER BY id DESC LIMIT @limit::int`,
})

/** A post of a page; one row without a post where there is none. */
type PageRow = PostRow & { following: number; id: string | null }

/** Creates the feed store on a connection. */
export function createFeedStore({ shown: { all } }: Connection): FeedStore {
  async function home(id: string, { limit, before }: Keyset): Promise<PostRecord[]> {
    const range = { userId: toId(id), before: beforeOrEnd(before), limit }
    const rows = await all<PageRow>(feedStatements.heads, { ...range, many })
    const { following = 0 } = rows[0] ?? {}
    if (following < many) return pageFrom(rows)
    const recent = await all<PostRow>(feedStatements.recent, { ...range, most: mostFor(following) })
    if (recent.length === limit) return recent.map(postFrom)
    return pageFrom(await all<PageRow>(feedStatements.heads, { ...range, many: following + 1_000_000 }))
  }

  return { home }
}

function pageFrom(rows: readonly PageRow[]): PostRecord[] {
  return rows.filter((row): row is PageRow & { id: string } => row.id !== null).map(postFrom)
}
