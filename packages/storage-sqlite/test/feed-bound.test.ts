import { DatabaseSync } from 'node:sqlite'
import type { PostRecord } from '@kith/core/ports'
import { beforeAll, expect, test } from 'vitest'
import { createSqliteStorage, type SqliteDatabase } from '../src/index.ts'
import { sampleEdge, samplePost, sampleUser } from './samples.ts'

const limit = 21
const later = new Date(1_800_000_000_000)

const database = new DatabaseSync(':memory:')
let statements = 0
/** The same database, which counts the queries of the feed; the file checks that run once a second are left out. */
const watched: SqliteDatabase = {
  exec: (sql) => database.exec(sql),
  close: () => database.close(),
  prepare(sql) {
    const statement = database.prepare(sql)
    const weight = /kith_(edge|post)/.test(sql) ? 1 : 0
    return {
      run: (values) => statement.run(values),
      get: (values) => ((statements += weight), statement.get(values)),
      all: (values) => ((statements += weight), statement.all(values)),
    }
  },
}
const storage = createSqliteStorage({ database: watched })
const { users, edges, posts, feed } = storage

const read = { kith_edges: 0, kith_post_counts: 0, kith_posts: 0 }

/** Puts a view before each table, which counts the rows and keys that a query reads. */
function countReads(): void {
  database.function('kith_read', (table) => {
    read[table as keyof typeof read]++
    return 1
  })
  for (const table of Object.keys(read)) {
    database.exec(`CREATE TEMP VIEW ${table} AS SELECT * FROM main.${table} WHERE kith_read('${table}')`)
  }
}

async function people(count: number): Promise<string[]> {
  const ids: string[] = []
  for (let index = 0; index < count; index++) {
    const user = sampleUser()
    await users.create(user)
    ids.push(user.id)
  }
  return ids
}

/** Everything that was written, in the order of time. */
const written: PostRecord[] = []

async function write(authorId: string): Promise<void> {
  const post = samplePost({ authorId })
  written.push(post)
  await posts.create(post, [])
}

const readers: Record<string, { id: string; follows: string[] }> = {}

async function reader(name: string, follows: string[]): Promise<void> {
  const [id = ''] = await people(1)
  for (const to of follows) await edges.add(sampleEdge({ from: id, to }))
  readers[name] = { id, follows }
}

let banned: string[] = []

beforeAll(async () => {
  await storage.migrate()
  const [busy, silent] = [await people(5000), await people(5000)]
  banned = await people(2000)
  const [burst = ''] = busy
  for (let index = 0; index < 3; index++) await write(silent[index * 1000] ?? '')
  for (let index = 0; index < 10_000; index++) await write(busy[(index * 7) % busy.length] ?? '')
  for (let index = 0; index < 300; index++) await write(burst)
  for (const id of banned) await write(id)
  await reader('10', busy.slice(10, 20))
  await reader('300', busy.slice(10, 310))
  await reader('1,000', busy.slice(1000, 2000))
  await reader('5,000', busy.slice(0, 5000))
  await reader('10, one of whom wrote hundreds', busy.slice(0, 10))
  await reader('5,000 who hardly write', silent)
  await reader('2,000 who are banned, and 10', [...banned, ...busy.slice(30, 40)])
  for (const id of banned) await users.update(id, { bannedAt: later })
  countReads()
}, 120_000)

async function pageOf(id: string, before: string | null): Promise<PostRecord[]> {
  statements = 0
  for (const table of Object.keys(read)) read[table as keyof typeof read] = 0
  return await feed.home(id, { limit, before })
}

test('every row that is read is counted', () => {
  read.kith_posts = 0
  database.prepare('SELECT count(*) FROM kith_posts WHERE caption IS NOT NULL').get()
  expect(read.kith_posts).toBe(written.length)
})

test.each([
  '10',
  '300',
  '1,000',
  '5,000',
  '10, one of whom wrote hundreds',
  '5,000 who hardly write',
  '2,000 who are banned, and 10',
])(
  'a page for an account that follows %s is right, and costs no more than docs/feed.md says',
  async (name) => {
    const { id, follows } = readers[name] ?? { id: '', follows: [] }
    const shown = written
      .filter(({ authorId }) => follows.includes(authorId) && !banned.includes(authorId))
      .reverse()
    for (let [page, before] = [0, null as string | null]; page < 3; page++) {
      const found = await pageOf(id, before)
      expect(found).toEqual(shown.slice(page * limit, (page + 1) * limit))
      const isMany = follows.length >= 1500
      // The cost of reading the newest posts of all authors, in vain.
      const [sample, wasted] = isMany ? [100, Math.min(2 * follows.length, 4000)] : [0, 0]
      expect(statements).toBeLessThanOrEqual(isMany ? 4 : 2)
      expect(read.kith_edges).toBeLessThanOrEqual(follows.length + sample + limit)
      expect(read.kith_post_counts).toBeLessThanOrEqual(follows.length + 1 + sample + limit)
      const older = before === null ? 0 : follows.length
      expect(read.kith_posts).toBeLessThanOrEqual(3 * limit + sample + wasted + older)
      before = found.at(-1)?.id ?? null
      if (found.length < limit) break
    }
  },
)
