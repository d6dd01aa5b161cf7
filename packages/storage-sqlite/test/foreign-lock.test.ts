import { once } from 'node:events'
import { DatabaseSync } from 'node:sqlite'
import { isKithError } from '@kith/core'
import type { Storage } from '@kith/core/ports'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { fromHex } from '../src/ids.ts'
import { createSqliteStorage, type SqliteStorageOptions } from '../src/index.ts'
import { startScript } from './child-process.ts'
import { drivers } from './drivers.ts'
import { sampleUser } from './samples.ts'
import { useTemporaryFolder } from './temporary-folder.ts'

const freshPath = useTemporaryFolder()
const release: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const each of release.splice(0)) await each()
})

/** Starts a process that holds the lock of the file, and returns a function that releases it. */
async function holdLock(path: string, begin?: string): Promise<() => Promise<void>> {
  const child = startScript('lock-holder.ts', begin ? [path, begin] : [path])
  await once(child, 'message')
  let held = true
  const letGo = async (): Promise<void> => {
    if (!held) return
    held = false
    child.send('let go')
    await once(child, 'close')
  }
  release.push(letGo)
  return letGo
}

/** Counts how often a timer of 5 ms runs: rarely if something blocks the event loop. */
async function ticksDuring(work: Promise<unknown>): Promise<{ ticks: number; millis: number }> {
  let ticks = 0
  const timer = setInterval(() => void ticks++, 5)
  const start = performance.now()
  await work
  clearInterval(timer)
  return { ticks, millis: performance.now() - start }
}

const codeOf = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => 'done',
    (error: unknown) => (isKithError(error) ? error.code : error),
  )

async function migrated(options: SqliteStorageOptions): Promise<Storage> {
  const storage = createSqliteStorage(options)
  await storage.migrate()
  return storage
}

const ways: [string, (path: string, busyTimeoutMillis: number) => SqliteStorageOptions][] = [
  ['a path', (path, busyTimeoutMillis) => ({ path, busyTimeoutMillis })],
  ...drivers.map(({ name, open }): (typeof ways)[number] => [
    `a database of ${name}`,
    (path, busyTimeoutMillis) => {
      const database = open(path)
      database.exec('PRAGMA journal_mode = WAL')
      return { database, busyTimeoutMillis }
    },
  ]),
]

describe.each(ways)('with %s, while another process holds the write lock', (_, optionsFor) => {
  test('waiting calls block nothing else, and run in order when the lock is released', async () => {
    const path = freshPath()
    const storage = await migrated(optionsFor(path, 60_000))
    const letGo = await holdLock(path)
    const done: number[] = []
    const calls = Array.from({ length: 20 }, async (_, index) => {
      await storage.users.create(sampleUser())
      done.push(index)
    })
    const { ticks } = await ticksDuring(new Promise((resolve) => setTimeout(resolve, 500)))
    // 100 on an idle machine, and at most 1 if a call blocked the loop for its 60 s.
    expect(ticks).toBeGreaterThan(3)
    expect(done).toEqual([])
    expect(await storage.users.byLogin({ username: 'nobody' }), 'reading goes on').toBeNull()
    await letGo()
    await Promise.all(calls)
    expect(done).toEqual(calls.map((_, index) => index))
    await storage.close()
  })

  test('after one call has waited in vain the others fail fast, until the lock is free', async () => {
    const path = freshPath()
    const storage = await migrated(optionsFor(path, 300))
    const letGo = await holdLock(path)
    const create = (): Promise<unknown> => codeOf(storage.users.create(sampleUser()))
    const start = performance.now()
    const first = create()
    const late = new Promise((resolve) => setTimeout(resolve, 150)).then(create)
    expect(await first).toBe('storage-busy')
    expect(performance.now() - start).toBeGreaterThan(290)
    expect(await late).toBe('storage-busy')

    // A thousand calls that each waited 300 ms, or 5 ms in the driver, would take far longer than this.
    const { millis } = await ticksDuring(
      (async () => {
        for (let call = 0; call < 1000; call++) expect(await create()).toBe('storage-busy')
      })(),
    )
    expect(millis).toBeLessThan(4_000)
    await letGo()
    await vi.waitFor(async () => expect(await create()).toBe('done'))
    expect(await create()).toBe('done')
    await storage.close()
  })

  test('closing lets waiting calls finish, and refuses others', async () => {
    const path = freshPath()
    const storage = await migrated(optionsFor(path, 60_000))
    const letGo = await holdLock(path)
    const user = sampleUser()
    const waiting = codeOf(storage.users.create(user))
    const closed = storage.close()
    expect(await codeOf(storage.users.create(sampleUser()))).toBe('storage-failed')
    await letGo()
    await closed
    expect(await waiting).toBe('done')
    const row = new DatabaseSync(path).prepare('SELECT hex(id) AS id FROM kith_users').get()
    expect(fromHex(String(row?.['id']))).toBe(user.id)
  })
})

test('the first use of a file waits in the same way, and so does reading if a lock keeps readers out', async () => {
  const path = freshPath()
  new DatabaseSync(path).exec('CREATE TABLE app (name TEXT)')
  const letGo = await holdLock(path, 'BEGIN EXCLUSIVE')
  const storage = createSqliteStorage({ path, busyTimeoutMillis: 60_000 })
  const migration = storage.migrate()
  const { ticks } = await ticksDuring(new Promise((resolve) => setTimeout(resolve, 500)))
  expect(ticks).toBeGreaterThan(3)
  await letGo()
  await migration
  expect(await storage.users.create(sampleUser())).toEqual({ outcome: 'created' })
  await storage.close()
})

test.each(drivers)(
  'a database of $name keeps its own busy timeout, which determines how long a call waits',
  async ({ open }) => {
    const path = freshPath()
    const database = open(path)
    database.exec('PRAGMA journal_mode = WAL; PRAGMA busy_timeout = 400')
    const storage = await migrated({ database })
    await holdLock(path)
    const start = performance.now()
    const { ticks } = await ticksDuring(
      (async () => expect(await codeOf(storage.users.create(sampleUser()))).toBe('storage-busy'))(),
    )
    expect(performance.now() - start).toBeGreaterThan(390)
    expect(ticks).toBeGreaterThan(3)
    expect(database.prepare('PRAGMA busy_timeout').get({})).toEqual({ timeout: 400 })
    database.close()
  },
)

test('in a rollback journal, a reader in another process delays a commit, which is rolled back and retried', async () => {
  const path = freshPath()
  const database = new DatabaseSync(path, { timeout: 60_000 })
  const storage = await migrated({ database })
  // A shared lock: others may start to write, but not finish.
  const letGo = await holdLock(path, 'BEGIN; SELECT * FROM kith_users')
  const call = codeOf(storage.users.create(sampleUser()))
  const { ticks } = await ticksDuring(new Promise((resolve) => setTimeout(resolve, 300)))
  expect(ticks).toBeGreaterThan(3)
  await letGo()
  expect(await call).toBe('done')
  expect(database.prepare('SELECT count(*) AS users FROM kith_users').get()).toEqual({ users: 1 })
  database.close()
})
