import { DatabaseSync } from 'node:sqlite'
import { setTimeout as wait } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { mostUnlisted } from '../src/edge-kinds.ts'
import { createSqliteStorage } from '../src/index.ts'
import { outputOf, startScript } from './child-process.ts'
import { useTemporaryFolder } from './temporary-folder.ts'
import { textIdVersions } from './version-7.ts'

const freshPath = useTemporaryFolder()
const [people, posts, leaders, uploads] = [3_000, 4_000, 3, 700]
const tables = [
  'users',
  'held_usernames',
  'sessions',
  'edges',
  'edge_counts',
  'hidden_nodes',
  'posts',
  'post_counts',
  'media',
] as const

const id = (kind: number, number: number): string =>
  `01890000-0000-7${kind}00-8abc-${number.toString(16).padStart(12, '0')}`

/** A file of version 7, whose ids are strings; the first accounts follow more than others, and one is hidden. */
function writeVersion7(path: string): void {
  const database = new DatabaseSync(path)
  database.exec(`PRAGMA journal_mode = WAL;
    CREATE TABLE kith_schema (version INTEGER PRIMARY KEY, applied_at INTEGER NOT NULL) STRICT;
    CREATE TABLE kith_schema_steps (version INTEGER NOT NULL, name TEXT NOT NULL, applied_at INTEGER NOT NULL,
      PRIMARY KEY (version, name)) STRICT, WITHOUT ROWID;
    ${textIdVersions.map(({ statements }) => statements).join('\n')}
    INSERT INTO kith_schema VALUES (1, 0), (2, 0), (3, 0), (4, 0), (5, 0), (6, 0);
    INSERT INTO kith_schema_steps VALUES (7, '', 0);
    BEGIN`)
  const insert = (table: string, columns: Record<string, string | number | null>): void => {
    const names = Object.keys(columns)
    const places = names.map(() => '?').join(', ')
    database
      .prepare(`INSERT INTO kith_${table} (${names.join(', ')}) VALUES (${places})`)
      .run(...Object.values(columns))
  }
  let edges = 0
  for (let person = 0; person < people; person++) {
    const user = id(1, person)
    insert('users', { id: user, username: `person-${person}`, name: 'Zoë', bio: '', created_at: person })
    insert('sessions', {
      id: id(2, person),
      user_id: user,
      generation: person,
      created_at: 1,
      rotated_at: 2,
      expires_at: 3,
    })
    const follows = person < leaders ? mostUnlisted + 200 : 4
    for (let step = 1; step <= follows; step++) {
      const to = id(1, (person + step) % people)
      insert('edges', { kind: 1, from_id: user, to_id: to, id: id(3, (edges++ * 7919) % 1e6), hidden: 0 })
    }
    if (person % 3 === 0)
      insert('held_usernames', { username: `old-${person}`, user_id: user, held_until: person })
  }
  for (let post = 0; post < posts; post++) {
    const author = id(1, post % people)
    insert('posts', { id: id(4, post), author_id: author, caption: `Nº ${post}`, created_at: post })
    if (post < uploads)
      insert('media', {
        id: id(5, post),
        owner_id: author,
        kind: 'image',
        content_type: 'image/webp',
        created_at: post,
        state: post % 2 ? 'ready' : 'released',
        use: post % 2 ? 'post' : null,
        subject: post % 2 ? id(4, post) : null,
      })
  }
  insert('hidden_nodes', { node: id(1, 9), hidden: 1 })
  database.exec(`UPDATE kith_edges SET hidden = 1 WHERE from_id = '${id(1, 9)}';
    UPDATE kith_edges SET hidden = hidden + 2 WHERE to_id = '${id(1, 9)}';
    INSERT INTO kith_edge_counts SELECT 1, node, sum(outgoing), sum(incoming) FROM (
      SELECT from_id AS node, count(*) AS outgoing, 0 AS incoming FROM kith_edges WHERE hidden = 0 GROUP BY from_id
      UNION ALL SELECT to_id, 0, count(*) FROM kith_edges WHERE hidden = 0 GROUP BY to_id) GROUP BY node;
    INSERT INTO kith_post_counts SELECT author_id, count(*) FROM kith_posts GROUP BY author_id;
    COMMIT`)
  database.close()
}

