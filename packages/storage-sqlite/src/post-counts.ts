import type { RecountResult } from '@kith/core/ports'
import type { Connection } from './database.ts'
import type { CountedList, KindCounts } from './long-counts.ts'
import { fromHex, listOf, type StoredId, toStored, toStoredList } from './ids.ts'
import { livingUser } from './living.ts'
import { recount } from './recount.ts'

type CountStatement =
  | 'add'
  | 'remove'
  | 'correct'
  | 'settle'
  | 'off'
  | 'forget'
  | 'byAuthors'
  | 'longer'
  | 'count'
  | 'long'
  | 'following'

const live = livingUser('@authorId')
const last = '(SELECT max(id) FROM kith_posts WHERE author_id = @authorId AND removed = 0)'

/**
 * Every statement about the counts of posts. An author without live posts has no row. `newest` is the id of the newest one,
 * and NULL while the author is banned or deleted: the feed finds its posts by it.
 */
export const postCountStatements: Readonly<Record<CountStatement, string>> = Object.freeze({
  add: `INSERT INTO kith_post_counts (author_id, posts, newest) VALUES (@authorId, 1, @id)
    ON CONFLICT (author_id) DO UPDATE SET posts = posts + 1,
      newest = iif(newest > excluded.newest, newest, excluded.newest)`,
  remove: `UPDATE kith_post_counts SET posts = posts - @by, newest = CASE WHEN newest IS NOT NULL THEN ${last} END
    WHERE author_id = @authorId`,
  correct: `INSERT INTO kith_post_counts (author_id, posts) VALUES (@authorId, @by)
    ON CONFLICT (author_id) DO UPDATE SET posts = posts + excluded.posts`,
  settle: `UPDATE kith_post_counts SET newest = CASE WHEN ${live} THEN ${last} END WHERE author_id = @authorId`,
  off: `SELECT newest IS NOT CASE WHEN ${live} THEN ${last} END AS off
    FROM kith_post_counts WHERE author_id = @authorId`,
  forget: 'DELETE FROM kith_post_counts WHERE author_id = @authorId AND posts = 0',
  byAuthors: `SELECT hex(author_id) AS author_id, posts FROM kith_post_counts
    WHERE author_id IN ${listOf('authorIds')}`,
  longer: `SELECT coalesce((SELECT 1 FROM kith_posts
    WHERE author_id = @node AND removed = 0 LIMIT 1 OFFSET @most), 0) AS longer`,
  count: 'SELECT count(*) AS posts FROM kith_posts WHERE author_id = @node AND removed = 0',
  long: `SELECT count(*) AS things, hex(max(id)) AS last FROM (SELECT id FROM kith_posts
    WHERE author_id = @node AND removed = 0 AND id > unhex(@position) ORDER BY id LIMIT @limit)`,
  following: `SELECT hex(min(author_id)) AS author_id FROM (
    SELECT min(author_id) AS author_id FROM kith_post_counts WHERE author_id > @authorId
    UNION ALL SELECT min(author_id) FROM kith_posts WHERE author_id > @authorId AND removed = 0)`,
})

/** Keeps how many live posts each author has, and which is the newest. Changes are part of the caller's transaction. */
export interface PostCountTable {
  /** Counts a post that was written. */
  add(post: { id: StoredId; authorId: StoredId }): void
  /** Counts removed posts. */
  remove(authorId: string, posts: number): void
  /** The counts of these authors, in their order. */
  read(authorIds: readonly string[]): number[]
  recount(after: string | null, limit: number): Promise<RecountResult>
}

/** Kinds of edges count from 1. */
const lists: readonly CountedList[] = [
  { number: 0, kind: 'post', side: 'out', sql: postCountStatements.long },
]

/** Creates it on a connection. */
export function createPostCountTable(connection: Connection): PostCountTable {
  const { run, get, all } = connection

  function remove(id: string, by: number): void {
    const authorId = toStored(id)
    run(postCountStatements.remove, { authorId, by })
    run(postCountStatements.forget, { authorId })
  }

  /** Corrects a count by the difference, and the newest post. */
  function correct(id: string, by: number): void {
    const authorId = toStored(id)
    run(postCountStatements.correct, { authorId, by })
    run(postCountStatements.settle, { authorId })
    run(postCountStatements.forget, { authorId })
  }

  function read(authorIds: readonly string[]): number[] {
    const values = { authorIds: toStoredList(authorIds) }
    const rows = all<{ author_id: string; posts: number }>(postCountStatements.byAuthors, values)
    const byAuthor = new Map(rows.map((row) => [fromHex(row.author_id), row.posts]))
    return authorIds.map((id) => byAuthor.get(id) ?? 0)
  }

  const ofPosts = (posts: number): KindCounts => new Map([['post', { out: posts, in: 0 }]])

  return {
    add: ({ id, authorId }) => void run(postCountStatements.add, { id, authorId }),
    remove,
    read,
    recount: (after, limit) =>
      recount(
        connection,
        {
          following(author) {
            const values = { authorId: toStored(author) }
            const next = get<{ author_id: string }>(postCountStatements.following, values)?.author_id
            return next ? fromHex(next) : null
          },
          isLonger: (node, most) =>
            get<{ longer: number }>(postCountStatements.longer, { node: toStored(node), most })?.longer === 1,
          stored: (node) => ofPosts(read([node])[0] ?? 0),
          count: (node) =>
            ofPosts(get<{ posts: number }>(postCountStatements.count, { node: toStored(node) })?.posts ?? 0),
          lists,
          isSettled: (author) =>
            get<{ off: number }>(postCountStatements.off, { authorId: toStored(author) })?.off !== 1,
          correct: ({ node, stored, counted }) => correct(node, counted.out - stored.out),
        },
        { after, limit },
      ),
  }
}
