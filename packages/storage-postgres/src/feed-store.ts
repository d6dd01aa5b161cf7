import type { FeedStore, Keyset, PostRecord } from '@kith/core/ports'
import type { Connection } from './connection.ts'
import { toKindNumber } from './edge-kinds.ts'
import { beforeOrEnd, firstId, toId } from './ids.ts'
import { postColumns, postFrom, type PostRow } from './post-store.ts'

type FeedStatement = 'heads' | 'recent' | 'recentOfMany'

/**
 * From this many follows, walking the newest posts of everyone is tried first: a post costs a quarter of what an author
 * costs.
 */
const some = 500
/** From this many follows, each author is looked up in the follows: reading them all costs more. */
const many = 10_000

/** How many of the newest posts are walked at most. */
const mostFor = (following: number): number => Math.min(4 * following, 4000)

const follow = toKindNumber('follow')
const followed = `SELECT to_id FROM kith.edges WHERE from_id = @userId AND kind = ${follow}`
/**
 * The newest posts of everyone, of which those are kept whose author is followed and neither banned nor deleted. The
 * cheaper check is first.
 */
const recent = (isFollowed: string): string => `SELECT ${postColumns} FROM (
      SELECT ${postColumns} FROM kith.posts WHERE NOT removed AND id < @before ORDER BY id DESC LIMIT @most::int
    ) AS found
    WHERE CASE WHEN found.author_id = @userId OR ${isFollowed}
      THEN (SELECT counts.newest IS NOT NULL FROM kith.post_counts AS counts WHERE counts.author_id = found.author_id) END
    ORDER BY id DESC LIMIT @limit::int`

/**
 * Every statement of the store. A page is the result of one of them, so it shows one moment. Posts of a banned or
 * deleted author are left out because such an author has no `newest`. docs/feed.md has the figures.
 */
export const feedStatements: Readonly<Record<FeedStatement, string>> = Object.freeze({
  // The authors whose newest post below the cursor is among the first ones: nobody else can be on the page. Of each, as
  // many posts are read as fit behind the heads before its own, and none below the last head. OFFSET 0 prevents a head
  // from being computed again where it is compared. A reader with `@many` follows or more gets no page.
  heads: `WITH size AS MATERIALIZED (
      SELECT coalesce((SELECT outgoing FROM kith.edge_counts WHERE node = @userId AND kind = ${follow}), 0) AS following
    ), heads AS MATERIALIZED (
      SELECT author, head, row_number() OVER (ORDER BY head DESC) AS place FROM (
        SELECT author, head FROM (
          SELECT author_id AS author, CASE WHEN newest < @before THEN newest ELSE (SELECT id FROM kith.posts
            WHERE author_id = counts.author_id AND NOT removed AND id < @before ORDER BY id DESC LIMIT 1) END AS head
          FROM kith.post_counts AS counts
          WHERE author_id = ANY (ARRAY(SELECT @userId::uuid FROM size WHERE following < @many::int
            UNION ALL ${followed} AND (SELECT following FROM size) < @many::int)) AND newest IS NOT NULL OFFSET 0
        ) AS each WHERE head IS NOT NULL ORDER BY head DESC LIMIT @limit::int
      ) AS first
    ), page AS MATERIALIZED (
      SELECT found.id, author AS author_id FROM heads CROSS JOIN LATERAL (
        SELECT id FROM kith.posts WHERE author_id = author AND NOT removed AND id <= head
          AND id >= coalesce((SELECT head FROM heads WHERE place = @limit::int), '${firstId}')
          ORDER BY id DESC LIMIT @limit::int - place + 1
      ) AS found ORDER BY found.id DESC LIMIT @limit::int
    )
    SELECT following, post.* FROM size LEFT JOIN (
      SELECT ${postColumns} FROM page JOIN kith.posts USING (id, author_id)
    ) AS post ON true ORDER BY post.id DESC`,
  // All follows are read into a hash table.
  recent: recent(`found.author_id IN (${followed})`),
  // Each author is one seek, which stays a seek because it is a value: an EXISTS may become a join that reads an entire
  // table.
  recentOfMany: recent(
    `(SELECT true FROM kith.edges WHERE from_id = @userId AND kind = ${follow} AND to_id = found.author_id)`,
  ),
})

/** A post of a page; a single row without a post if the page is empty. */
type PageRow = PostRow & { following: number; id: string | null }

/** Creates the feed store on a connection. */
export function createFeedStore({ shown: { all } }: Connection): FeedStore {
  async function home(id: string, { limit, before }: Keyset): Promise<PostRecord[]> {
    const range = { userId: toId(id), before: beforeOrEnd(before), limit }
    const rows = await all<PageRow>(feedStatements.heads, { ...range, many: some })
    const { following = 0 } = rows[0] ?? {}
    if (following < some) return pageFrom(rows)
    const statement = following < many ? feedStatements.recent : feedStatements.recentOfMany
    const found = await all<PostRow>(statement, { ...range, most: mostFor(following) })
    if (found.length === limit) return found.map(postFrom)
    return pageFrom(await all<PageRow>(feedStatements.heads, { ...range, many: following + 1_000_000 }))
  }

  return { home }
}

function pageFrom(rows: readonly PageRow[]): PostRecord[] {
  return rows.filter((row): row is PageRow & { id: string } => row.id !== null).map(postFrom)
}
