import { once } from 'node:events'
import type { Writable } from 'node:stream'
import { createPostgresStorage } from '@kith/storage-postgres'
import type { Sql } from 'postgres'
import { edgeId, postId, postTime, userId } from './ids.ts'
import { startProgress } from './progress.ts'
import type { Workload } from './workload.ts'

/** Fills a schema with a network, without the ports, which would take many times as long. Does nothing if it is filled. */
export async function loadPostgres(sql: Sql, schema: string, workload: Workload): Promise<void> {
  const [found] = await sql`SELECT obj_description(to_regnamespace(${schema}), 'pg_namespace') AS state`
  if (found?.['state'] === 'complete') return
  await sql`DROP SCHEMA IF EXISTS ${sql(schema)} CASCADE`
  await createPostgresStorage({ sql, schema, timeoutMillis: 600_000 }).migrate()
  await fillPostgres(sql, schema, workload)
  await sql.unsafe(`COMMENT ON SCHEMA ${schema} IS 'complete'`)
}

/** The same in a newly migrated schema. */
export async function fillPostgres(sql: Sql, schema: string, workload: Workload): Promise<void> {
  await loadPeople(sql, schema, workload)
  await loadPosts(sql, schema, workload)
  await count(sql, schema)
}

async function loadPeople(sql: Sql, schema: string, { users, following }: Workload): Promise<void> {
  const progress = startProgress('people and follows', users)
  const columns = 'id, username, name, bio, role, session_epoch, created_at'
  const [people, edges] = [
    await copyInto(sql, `${schema}.users (${columns})`),
    await copyInto(sql, `${schema}.edges (from_id, to_id, id, kind, hidden)`),
  ]
  const created = new Date().toISOString()
  let made = 0
  for (let user = 0; user < users; user++) {
    const from = userId(user)
    await people.write([from, `person_${user}`, `Person ${user}`, '', 'member', '0', created])
    for (const other of following(user)) await edges.write([from, userId(other), edgeId(made++), '1', '0'])
    progress.advance()
  }
  await people.end()
  await edges.end()
  progress.done()
}

async function loadPosts(sql: Sql, schema: string, { posts, author }: Workload): Promise<void> {
  const progress = startProgress('posts', posts)
  const rows = await copyInto(sql, `${schema}.posts (id, author_id, caption, created_at)`)
  for (let post = 0; post < posts; post++) {
    const caption = `Post number ${post}, of the length that captions have`
    await rows.write([postId(post), userId(author(post)), caption, new Date(postTime(post)).toISOString()])
    progress.advance()
  }
  await rows.end()
  progress.done()
}

async function count(sql: Sql, schema: string): Promise<void> {
  const steps = [
    `INSERT INTO ${schema}.edge_counts (node, kind, outgoing, incoming) SELECT node, kind, sum(outgoing), sum(incoming) FROM (
      SELECT from_id AS node, kind, count(*) AS outgoing, 0 AS incoming FROM ${schema}.edges GROUP BY from_id, kind
      UNION ALL SELECT to_id, kind, 0, count(*) FROM ${schema}.edges GROUP BY to_id, kind) AS ends GROUP BY node, kind`,
    `INSERT INTO ${schema}.post_counts (author_id, posts, newest) SELECT DISTINCT ON (author_id) author_id,
      count(*) OVER (PARTITION BY author_id), id FROM ${schema}.posts ORDER BY author_id, id DESC`,
    ...['users', 'edges', 'edge_counts', 'posts', 'post_counts'].map(
      (table) => `VACUUM ANALYZE ${schema}.${table}`,
    ),
  ]
  const progress = startProgress('counts, statistics', steps.length)
  for (const step of steps) {
    await sql.unsafe(step)
    progress.advance()
  }
  progress.done()
}

interface Rows {
  write(row: readonly string[]): Promise<void>
  end(): Promise<void>
}

/** Rows are sent in chunks of this many characters. */
const pieceLength = 60_000

async function copyInto(sql: Sql, target: string): Promise<Rows> {
  const stream = (await sql.unsafe(`COPY ${target} FROM STDIN`).writable()) as Writable
  let piece = ''
  async function flush(): Promise<void> {
    if (!stream.write(piece)) await once(stream, 'drain')
    piece = ''
  }
  return {
    async write(row) {
      piece += `${row.join('\t')}\n`
      if (piece.length > pieceLength) await flush()
    },
    async end() {
      await flush()
      stream.end()
      await once(stream, 'finish')
    },
  }
}
