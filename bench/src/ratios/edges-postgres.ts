import { randomUUID } from 'node:crypto'
import { createKith } from '@kith/core'
import { openBenchPostgres } from '../bench-postgres.ts'
import { report, sideBySide } from '../side-by-side.ts'

// `ratio edges` on PostgreSQL: a follow by username and a like of a post, each new, through the services of Kith, next to what one would
// write by hand with the same promises: both ends are live and stay until the commit, the edge and both counts change in one transaction, the
// result has the new count, edges are listed newest first from both ends. One client; `--prepare` lets the server cache the plans of both sides.
// The server is a separate one, or the one at POSTGRES_URI.

const [people, calls, rounds] = [1_000, 50, 41]
const postgres = await openBenchPostgres(4)
const { pool, prepare } = postgres
const { storage, schema } = await postgres.freshStorage()
const kith = createKith({
  storage,
  secret: 'the secret of a benchmark of follows and likes',
  // Counted at each call as usual, and never reached.
  limits: { changeByAccount: [{ limit: 1_000_000_000, window: '1h' }] },
})

const idOf = (kind: number, number: number): string =>
  `01900000-0000-7000-8${String(kind).padStart(3, '0')}-${number.toString(16).padStart(12, '0')}`

await pool.query(
  `INSERT INTO ${schema}.users (id, username, name, bio, role, session_epoch, created_at)
    SELECT id, 'person_' || n - 1, '', '', 'member', 0, now() FROM unnest($1::uuid[]) WITH ORDINALITY AS made (id, n)`,
  [Array.from({ length: people }, (_, number) => idOf(1, number))],
)
for (let number = 0; number < people; number++) {
  const post = { caption: '', createdAt: new Date(), editedAt: null, fields: {} }
  await storage.posts.create({ id: idOf(2, number), authorId: idOf(1, number), ...post }, [])
}
await pool.query(`
  CREATE TABLE ${schema}.twin_users (id uuid PRIMARY KEY, username text UNIQUE, deleted_at timestamptz, banned_at timestamptz,
    followers integer NOT NULL DEFAULT 0, following integer NOT NULL DEFAULT 0, likes integer NOT NULL DEFAULT 0) WITH (fillfactor = 70);
  INSERT INTO ${schema}.twin_users (id, username) SELECT id, username FROM ${schema}.users;
  CREATE TABLE ${schema}.twin_posts (id uuid PRIMARY KEY, author_id uuid NOT NULL, removed boolean NOT NULL DEFAULT false,
    likes integer NOT NULL DEFAULT 0) WITH (fillfactor = 70);
  INSERT INTO ${schema}.twin_posts (id, author_id) SELECT id, author_id FROM ${schema}.posts;
  CREATE TABLE ${schema}.twin_edges (from_id uuid, kind smallint, to_id uuid, id uuid NOT NULL, PRIMARY KEY (from_id, kind, to_id));
  CREATE INDEX ON ${schema}.twin_edges (to_id, kind, id);
  CREATE INDEX ON ${schema}.twin_edges (from_id, kind, id);
  ANALYZE`)

const living = 'deleted_at IS NULL AND banned_at IS NULL'
const follow = `WITH actor AS (
    SELECT id FROM ${schema}.twin_users WHERE id = $1 AND ${living} FOR KEY SHARE
  ), target AS (
    SELECT id FROM ${schema}.twin_users WHERE username = $2 AND ${living} FOR NO KEY UPDATE
  ), added AS (
    INSERT INTO ${schema}.twin_edges (from_id, kind, to_id, id) SELECT actor.id, 1, target.id, $3 FROM actor, target
      ON CONFLICT DO NOTHING RETURNING from_id, to_id
  ), counted AS (
    UPDATE ${schema}.twin_users SET following = following + 1 FROM added WHERE id = added.from_id
  )
  UPDATE ${schema}.twin_users SET followers = followers + 1 FROM added WHERE id = added.to_id RETURNING followers AS count`
const like = `WITH actor AS (
    SELECT id FROM ${schema}.twin_users WHERE id = $1 AND ${living} FOR KEY SHARE
  ), post AS (
    SELECT post.id FROM ${schema}.twin_posts AS post JOIN ${schema}.twin_users AS author ON author.id = author_id
      WHERE post.id = $2 AND NOT removed AND ${living} FOR NO KEY UPDATE OF post
  ), added AS (
    INSERT INTO ${schema}.twin_edges (from_id, kind, to_id, id) SELECT actor.id, 2, post.id, $3 FROM actor, post
      ON CONFLICT DO NOTHING RETURNING from_id, to_id
  ), counted AS (
    UPDATE ${schema}.twin_users SET likes = likes + 1 FROM added WHERE id = added.from_id
  )
  UPDATE ${schema}.twin_posts SET likes = likes + 1 FROM added WHERE id = added.to_id RETURNING likes AS count`

/** A UUIDv7, from the random bytes that Node buffers. */
function newId(): string {
  const time = Date.now().toString(16).padStart(12, '0')
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`
}

async function twin(name: string, text: string, values: string[]): Promise<number> {
  const { rows } = await pool.query<{ count: number }>({
    text,
    values: [...values, newId()],
    ...(prepare && { name }),
  })
  if (!rows[0]) throw new Error('The edge was not added')
  return rows[0].count
}

/** Returns a new pair each time. */
function freshPairs(): () => [from: number, to: number] {
  let given = 0
  return () => {
    const [from, step] = [given % people, 1 + Math.floor(given / people)]
    given++
    return [from, (from + step * 7) % people]
  }
}

const [ofKith, ofTwin] = [freshPairs(), freshPairs()]
const follows = {
  kith() {
    const [from, to] = ofKith()
    return kith.follows.add({ userId: idOf(1, from), sessionId: null }, `person_${to}`)
  },
  twin() {
    const [from, to] = ofTwin()
    return twin('follow', follow, [idOf(1, from), `person_${to}`])
  },
}
const likes = {
  kith() {
    const [from, to] = ofKith()
    return kith.likes.add({ userId: idOf(1, from), sessionId: null }, idOf(2, to))
  },
  twin() {
    const [from, to] = ofTwin()
    return twin('like', like, [idOf(1, from), idOf(2, to)])
  },
}
report('follow on PostgreSQL', await sideBySide({ ...follows, calls, rounds }), 0.75)
report('like on PostgreSQL', await sideBySide({ ...likes, calls, rounds }), 0.75)
await kith.close()
await postgres.close()
