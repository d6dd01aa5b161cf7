import { DatabaseSync } from 'node:sqlite'
import type { Page, Post } from '@kith/core'

/** Reads a page of the home feed without Kith: the newest posts below one, or of all. */
export type FeedTwin = (userId: string, before: string | null, limit: number) => Page<Post>

/** What everything but the names of a column costs, one row for each post. */
interface Row {
  id: string
  author_id: string
  username: string
  name: string
  caption: string
  created_at: number
  edited_at: number | null
  likes: number | null
  liked: number
  saved: number
}

const columns = `hex(post.id) AS id, hex(post.author_id) AS author_id, username, name, caption, post.created_at, edited_at,
  (SELECT incoming FROM kith_edge_counts WHERE kind = 2 AND node = post.id) AS likes,
  EXISTS (SELECT 1 FROM kith_edges WHERE kind = 2 AND from_id = @me AND to_id = post.id) AS liked,
  EXISTS (SELECT 1 FROM kith_edges WHERE kind = 3 AND from_id = @me AND to_id = post.id) AS saved`
const author = `JOIN kith_users AS author ON author.id = post.author_id AND banned_at IS NULL AND deleted_at IS NULL`

/** Joins the posts of everybody who is followed, and sorts them. */
const byAuthor = `SELECT ${columns} FROM (
    SELECT post.id FROM (SELECT @me AS id UNION ALL SELECT to_id FROM kith_edges WHERE kind = 1 AND from_id = @me) AS followed
      CROSS JOIN kith_posts AS post ON post.author_id = followed.id AND removed = 0 AND post.id < @before
    ORDER BY post.id DESC LIMIT @limit) AS found
  CROSS JOIN kith_posts AS post ON post.id = found.id ${author} ORDER BY post.id DESC`

/** Walks the posts of all from the newest on, until enough are of somebody who is followed. */
const byTime = `SELECT ${columns} FROM (
    SELECT id, author_id FROM kith_posts INDEXED BY kith_posts_newest
    WHERE removed = 0 AND id < @before AND (author_id = @me OR EXISTS
      (SELECT 1 FROM kith_edges WHERE kind = 1 AND from_id = @me AND to_id = author_id))
    ORDER BY id DESC LIMIT @limit) AS found
  CROSS JOIN kith_posts AS post ON post.id = found.id ${author} ORDER BY post.id DESC`

/**
 * The two plain ways to read a feed where it is asked for, as one would write them by hand over the same tables. `answer` is
 * a page of Kith, from which the twin learns how the picture of an account without one is answered.
 */
export function createFeedTwins(
  path: string,
  answer: Page<Post>,
): { byAuthor: FeedTwin; byTime: FeedTwin; close(): void } {
  const databases: DatabaseSync[] = []
  const [sample] = answer.items
  if (!sample) throw new TypeError('a page with a post is needed')
  const avatarOf = (id: string): Post['author']['avatar'] => {
    const { avatar } = sample.author
    const url = avatar.url.replace(sample.author.id, id)
    return { ...avatar, url, renditions: { thumb: url, feed: url, full: url } }
  }
  const reader = (sql: string): FeedTwin => {
    // One for each, so that none reads what another has put into its cache.
    const database = new DatabaseSync(path, { readOnly: true })
    database.exec('PRAGMA cache_size = -32768')
    databases.push(database)
    const statement = database.prepare(sql)
    return (userId, before, limit) => {
      const values = {
        me: toBytes(userId),
        before: before === null ? last : toBytes(before),
        limit: limit + 1,
      }
      const rows = statement.all(values) as unknown as Row[]
      const shown = rows.slice(0, limit)
      const items = shown.map((row): Post => {
        const authorId = toId(row.author_id)
        return {
          id: toId(row.id),
          author: { id: authorId, username: row.username, name: row.name, avatar: avatarOf(authorId) },
          caption: row.caption,
          media: [],
          counts: { likes: row.likes ?? 0 },
          viewer: { liked: row.liked === 1, saved: row.saved === 1 },
          createdAt: new Date(row.created_at).toISOString(),
          editedAt: row.edited_at === null ? null : new Date(row.edited_at).toISOString(),
        }
      })
      return { items, nextCursor: rows.length > limit ? (items.at(-1)?.id ?? null) : null }
    }
  }
  return {
    byAuthor: reader(byAuthor),
    byTime: reader(byTime),
    close: () => databases.forEach((database) => database.close()),
  }
}

const last = new Uint8Array(17).fill(255)

function toBytes(id: string): Uint8Array {
  return Buffer.from(id.replaceAll('-', ''), 'hex')
}

function toId(hex: string): string {
  return hex.toLowerCase().replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}
