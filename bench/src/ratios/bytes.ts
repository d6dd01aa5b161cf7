import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import type * as SqliteModule from '@kith/storage-sqlite'
import { createLoad } from '../bulk-load.ts'
import { edgeId, postId, postTime, userId } from '../ids.ts'
import { startProgress } from '../progress.ts'
import { createWorkload } from '../workload.ts'

/**
 * The size of a follow and a post in an SQLite file, by tree, in whole pages as `dbstat` counts them: `pnpm --filter @kith/bench ratio bytes
 * [<folder of an earlier checkout>]`. Rows are inserted in the order of time, as in a running app, so pages are as full as they are there.
 * `--file <path>` reports on a file of `pnpm --filter @kith/bench feed` instead: with `--users 1000000 --posts 2000000` that has more than
 * 100 million follows, and fits in 20 GB. Exits with 1 above a target.
 */
const { values, positionals } = parseArgs({
  args: process.argv.slice(3).filter((each) => each !== '--'),
  allowPositionals: true,
  options: {
    users: { type: 'string', default: '20000' },
    posts: { type: 'string', default: '200000' },
    file: { type: 'string' },
  },
})
const targets = { edge: 160, post: 200, fileGigabytes: 20 }
const here = fileURLToPath(new URL('../../..', import.meta.url))

interface Tree {
  name: string
  bytes: number
}

/** The trees of a table and of its indexes. */
function treesOf(database: DatabaseSync, ...tables: string[]): Tree[] {
  return database
    .prepare(
      `SELECT stat.name AS name, sum(stat.pgsize) AS bytes FROM dbstat AS stat
        WHERE stat.aggregate = 1 AND stat.name IN (SELECT name FROM sqlite_schema WHERE tbl_name IN (${tables.map(() => '?').join(', ')}))
        GROUP BY stat.name HAVING bytes > 4096 ORDER BY bytes DESC`,
    )
    .all(...tables) as unknown as Tree[]
}

function report(what: string, trees: readonly Tree[], count: number): number {
  const of = (bytes: number): string => (bytes / count).toFixed(1)
  const total = trees.reduce((sum, { bytes }) => sum + bytes, 0)
  console.log(
    `  ${of(total)} bytes ${what}: ${trees.map(({ name, bytes }) => `${name} ${of(bytes)}`).join(', ')}`,
  )
  return total / count
}

/** Fills a file of that checkout in the order of time, and reports the size of its rows. */
async function measure(folder: string): Promise<{ edge: number; post: number }> {
  const { createSqliteStorage } = (await import(
    join(folder, 'packages/storage-sqlite/src/index.ts')
  )) as typeof SqliteModule
  const directory = mkdtempSync(join(tmpdir(), 'kith-bytes-'))
  const path = join(directory, 'app.db')
  try {
    const storage = createSqliteStorage({ path })
    await storage.migrate()
    await storage.close()
    const database = new DatabaseSync(path)
    const counts = fill(database)
    console.log(`\n${folder}: ${counts.edges} follows, ${counts.posts} posts, ${statSync(path).size} bytes`)
    const edge = report('a follow', treesOf(database, 'kith_edges', 'kith_edge_counts'), counts.edges)
    const post = report('a post', treesOf(database, 'kith_posts', 'kith_post_counts'), counts.posts)
    report('its picture', treesOf(database, 'kith_media'), counts.posts)
    database.close()
    return { edge, post }
  } finally {
    rmSync(directory, { recursive: true })
  }
}

function fill(database: DatabaseSync): { edges: number; posts: number } {
  const [users, posts] = [Number(values.users), Number(values.posts)]
  const { following, author } = createWorkload({ seed: 1, users, posts })
  const { id, addEdge } = createLoad(database)
  const edges: { from: number; to: number; isListed: boolean }[] = []
  for (let from = 0; from < users; from++) {
    const others = following(from)
    for (const to of others) edges.push({ from, to, isListed: others.length >= 500 })
  }
  const media = database.prepare(
    `INSERT INTO kith_media (id, owner_id, kind, content_type, created_at, state, measures, use, subject, position, alt)
      VALUES (?, ?, 'image', 'image/webp', ?, 'ready', ?, 'post', ?, 0, '')`,
  )
  const post = database.prepare(
    "INSERT INTO kith_posts (id, author_id, caption, created_at) VALUES (?, ?, '', ?)",
  )
  database.exec('PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -1000000; BEGIN')
  const progress = startProgress('follows and posts', edges.length + posts)
  // In an app the edges arrive in no particular order, so they are shuffled.
  for (let made = 0; made < edges.length; made++) {
    const other = made + Math.floor(fraction(made) * (edges.length - made))
    const edge = edges[other]
    if (!edge) continue
    edges[other] = edges[made] ?? edge
    const { from, to, isListed } = edge
    addEdge({ kind: 1, from: id(userId(from)), to: id(userId(to)), id: id(edgeId(made)), isListed })
    progress.advance()
  }
  for (let each = 0; each < posts; each++) {
    const [own, owner] = [id(postId(each)), id(userId(author(each)))]
    post.run(own, owner, postTime(each))
    media.run(id(edgeId(1e9 + each)), owner, postTime(each), measures, own)
    progress.advance()
  }
  database.exec(`INSERT INTO kith_edge_counts SELECT 1, node, sum(outgoing), sum(incoming) FROM (
      SELECT from_id AS node, count(*) AS outgoing, 0 AS incoming FROM kith_edges GROUP BY from_id
      UNION ALL SELECT to_id, 0, count(*) FROM kith_edges GROUP BY to_id) GROUP BY node;
    INSERT INTO kith_post_counts (author_id, posts) SELECT author_id, count(*) FROM kith_posts GROUP BY author_id;
    COMMIT`)
  progress.done()
  return { edges: edges.length, posts }
}

/** A pseudorandom number from 0 to 1 for each number, the same in every run. */
function fraction(number: number): number {
  return (Math.imul(number + 1, 0x9e3779b1) >>> 0) / 2 ** 32
}

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

/** Reports on a file that `pnpm --filter @kith/bench feed --users … --posts …` has created. */
function measureFile(path: string): void {
  const database = new DatabaseSync(path, { readOnly: true })
  const numberOf = (sql: string): number => Number(database.prepare(sql).get()?.['number'])
  const follows = numberOf('SELECT sum(outgoing) AS number FROM kith_edge_counts')
  const posts = numberOf('SELECT sum(posts) AS number FROM kith_post_counts')
  const people = numberOf('SELECT count(*) AS number FROM kith_users')
  const gigabytes = statSync(path).size / 1e9
  console.log(`${path}: ${gigabytes.toFixed(2)} GB, ${people} people, ${follows} follows, ${posts} posts`)
  report('a follow', treesOf(database, 'kith_edges', 'kith_edge_counts'), follows)
  report('a post with its caption', treesOf(database, 'kith_posts', 'kith_post_counts'), posts)
  database.close()
  if (gigabytes <= targets.fileGigabytes) return
  console.log(`ABOVE: at most ${targets.fileGigabytes} GB`)
  process.exitCode = 1
}

if (values.file) measureFile(values.file)
else {
  for (const folder of positionals) await measure(folder)
  const { edge, post } = await measure(here)
  console.log(
    `\nTargets: ${targets.edge} bytes a follow, ${targets.post} bytes a post without its caption and picture`,
  )
  if (edge > targets.edge || post > targets.post) {
    console.log('ABOVE')
    process.exitCode = 1
  }
}