/** Every row of every table, with ids as the digits of their strings. */
function contentOf(path: string): Record<string, unknown[]> {
  const database = new DatabaseSync(path)
  const content = tables.map((table) => {
    const rows = database.prepare(`SELECT * FROM kith_${table}`).all()
    return [table, rows.map((row) => JSON.stringify(plain(row))).sort()]
  })
  database.close()
  return Object.fromEntries(content) as Record<string, unknown[]>
}

function plain(row: Record<string, unknown>): unknown {
  const fields = Object.entries(row)
    // Later versions add columns, which are empty at first.
    .filter(([name, value]) => value !== null && !['listed', 'newest', 'again_at'].includes(name))
    .map(([name, value]) => [name, value instanceof Uint8Array ? textOf(value) : value])
  return Object.fromEntries(fields.sort(([one], [other]) => (String(one) < String(other) ? -1 : 1)))
}

/** Without the functions that the storage uses for it. */
function textOf(bytes: Uint8Array): string {
  return [...bytes]
    .map((byte, index) => ([4, 6, 8, 10].includes(index) ? '-' : '') + byte.toString(16).padStart(2, '0'))
    .join('')
}

function newestOf(path: string, person: number): unknown {
  const database = new DatabaseSync(path)
  const newest = database
    .prepare("SELECT newest FROM kith_post_counts WHERE author_id = unhex(?, '-')")
    .get(id(1, person))
  database.close()
  return newest?.['newest'] instanceof Uint8Array ? textOf(newest['newest']) : newest
}

function integrityOf(path: string): unknown {
  const database = new DatabaseSync(path)
  const rows = database.prepare('PRAGMA integrity_check').all()
  database.close()
  return rows
}

test('a file with string ids is converted to byte ids, however often the process is killed meanwhile', async () => {
  const path = freshPath()
  writeVersion7(path)
  const before = contentOf(path)
  const storage = createSqliteStorage({ path })
  const planned = await storage.plan()
  const due = planned.reduce((sum, { total }) => sum + total, 0)
  expect(due).toBeGreaterThan(people + posts)
  let kills = 0
  for (;;) {
    const worker = startScript('migrate-worker.ts', [path])
    const output = outputOf(worker)
    const ended = new Promise<string | null>((resolve) => worker.once('exit', (_, signal) => resolve(signal)))
    await new Promise((resolve) => worker.stdout?.once('data', resolve))
    // Longer each time, so that a slow machine finishes as well.
    await wait(Math.random() * (12 + kills))
    worker.kill('SIGKILL')
    await output
    if ((await ended) === null) break
    kills++
    const left = await storage.plan()
    // The later versions only add, and do not make any process wait.
    if (!left.some(({ name }) => /^schema [89]\b/.test(name))) break
    await expect(storage.users.byId(id(1, 0)), 'half a table says nothing').rejects.toMatchObject({
      code: 'storage-failed',
    })
  }
  expect(kills).toBeGreaterThan(5)
  await storage.migrate()
  expect(await storage.plan()).toEqual([])
  expect(await storage.check()).toBeNull()
  expect(contentOf(path)).toEqual(before)
  expect(integrityOf(path)).toEqual([{ integrity_check: 'ok' }])

  expect(newestOf(path, 7)).toBe(id(4, people + 7))
  expect(newestOf(path, people - 1)).toBe(id(4, people - 1))
  expect(await storage.users.byLogin({ username: 'person-7' })).toMatchObject({ id: id(1, 7), name: 'Zoë' })
  const leader = await storage.edges.list({ kind: 'follow', side: 'out', node: id(1, 0) }, page)
  expect(leader).toHaveLength(100)
  expect(leader).toEqual(leader.toSorted((one, other) => (one.id < other.id ? 1 : -1)))
  expect(await storage.edges.list({ kind: 'follow', side: 'in', node: id(1, 9) }, page)).toEqual([])
  for (const { recount } of [storage.edges, storage.posts])
    expect(await recount(null, people * 100)).toMatchObject({ differences: [] })
  await storage.close()
}, 240_000)

