import type { CountDifference, PostStore } from '@kith/core/ports'
import type { Connection, Statements } from './connection.ts'
import { toId, toIds } from './ids.ts'
import { lives } from './living.ts'
import { recount } from './recount.ts'

type CountStatement = 'hold' | 'settle' | 'forget' | 'byAuthors' | 'compare' | 'correct'

const last = (author: string): string =>
  `(SELECT id FROM kith.posts WHERE author_id = ${author} AND NOT removed ORDER BY id DESC LIMIT 1)`
const newest = (author: string): string => `CASE WHEN EXISTS
      (SELECT 1 FROM kith.users AS person WHERE person.id = ${author} AND ${lives('person')}) THEN ${last(author)} END`
/** The first author after another one who has a count or a live post. */
const following = (author: string): string => `(SELECT author_id FROM (
          (SELECT author_id FROM kith.post_counts WHERE author_id > ${author} ORDER BY author_id LIMIT 1)
          UNION ALL (SELECT author_id FROM kith.posts WHERE author_id > ${author} AND NOT removed ORDER BY author_id LIMIT 1)
        ) AS nearest ORDER BY author_id LIMIT 1)`
/** The stored and the actual count of an author. */
const compared = (author: string): string => `SELECT coalesce(stored.posts, 0) AS posts,
        (SELECT count(*) FROM kith.posts WHERE author_id = ${author} AND NOT removed) AS counted,
        stored.newest IS NOT DISTINCT FROM ${newest(author)} AS settled
      FROM (VALUES (1)) AS one LEFT JOIN kith.post_counts AS stored ON stored.author_id = ${author}`
const differs = 'posts <> counted OR NOT settled'

/**
 * Every statement about the counts of posts that does not change posts. An author without live posts has no row.
 * `newest` is the id of the newest one, and NULL while the author is banned or deleted: the feed finds its posts by it.
 */
export const postCountStatements: Readonly<Record<CountStatement, string>> = Object.freeze({
  hold: 'SELECT 1 AS held FROM kith.post_counts WHERE author_id = @authorId FOR UPDATE',
  settle: `UPDATE kith.post_counts SET newest = ${newest('@authorId::uuid')} WHERE author_id = @authorId`,
  forget: 'DELETE FROM kith.post_counts WHERE author_id = @authorId AND posts = 0',
  byAuthors: 'SELECT author_id, posts FROM kith.post_counts WHERE author_id = ANY (@authorIds::uuid[])',
  compare: `WITH RECURSIVE authors (author_id, place, things) AS (
      SELECT ${following('@after::uuid')}, 1, 0::bigint
      UNION ALL SELECT ${following('authors.author_id')}, place + 1, things
          + coalesce((SELECT posts FROM kith.post_counts AS stored WHERE stored.author_id = authors.author_id), 0)
        FROM authors WHERE authors.author_id IS NOT NULL AND place <= @limit::int AND things < @most::int
    ), named AS MATERIALIZED (
      SELECT author_id FROM authors WHERE author_id IS NOT NULL AND place <= @limit::int AND things < @most::int
    )
    SELECT count(*) AS checked, (SELECT author_id FROM named ORDER BY author_id DESC LIMIT 1) AS last,
      (SELECT count(*) FROM authors WHERE author_id IS NOT NULL) > count(*) AS more,
      string_agg(author_id::text, ',') FILTER (WHERE EXISTS
        (SELECT 1 FROM (${compared('named.author_id')}) AS each WHERE ${differs})) AS wrong
    FROM named`,
  correct: `WITH wrong AS MATERIALIZED (SELECT * FROM (${compared('@authorId::uuid')}) AS each WHERE ${differs}), corrected AS (
      INSERT INTO kith.post_counts AS counts (author_id, posts)
      SELECT @authorId::uuid, counted - posts FROM wrong
      ON CONFLICT (author_id) DO UPDATE SET posts = counts.posts + excluded.posts
    ) SELECT posts, counted FROM wrong`,
})

/**
 * Sets the newest post of an author according to its posts and whether it is live, as part of a transaction that has
 * changed either. The row is locked first, so that the second statement sees what others have changed.
 */
export async function settleNewest({ get, run }: Statements, author: string): Promise<void> {
  const authorId = toId(author)
  if (await get(postCountStatements.hold, { authorId })) await run(postCountStatements.settle, { authorId })
}

/** Creates the reading and correcting of post counts, on a connection. */
export function createPostCountTable(connection: Connection): Pick<PostStore, 'counts' | 'recount'> {
  async function correct(statements: Statements, authorId: string): Promise<CountDifference[]> {
    const rows = await statements.all<{ posts: number; counted: number }>(postCountStatements.correct, {
      authorId,
    })
    if (rows.length === 0) return []
    await statements.run(postCountStatements.settle, { authorId })
    await statements.run(postCountStatements.forget, { authorId })
    return rows.map(({ posts, counted }) => ({
      kind: 'post',
      node: authorId,
      stored: { out: posts, in: 0 },
      counted: { out: counted, in: 0 },
    }))
  }

  return {
    async counts(authorIds) {
      const values = { authorIds: toIds(authorIds) }
      const rows = await connection.shown.all<{ author_id: string; posts: number }>(
        postCountStatements.byAuthors,
        values,
      )
      const byAuthor = new Map(rows.map((row) => [row.author_id, row.posts]))
      return authorIds.map((id) => byAuthor.get(id) ?? 0)
    },
    recount: (after, limit) =>
      recount(connection, { compare: postCountStatements.compare, correct }, { after, limit }),
  }
}
