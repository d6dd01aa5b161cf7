import { DatabaseSync } from 'node:sqlite'
import type { Page, Post } from '@kith/core'
import pg from 'pg'

/** Reads a page of the home feed without Kith: the newest posts below an id, or of all. */
export type FeedTwin = (userId: string, before: string | null, limit: number) => Promise<Page<Post>>

/** The reader, the id above the posts, and their number. */
interface Wanted {
  userId: string
  before: string | null
  limit: number
}

/** The columns that cost something, one row for each post. */
interface Row {
  id: string
  author_id: string
  username: string
  name: string
  caption: string
  created_at: number | Date
  edited_at: number | Date | null
  likes: number | null
  liked: number | boolean
  saved: number | boolean
}

type Reader = (wanted: Wanted) => Promise<Row[]>

/** The two obvious ways to find the rows of a feed on request, as one would write them by hand over the tables of Kith. */
export interface HandReaders {
  /** Joins the posts of all followed accounts, and sorts them. */
  byAuthor: Reader
  /** Scans the posts of all accounts from the newest on, until enough are by followed ones. */
  byTime: Reader
  close(): Promise<void>
}

/** On SQLite, in the file at this path. */
export function readersOfSqlite(path: string): HandReaders {
  const columns = `hex(post.id) AS id, hex(post.author_id) AS author_id, username, name, caption, post.created_at, edited_at,
    (SELECT incoming FROM kith_edge_counts WHERE kind = 2 AND node = post.id) AS likes,
    EXISTS (SELECT 1 FROM kith_edges WHERE kind = 2 AND from_id = @me AND to_id = post.id) AS liked,
    EXISTS (SELECT 1 FROM kith_edges WHERE kind = 3 AND from_id = @me AND to_id = post.id) AS saved`
  const author = `JOIN kith_users AS author ON author.id = post.author_id AND banned_at IS NULL AND deleted_at IS NULL`
  const byAuthor = `SELECT ${columns} FROM (
      SELECT post.id FROM (SELECT @me AS id UNION ALL SELECT to_id FROM kith_edges WHERE kind = 1 AND from_id = @me) AS followed
        CROSS JOIN kith_posts AS post ON post.author_id = followed.id AND removed = 0 AND post.id < @before
      ORDER BY post.id DESC LIMIT @limit) AS found
    CROSS JOIN kith_posts AS post ON post.id = found.id ${author} ORDER BY post.id DESC`
  const byTime = `SELECT ${columns} FROM (
      SELECT id, author_id FROM kith_posts INDEXED BY kith_posts_newest
      WHERE removed = 0 AND id < @before AND (author_id = @me OR EXISTS
        (SELECT 1 FROM kith_edges WHERE kind = 1 AND from_id = @me AND to_id = author_id))
      ORDER BY id DESC LIMIT @limit) AS found
    CROSS JOIN kith_posts AS post ON post.id = found.id ${author} ORDER BY post.id DESC`

  const databases: DatabaseSync[] = []
  function reader(sql: string): Reader {
    // A separate connection for each, so that none uses the cache of another.
    const database = new DatabaseSync(path, { readOnly: true })
    database.exec('PRAGMA cache_size = -32768')
    databases.push(database)
    const statement = database.prepare(sql)
    return async ({ userId, before, limit }) => {
      const last = before === null ? new Uint8Array(17).fill(255) : toBytes(before)
      const rows = statement.all({ me: toBytes(userId), before: last, limit }) as unknown as Row[]
      return rows.map((row) => ({ ...row, id: toId(row.id), author_id: toId(row.author_id) }))
    }
  }
  return {
    byAuthor: reader(byAuthor),
    byTime: reader(byTime),
    close: async () => databases.forEach((database) => database.close()),
  }
}