test('a migrated file has the same tables, indexes and triggers as a new one', async () => {
  const [old, fresh] = [freshPath(), freshPath()]
  writeVersion7(old)
  for (const path of [old, fresh]) {
    const storage = createSqliteStorage({ path })
    await storage.migrate()
    await storage.close()
  }
  expect(schemaOf(old)).toEqual(schemaOf(fresh))
})

test('it is converted in steps that let timers run, by two processes at a time, and a failure names the obstacle', async () => {
  const path = freshPath()
  writeVersion7(path)
  const database = new DatabaseSync(path)
  database.exec('CREATE TABLE pets (owner TEXT REFERENCES kith_users (id))')
  const [one, other] = [createSqliteStorage({ path }), createSqliteStorage({ path })]
  await expect(one.migrate()).rejects.toMatchObject({
    code: 'storage-failed',
    detail: expect.stringContaining('pets') as string,
  })
  expect(Number(database.prepare('SELECT count(*) AS rows FROM kith_users').get()?.['rows'])).toBe(people)
  database.exec('DROP TABLE pets')
  let turns = 0
  const timer = setInterval(() => turns++, 1)
  const before = contentOf(path)
  await Promise.all([one.migrate(), other.migrate()])
  clearInterval(timer)
  expect(turns).toBeGreaterThan(20)
  expect(contentOf(path)).toEqual(before)
  for (const storage of [one, other]) await storage.close()
  database.close()
})

test.each([
  'CREATE VIEW app_part AS SELECT id, username FROM kith_users',
  'CREATE TRIGGER app_part AFTER INSERT ON pets BEGIN UPDATE kith_users SET bio = NEW.name WHERE id = NEW.owner; END',
  'CREATE TRIGGER app_part AFTER INSERT ON kith_posts BEGIN SELECT 1; END',
  'CREATE INDEX app_part ON kith_users (created_at)',
])("an app's object on the tables is refused before the conversion, by name: %s", async (statement) => {
  const path = freshPath()
  writeVersion7(path)
  const database = new DatabaseSync(path)
  database.exec('CREATE TABLE pets (owner TEXT, name TEXT, kith_user_id BLOB)')
  database.exec(
    'CREATE INDEX pets_owner ON pets (kith_user_id); CREATE VIEW pet_names AS SELECT name FROM pets',
  )
  database.exec(statement)
  const storage = createSqliteStorage({ path })
  await expect(storage.migrate()).rejects.toMatchObject({
    code: 'storage-failed',
    detail: expect.stringContaining('app_part') as string,
  })
  expect(Number(database.prepare('SELECT count(*) AS rows FROM kith_users').get()?.['rows'])).toBe(people)
  database.exec(`DROP ${statement.split(' ')[1] ?? ''} app_part`)
  await storage.migrate()
  expect(Number(database.prepare('SELECT count(*) AS rows FROM kith_users').get()?.['rows'])).toBe(people)
  await storage.close()
  database.close()
})

const page = { limit: 100, before: null }

/** The schema as SQLite stores it, without the spaces and quotes that renaming a table leaves. */
function schemaOf(path: string): unknown {
  const database = new DatabaseSync(path)
  const rows = database
    .prepare('SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name')
    .all()
  database.close()
  return rows.map((row) => ({ ...row, sql: String(row['sql']).replace(/["\s]/g, '') }))
}
