import { existsSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { createKith } from '@kith/core'
import { createMemoryStorage } from '@kith/core/memory'
import { describe, expect, test, vi } from 'vitest'
import { drivers } from '../test/drivers.ts'
import { sampleUser } from '../test/samples.ts'
import { useTemporaryFolder } from '../test/temporary-folder.ts'
import { createSqliteStorage, type SqliteDatabase, type SqliteStorageOptions } from './index.ts'
import * as exported from './index.ts'

const freshPath = useTemporaryFolder()

test('the package exports one function', () => {
  expect(Object.keys(exported)).toMatchInlineSnapshot(`
    [
      "createSqliteStorage",
    ]
  `)
})

test.each([
  {},
  { path: '' },
  { path: 7 },
  { path: 'app.db', database: new DatabaseSync(':memory:') },
  { path: 'app.db', durability: 'full' },
  { path: 'app.db', busyTimeoutMillis: 0.5 },
  { path: 'app.db', walSizeLimitBytes: -1 },
  { path: 'app.db', mustExist: 'yes' },
  { path: ':memory:', mustExist: true },
  { path: 'app.db', busyTimeoutMillis: '5; DROP TABLE kith_users' },
])('incompatible options are a TypeError: %o', (options) => {
  expect(() => createSqliteStorage(options as SqliteStorageOptions)).toThrow(TypeError)
})

test.each([
  [undefined, "createSqliteStorage: give the path of a file, { path: 'app.db' }, or an open { database }"],
  [{}, "createSqliteStorage: give the path of a file, { path: 'app.db' }, or an open { database }"],
  [
    { path: 'app.db', database: new DatabaseSync(':memory:') },
    'createSqliteStorage: give a path or a database, not both',
  ],
])('a missing path and database, and both together, each have a clear error: %o', (options, message) => {
  expect(() => createSqliteStorage(options as SqliteStorageOptions)).toThrow(new TypeError(message))
})

test.each(['a Node without the module', 'a Node that has no look-up of modules'])(
  '%s gets an error with the required version',
  async (node) => {
    const load = vi.spyOn(process, 'getBuiltinModule')
    load.mockReturnValue(undefined as never)
    if (node.includes('look-up')) vi.stubGlobal('process', { ...process, getBuiltinModule: undefined })
    try {
      await expect(createSqliteStorage({ path: freshPath() }).migrate()).rejects.toMatchObject({
        code: 'storage-failed',
        detail: expect.stringMatching(
          /needs Node 22\.13 or newer; this is v\d.* `database` of better-sqlite3/,
        ) as string,
      })
    } finally {
      load.mockRestore()
      vi.unstubAllGlobals()
    }
  },
)

test('refuses a store from another adapter, except for sessions and facts', () => {
  const secret = 'a secret of the tests, of 32 characters or more'
  const other = createMemoryStorage()
  const storage = createSqliteStorage({ path: ':memory:' })
  expect(() => createKith({ secret, storage: { ...storage, users: other.users } })).toThrow(/of one adapter/)
  const mixed = { ...storage, sessions: other.sessions, facts: other.facts }
  expect(createKith({ secret, storage: mixed }).storage).toBe(mixed)
})

test('constructing a storage opens nothing, and reads the options once', async () => {
  const options = { path: freshPath() }
  const { path } = options
  const storage = createSqliteStorage(options)
  options.path = freshPath()
  expect(existsSync(path)).toBe(false)
  await storage.migrate()
  expect(existsSync(path)).toBe(true)
  await storage.close()
})

test('closing an unused storage does not create the file', async () => {
  const path = freshPath()
  await createSqliteStorage({ path }).close()
  expect(existsSync(path)).toBe(false)
})

test('a closed storage reports that', async () => {
  const storage = createSqliteStorage({ path: ':memory:' })
  await storage.migrate()
  await storage.close()
  await expect(storage.users.byId('x')).rejects.toMatchObject({
    code: 'storage-failed',
    detail: 'The storage was closed: create a new one.',
  })
})

test('stored data is available when the file is opened again', async () => {
  const path = freshPath()
  const user = sampleUser()
  const first = createSqliteStorage({ path })
  await first.migrate()
  await first.users.create(user)
  await first.close()
  const second = createSqliteStorage({ path })
  expect(await second.users.byId(user.id)).toEqual(user)
  await second.close()
})

describe.each(drivers)('a database of $name that is passed in', (driver) => {
  const open = (): SqliteDatabase => driver.open(freshPath())
  const setting = (database: SqliteDatabase, name: string): unknown =>
    Object.values(database.prepare(`PRAGMA ${name}`).get({}) as object)[0]

  test('stays open and keeps its settings', async () => {
    const database = open()
    database.exec('PRAGMA synchronous = EXTRA; PRAGMA busy_timeout = 123')
    const storage = createSqliteStorage({ database })
    await storage.migrate()
    await storage.close()
    expect(setting(database, 'synchronous')).toBe(3)
    expect(setting(database, 'busy_timeout')).toBe(123)
    expect(setting(database, 'journal_mode')).toBe('delete')
    database.close()
  })

  test('gets the requested settings', async () => {
    const database = open()
    for (const [durability, synchronous] of [
      ['power', 2],
      ['process', 1],
    ] as const) {
      await createSqliteStorage({ database, durability, busyTimeoutMillis: 77 }).migrate()
      expect(setting(database, 'synchronous')).toBe(synchronous)
      expect(setting(database, 'busy_timeout')).toBe(77)
    }
    database.close()
  })

  test('does not mix a transaction of the caller with ours', async () => {
    const database = open()
    const storage = createSqliteStorage({ database })
    await storage.migrate()
    database.exec('BEGIN')
    await expect(storage.users.create(sampleUser())).rejects.toMatchObject({ code: 'storage-failed' })
    database.exec('COMMIT')
    expect(await storage.users.create(sampleUser())).toEqual({ outcome: 'created' })
    database.close()
  })
})