/** On PostgreSQL, in a schema. `prepare` lets the server cache the plans, as it does those of Kith. */
export function readersOfPostgres(place: { uri: string; schema: string; prepare: boolean }): HandReaders {
  const { uri, schema, prepare } = place
  const page = (found: string): string => `SELECT post.id, post.author_id, username, name, caption,
      post.created_at, edited_at,
      (SELECT incoming FROM ${schema}.edge_counts WHERE kind = 2 AND node = post.id) AS likes,
      EXISTS (SELECT 1 FROM ${schema}.edges WHERE kind = 2 AND from_id = $1 AND to_id = post.id) AS liked,
      EXISTS (SELECT 1 FROM ${schema}.edges WHERE kind = 3 AND from_id = $1 AND to_id = post.id) AS saved
    FROM (${found} ORDER BY id DESC LIMIT $3) AS found JOIN ${schema}.posts AS post ON post.id = found.id
    JOIN ${schema}.users AS author ON author.id = post.author_id AND banned_at IS NULL AND deleted_at IS NULL
    ORDER BY post.id DESC`
  // At most a page for each author: a plain join would read everything they wrote.
  const byAuthor = page(`SELECT newest.id FROM (
      SELECT $1::uuid AS author UNION ALL SELECT to_id FROM ${schema}.edges WHERE kind = 1 AND from_id = $1) AS followed
    CROSS JOIN LATERAL (SELECT id FROM ${schema}.posts
      WHERE author_id = author AND NOT removed AND id < $2 ORDER BY id DESC LIMIT $3) AS newest`)
  const byTime = page(`SELECT id FROM ${schema}.posts WHERE NOT removed AND id < $2 AND (author_id = $1
    OR EXISTS (SELECT 1 FROM ${schema}.edges WHERE kind = 1 AND from_id = $1 AND to_id = author_id))`)

  const pool = new pg.Pool({ connectionString: uri, max: 1 })
  function reader(name: string, text: string): Reader {
    return async ({ userId, before, limit }) => {
      const values = [userId, before ?? 'ffffffff-ffff-ffff-ffff-ffffffffffff', limit]
      return (await pool.query<Row>({ text, values, ...(prepare && { name }) })).rows
    }
  }
  return {
    byAuthor: reader('by_author', byAuthor),
    byTime: reader('by_time', byTime),
    close: () => pool.end(),
  }
}

/**
 * Builds pages from the rows of the readers. `answer` is a page of Kith, which shows the twins how the picture of an account without one
 * looks.
 */
export function createFeedTwins(
  { byAuthor, byTime, close }: HandReaders,
  answer: Page<Post>,
): { byAuthor: FeedTwin; byTime: FeedTwin; close(): Promise<void> } {
  const [sample] = answer.items
  if (!sample) throw new TypeError('a page with a post is needed')
  const avatarOf = (id: string): Post['author']['avatar'] => {
    const { avatar } = sample.author
    const url = avatar.url.replace(sample.author.id, id)
    return { ...avatar, url, renditions: { thumb: url, feed: url, full: url } }
  }
  const twin =
    (reader: Reader): FeedTwin =>
    async (userId, before, limit) => {
      const rows = await reader({ userId, before, limit: limit + 1 })
      const items = rows.slice(0, limit).map((row): Post => ({
        id: row.id,
        author: {
          id: row.author_id,
          username: row.username,
          name: row.name,
          avatar: avatarOf(row.author_id),
        },
        caption: row.caption,
        media: [],
        counts: { likes: row.likes ?? 0 },
        viewer: { liked: Boolean(row.liked), saved: Boolean(row.saved) },
        createdAt: new Date(row.created_at).toISOString(),
        editedAt: row.edited_at === null ? null : new Date(row.edited_at).toISOString(),
      }))
      return { items, nextCursor: rows.length > limit ? (items.at(-1)?.id ?? null) : null }
    }
  return { byAuthor: twin(byAuthor), byTime: twin(byTime), close }
}

function toBytes(id: string): Uint8Array {
  return Buffer.from(id.replaceAll('-', ''), 'hex')
}

function toId(hex: string): string {
  return hex.toLowerCase().replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}
