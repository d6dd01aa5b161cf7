import { copyFileSync, existsSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import type { Storage } from '@kith/core/ports'
import { describe, expect, test, vi } from 'vitest'
import { createSqliteStorage, type SqliteStorageOptions } from '../src/index.ts'
import { drivers } from './drivers.ts'
import { sampleUser } from './samples.ts'
import { useTemporaryFolder } from './temporary-folder.ts'

const freshPath = useTemporaryFolder()

/** Writes until the loss is detected; returns how many writes were acknowledged, and how long that took. */
async function writeUntilNoticed({ users }: Storage): Promise<{ error: unknown; millis: number }> {
  const start = performance.now()
  for (;;) {
    const error: unknown = await users.create(sampleUser()).then(
      () => null,
      (reason: unknown) => reason,
    )
    if (error !== null) return { error, millis: performance.now() - start }
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

function lost(what: string): object {
  return {
    code: 'storage-unavailable',
    status: 503,
    retryAfterSeconds: 5,
    detail: expect.stringContaining(what) as string,
  }
}

const ways: [string, (path: string) => SqliteStorageOptions][] = [
  ['a path', (path) => ({ path })],
  ...drivers.map(({ name, open }): (typeof ways)[number] => [
    `a database of ${name}`,
    (path) => {
      const database = open(path)
      database.exec('PRAGMA journal_mode = WAL')
      return { database }
    },
  ]),
]

const ada = sampleUser({ username: 'ada' })

// A loss is detected within a second, so the tests wait concurrently.
describe.each(ways)('with %s, under a running storage', { concurrent: true }, (_, optionsFor) => {
  async function running(): Promise<{ path: string; storage: Storage }> {
    const path = freshPath()
    const storage = createSqliteStorage(optionsFor(path))
    await storage.migrate()
    await storage.users.create(ada)
    return { path, storage }
  }

  const losses: [string, string, (path: string) => void][] = [
    ['a deleted file', 'The database file is gone', (path) => rmSync(path)],
    [
      'a file that another one replaced',
      'The database file was replaced by another',
      (path) => {
        copyFileSync(path, `${path}.backup`)
        renameSync(`${path}.backup`, path)
      },
    ],
    ['a deleted WAL', 'The -wal or -shm file of the database was deleted', (path) => rmSync(`${path}-wal`)],
    [
      'a deleted index of the WAL',
      'The -wal or -shm file of the database was deleted',
      (path) => rmSync(`${path}-shm`),
    ],
  ]
  test.each(losses)('%s is detected when reading and writing', async (_what, says, lose) => {
    const { path, storage } = await running()
    lose(path)
    const { error, millis } = await writeUntilNoticed(storage)
    expect(error).toMatchObject(lost(says))
    // A second, plus the overhead of a busy machine.
    expect(millis).toBeLessThan(5_000)
    await expect(storage.users.byId(ada.id)).rejects.toMatchObject(lost(says))
    await expect(storage.check()).rejects.toMatchObject(lost(says))
    await storage.close()
  })

  test('a file that returns is used again, and an unaffected one continues', async () => {
    const { path, storage } = await running()
    renameSync(path, `${path}.away`)
    await writeUntilNoticed(storage)
    renameSync(`${path}.away`, path)
    await vi.waitFor(async () => expect(await storage.users.byId(ada.id)).not.toBeNull(), 5_000)
    expect(await storage.users.create(sampleUser())).toEqual({ outcome: 'created' })
    await storage.close()
  })
})

describe('mustExist', () => {
  const refused = {
    code: 'storage-unavailable',
    status: 503,
    detail: expect.stringContaining('mount its volume or correct the path') as string,
  }

  test('refuses a missing or empty file, and does not create it', async () => {
    const path = freshPath()
    const storage = createSqliteStorage({ path, mustExist: true })
    for (const call of [storage.migrate(), storage.users.byId('x'), storage.plan(), storage.check()]) {
      await expect(call).rejects.toMatchObject(refused)
    }
    expect(existsSync(path)).toBe(false)
    writeFileSync(path, '')
    await expect(storage.migrate()).rejects.toMatchObject(refused)
    expect(statSync(path).size).toBe(0)

    // After the volume is mounted, no restart is needed.
    rmSync(path)
    await createSqliteStorage({ path }).migrate()
    expect(await storage.users.byId('x')).toBeNull()
    await storage.close()
  })

  test.each(drivers)('refuses a file of $name without the tables of Kith', async ({ open }) => {
    const path = freshPath()
    const database = open(path)
    database.exec('CREATE TABLE app (name TEXT)')
    for (const options of [{ path }, { database }])
      await expect(createSqliteStorage({ ...options, mustExist: true }).migrate()).rejects.toMatchObject(
        refused,
      )
    await createSqliteStorage({ database }).migrate()
    await createSqliteStorage({ database, mustExist: true }).migrate()
    database.close()
  })
})

test('the WAL shrinks to walSizeLimitBytes after a long read has made it grow', async () => {
  const path = freshPath()
  const storage = createSqliteStorage({ path, walSizeLimitBytes: 1_000_000 })
  await storage.migrate()
  const bio = 'x'.repeat(100_000)
  const write = (): Promise<unknown> => storage.users.create(sampleUser({ bio }))
  const reader = new DatabaseSync(path)
  reader.exec('BEGIN; SELECT count(*) FROM kith_users')
  for (let user = 0; user < 100; user++) await write()
  const grown = statSync(`${path}-wal`).size
  expect(grown).toBeGreaterThan(10_000_000)
  reader.exec('COMMIT')
  // The first write moves everything back into the file, the next restarts the WAL.
  for (let user = 0; user < 3; user++) await write()
  expect(statSync(`${path}-wal`).size).toBeLessThan(2_000_000)
  reader.close()
  await storage.close()
})
