import { createPostgresStorage } from '@kith/storage-postgres'
import pg from 'pg'
import { postgresMissing, startPostgres } from '../../../test/servers/postgres-server.ts'
import { edgeId, postId, postTime, userId } from '../ids.ts'
import { startProgress } from '../progress.ts'
import { createWorkload } from '../workload.ts'

/**
 * The size of a follow, a post and the row of its picture on PostgreSQL, by table and index, in whole pages as `pg_relation_size` counts them:
 * `pnpm --filter @kith/bench ratio bytes-postgres [<people> [<posts>]]`, with the network of `ratio bytes`. Rows are inserted in the order of time, as in
 * a running app, so pages are as full as they are there.
 */
const [users, posts] = [Number(process.argv[3] ?? 20_000), Number(process.argv[4] ?? 200_000)]

const missing = await postgresMissing()
if (missing) throw new Error(missing)
const server = await startPostgres()
const schema = server.freshSchema()
const pool = new pg.Pool({ connectionString: server.uri })
await createPostgresStorage({ pool, schema, timeoutMillis: 60_000 }).migrate()

/** Inserts rows some thousand at a time; a statement gets their columns as arrays `$1`, `$2` and so on. */
function insertInto(sql: string): { add(...row: string[]): Promise<void>; end(): Promise<void> } {
  let rows: string[][] = []
  async function end(): Promise<void> {
    const columns = (rows[0] ?? []).map((_, column) => rows.map((row) => row[column]))
    if (rows.length > 0) await pool.query(sql, columns)
    rows = []
  }
  return {
    end,
    async add(...row) {
      rows.push(row)
      if (rows.length === 5_000) await end()
    },
  }
}

const edges = insertInto(`INSERT INTO ${schema}.edges (from_id, to_id, id, kind, hidden)
  SELECT from_id, to_id, id, 1, 0 FROM unnest($1::uuid[], $2::uuid[], $3::uuid[]) AS made (from_id, to_id, id) ON CONFLICT DO NOTHING`)
const written = insertInto(`INSERT INTO ${schema}.posts (id, author_id, caption, created_at)
  SELECT id, author_id, '', at FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[]) AS made (id, author_id, at)`)
const pictures =
  insertInto(`INSERT INTO ${schema}.media (id, owner_id, kind, content_type, created_at, state, measures, use, subject, position, alt)
  SELECT id, owner, 'image', 'image/webp', at, 'ready', measures, 'post', subject, 0, ''
  FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::timestamptz[], $5::text[]) AS made (id, owner, subject, at, measures)`)

/** The measures of a photo by `@kith/media-sharp`. */
const measures = JSON.stringify({
  width: 1440,
  height: 1080,
  durationSeconds: null,
  thumbhash: '1QcSHQRnh493V4dIh4eXh1h4kJUI',
  palette: ['#204060', '#c0a080', '#405030', '#e0e0d0', '#101820'],
  lightness: 0.52,
  saturation: 0.31,
  takenAt: null,
})

const { following, author } = createWorkload({ seed: 1, users, posts })
const pairs: (readonly [from: number, to: number])[] = []
for (let from = 0; from < users; from++) for (const to of following(from)) pairs.push([from, to])
const progress = startProgress('follows and posts', pairs.length + posts)
// In an app the edges arrive in no particular order, so they are shuffled.
for (let made = 0; made < pairs.length; made++) {
  const share = (Math.imul(made + 1, 0x9e3779b1) >>> 0) / 2 ** 32
  const other = made + Math.floor(share * (pairs.length - made))
  const [from, to] = pairs[other] ?? [0, 0]
  pairs[other] = pairs[made] ?? [0, 0]
  await edges.add(userId(from), userId(to), edgeId(made))
  progress.advance()
}
await edges.end()
for (let post = 0; post < posts; post++) {
  const [id, owner, at] = [postId(post), userId(author(post)), new Date(postTime(post)).toISOString()]
  await written.add(id, owner, at)
  await pictures.add(edgeId(1e9 + post), owner, id, at, measures)
  progress.advance()
}
await Promise.all([written.end(), pictures.end()])
progress.done()
await pool.query(`INSERT INTO ${schema}.edge_counts (node, kind, outgoing, incoming)
  SELECT node, 1, sum(outgoing), sum(incoming) FROM (
    SELECT from_id AS node, 1 AS outgoing, 0 AS incoming FROM ${schema}.edges
    UNION ALL SELECT to_id, 0, 1 FROM ${schema}.edges) AS ends GROUP BY node;
  INSERT INTO ${schema}.post_counts (author_id, posts, newest)
    SELECT author_id, count(*), (array_agg(id ORDER BY id DESC))[1] FROM ${schema}.posts GROUP BY author_id`)

async function report(what: string, tables: readonly string[]): Promise<void> {
  const { rows: parts } = await pool.query<{ name: string; bytes: string }>(
    `SELECT relname AS name, pg_relation_size(oid) AS bytes FROM pg_class
      WHERE relnamespace = to_regnamespace('${schema}') AND relkind IN ('r', 'i')
        AND (oid = ANY ($1::regclass[]) OR oid IN (SELECT indexrelid FROM pg_index WHERE indrelid = ANY ($1::regclass[])))
        AND pg_relation_size(oid) > 8192 ORDER BY 2 DESC`,
    [tables.map((table) => `${schema}.${table}`)],
  )
  const { rows } = await pool.query<{ count: string }>(`SELECT count(*) FROM ${schema}.${tables[0]}`)
  const count = Number(rows[0]?.count)
  const of = (bytes: number): string => (bytes / count).toFixed(1)
  const total = parts.reduce((sum, { bytes }) => sum + Number(bytes), 0)
  const list = parts.map(({ name, bytes }) => `${name} ${of(Number(bytes))}`).join(', ')
  console.log(`  ${of(total)} bytes ${what}, of ${count}: ${list}`)
}

await report('a follow', ['edges', 'edge_counts'])
await report('a post without its caption', ['posts', 'post_counts'])
await report('the row of its picture', ['media'])
await pool.query(`DROP SCHEMA ${schema} CASCADE`)
await pool.end()
await server.stop()
