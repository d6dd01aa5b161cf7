import type { RecountResult } from '@kith/core/ports'
import type { Connection } from './database.ts'
import type { CountedList, KindCounts } from './long-counts.ts'
import { recount } from './recount.ts'

type CountStatement = 'change' | 'forget' | 'byAuthors' | 'longer' | 'count' | 'long' | 'following'

/** Every statement about the counts of posts. An author without live posts has no row. */
export const postCountStatements: Readonly<Record<CountStatement, string>> = Object.freeze({
  change: `INSERT INTO kith_post_counts (author_id, posts) VALUES (@authorId, @by)
    ON CONFLICT (author_id) DO UPDATE SET posts = posts + excluded.posts`,
  forget: 'DELETE FROM kith_post_counts WHERE author_id = @authorId AND posts = 0',
  byAuthors: `SELECT author_id, posts FROM kith_post_counts
    WHERE author_id IN (SELECT value FROM json_each(@authorIds))`,
  longer: `SELECT coalesce((SELECT 1 FROM kith_posts
    WHERE author_id = @node AND removed = 0 LIMIT 1 OFFSET @most), 0) AS longer`,
  count: 'SELECT count(*) AS posts FROM kith_posts WHERE author_id = @node AND removed = 0',
  long: `SELECT count(*) AS things, max(id) AS last FROM (SELECT id FROM kith_posts
    WHERE author_id = @node AND removed = 0 AND id > @position ORDER BY id LIMIT @limit)`,
  following: `SELECT min(author_id) AS author_id FROM (
    SELECT min(author_id) AS author_id FROM kith_post_counts WHERE author_id > @authorId
    UNION ALL SELECT min(author_id) FROM kith_posts WHERE author_id > @authorId AND removed = 0)`,
})

/** Keeps how many live posts each author has. Changes are part of the caller's transaction. */
export interface PostCountTable {
  change(authorId: string, by: number): void
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

  function change(authorId: string, by: number): void {
    run(postCountStatements.change, { authorId, by })
    if (by < 0) run(postCountStatements.forget, { authorId })
  }

  function read(authorIds: readonly string[]): number[] {
    const values = { authorIds: JSON.stringify(authorIds) }
    const rows = all<{ author_id: string; posts: number }>(postCountStatements.byAuthors, values)
    const byAuthor = new Map(rows.map((row) => [row.author_id, row.posts]))
    return authorIds.map((id) => byAuthor.get(id) ?? 0)
  }

  const ofPosts = (posts: number): KindCounts => new Map([['post', { out: posts, in: 0 }]])

  return {
    change,
    read,
    recount: (after, limit) =>
      recount(
        connection,
        {
          following: (authorId) =>
            get<{ author_id: string | null }>(postCountStatements.following, { authorId })?.author_id ?? null,
          isLonger: (node, most) =>
            get<{ longer: number }>(postCountStatements.longer, { node, most })?.longer === 1,
          stored: (node) => ofPosts(read([node])[0] ?? 0),
          count: (node) => ofPosts(get<{ posts: number }>(postCountStatements.count, { node })?.posts ?? 0),
          lists,
          correct: ({ node, stored, counted }) => change(node, counted.out - stored.out),
        },
        { after, limit },
      ),
  }
}
