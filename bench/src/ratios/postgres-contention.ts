import { openBenchPostgres } from '../bench-postgres.ts'
import { report, sideBySide } from '../side-by-side.ts'

// Likes on PostgreSQL, next to what one would write by hand with the same promises: both ends are live, the edge and both counts change
// in one transaction, the response has a distinct count, edges are listed newest first from both ends, and removing the post or the
// account is not starved. First 64 clients that like one post, then one client that likes one post after the other. Both sides have 64
// connections, and let the server cache plans with `--prepare`. The server is a separate one, or the one at POSTGRES_URI.

const clients = 64
/** Likes of each client in a round. */
const each = 10
const people = clients * each
const rounds = 15
const postgres = await openBenchPostgres(clients)
const { pool, prepare } = postgres
const { storage, schema } = await postgres.freshStorage()

function idOf(kind: number, number: number): string {
  return `01900000-0000-7000-8${String(kind).padStart(3, '0')}-${number.toString(16).padStart(12, '0')}`
}

/** The schema of the twin: the rows of accounts and posts contain the counts, and are what likes wait for. */
const tables = `
  CREATE TABLE ${schema}.twin_users (id uuid PRIMARY KEY, deleted_at timestamptz, banned_at timestamptz,
    likes integer NOT NULL DEFAULT 0) WITH (fillfactor = 70);
  CREATE TABLE ${schema}.twin_posts (id uuid PRIMARY KEY, author_id uuid NOT NULL, removed boolean NOT NULL DEFAULT false,
    likes integer NOT NULL DEFAULT 0) WITH (fillfactor = 70);
  CREATE TABLE ${schema}.twin_likes (user_id uuid, post_id uuid, id uuid NOT NULL, PRIMARY KEY (user_id, post_id));
  CREATE INDEX ON ${schema}.twin_likes (post_id, id);
  CREATE INDEX ON ${schema}.twin_likes (user_id, id);`
const like = `WITH liker AS (
    SELECT id FROM ${schema}.twin_users WHERE id = $1 AND deleted_at IS NULL AND banned_at IS NULL FOR KEY SHARE
  ), post AS (
    SELECT post.id FROM ${schema}.twin_posts AS post JOIN ${schema}.twin_users AS author ON author.id = author_id
      WHERE post.id = $2 AND NOT removed AND author.deleted_at IS NULL AND author.banned_at IS NULL FOR NO KEY UPDATE OF post
  ), added AS (
    INSERT INTO ${schema}.twin_likes (user_id, post_id, id) SELECT liker.id, post.id, $3 FROM liker, post
      ON CONFLICT DO NOTHING RETURNING user_id, post_id
  ), given AS (
    UPDATE ${schema}.twin_users SET likes = likes + 1 FROM added WHERE id = added.user_id
  )
  UPDATE ${schema}.twin_posts SET likes = likes + 1 FROM added WHERE id = added.post_id RETURNING likes`

await pool.query(tables)
const author = idOf(1, 0)
await pool.query(
  `INSERT INTO ${schema}.users (id, username, name, bio, role, session_epoch, created_at)
    SELECT id, 'person' || n, '', '', 'member', 0, now() FROM unnest($1::uuid[]) WITH ORDINALITY AS made (id, n)`,
  [Array.from({ length: people + 1 }, (_, number) => idOf(1, number))],
)
await pool.query(`INSERT INTO ${schema}.twin_users (id) SELECT id FROM ${schema}.users`)

let made = 0
async function newPost(): Promise<string> {
  const id = idOf(2, made++)
  await storage.posts.create(
    { id, authorId: author, caption: '', createdAt: new Date(), editedAt: null, fields: {} },
    [],
  )
  await pool.query(`INSERT INTO ${schema}.twin_posts (id, author_id) VALUES ($1, $2)`, [id, author])
  return id
}

type Like = (from: string, post: string) => Promise<number>

async function kith(from: string, to: string): Promise<number> {
  const result = await storage.edges.add({ id: idOf(3, made++), kind: 'like', from, to })
  if (result.outcome !== 'added') throw new Error(`The like was not added: ${result.outcome}`)
  return result.count
}

async function twin(from: string, to: string): Promise<number> {
  const query = { text: like, values: [from, to, idOf(4, made++)], ...(prepare && { name: 'like' }) }
  const { rows } = await pool.query<{ likes: number }>(query)
  if (!rows[0]) throw new Error('The like was not added')
  return rows[0].likes
}

/** All people like a new post, with this many clients at a time; every response must have a distinct count. */
async function crowd(side: Like): Promise<void> {
  const post = await newPost()
  const counts = new Set<number>()
  await Promise.all(
    Array.from({ length: clients }, async (_, client) => {
      for (let number = 0; number < each; number++)
        counts.add(await side(idOf(1, 1 + client * each + number), post))
    }),
  )
  if (counts.size !== people) throw new Error('Two likes had one count')
}

async function alone(side: Like, number: number, post: string): Promise<void> {
  await side(idOf(1, 1 + (number % people)), post)
}

const together = await sideBySide({ kith: () => crowd(kith), twin: () => crowd(twin), calls: 1, rounds })
report(
  `one of ${clients} clients that like one post`,
  { kith: together.kith / people, twin: together.twin / people, ratio: together.ratio },
  0.75,
)
const posts = await Promise.all(Array.from({ length: 2 * (rounds + 1) }, newPost))
let turn = 0
const one = (side: Like) => (call: number) => {
  if (call === 0) turn++
  return alone(side, call, posts[(turn - 1) % posts.length] ?? '')
}
report('a client by itself', await sideBySide({ kith: one(kith), twin: one(twin), calls: 100, rounds }), 0.75)

await postgres.close()
