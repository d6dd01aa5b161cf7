import {
  chmodSync,
  closeSync,
  copyFileSync,
  mkdirSync,
  openSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { isKithError, type KithError, RetryLaterError } from '@kith/core'
import type { Storage } from '@kith/core/ports'
import { describe, expect, test, vi } from 'vitest'
import { mountSmallDisk } from '../../../test/small-disk.ts'
import { startScript } from '../test/child-process.ts'
import { drivers } from '../test/drivers.ts'
import { sampleSession, sampleUser } from '../test/samples.ts'
import { useTemporaryFolder } from '../test/temporary-folder.ts'
import { createSqliteStorage } from './index.ts'

const freshPath = useTemporaryFolder()

async function migratedPath(): Promise<string> {
  const path = freshPath()
  const storage = createSqliteStorage({ path })
  await storage.migrate()
  await storage.close()
  return path
}

async function errorOf(call: Promise<unknown>): Promise<KithError> {
  const error = await call.then(
    () => null,
    (reason: unknown) => reason,
  )
  if (!isKithError(error)) throw new Error('expected a KithError', { cause: error })
  return error
}

/** Creates accounts until one fails; returns the error, the stored accounts and the refused one. */
async function fill({ users }: Storage): Promise<{ error: KithError; created: string[]; refused: string }> {
  const created: string[] = []
  for (;;) {
    const user = sampleUser({ bio: 'private '.repeat(500) })
    const failed = await users.create(user).then(
      () => null,
      (reason: unknown) => reason as KithError,
    )
    if (failed) return { error: failed, created, refused: user.id }
    created.push(user.id)
  }
}

interface Report {
  code?: string
  detail?: string
  created: number
  afterwards?: unknown
}

/** Runs the worker without privileges, and under a shell limit if one is given. */
function reportOf(path: string, call: string, shellLimit?: string): Promise<Report> {
  const child = startScript('unprivileged-worker.ts', [path, call], shellLimit)
  return new Promise((resolve, reject) => {
    child.once('message', (report: Report) => resolve(report))
    child.once('close', () => reject(new Error('the worker ended without a report')))
  })
}

describe.each(drivers)('with $name', ({ open }) => {
  test('a file that another connection writes to is storage-busy, and usable afterwards', async () => {
    const path = await migratedPath()
    // The same driver, because locks do not work between two copies of SQLite in one process.
    const other = open(path)
    const storage = createSqliteStorage({ database: open(path), busyTimeoutMillis: 60 })
    const user = sampleUser()
    await storage.users.create(user)
    other.exec('BEGIN EXCLUSIVE')
    const writes = [
      () => storage.users.create(sampleUser()),
      () => storage.users.update(user.id, { name: 'x' }),
      () => storage.users.markDeleted(user.id, new Date()),
      () => storage.sessions.revokeAll('u', new Date(), null),
    ]
    const started = performance.now()
    for (const error of await Promise.all(writes.map((write) => errorOf(write())))) {
      expect(error).toBeInstanceOf(RetryLaterError)
      expect(error).toMatchObject({ code: 'storage-busy', retryAfterSeconds: 1 })
      expect(error.cause).toBeInstanceOf(Error)
    }
    expect(performance.now() - started, 'they waited first').toBeGreaterThan(50)
    expect(await storage.users.byId(user.id), 'reading goes on meanwhile').toEqual(user)
    other.exec('COMMIT')
    await vi.waitFor(async () => {
      expect(await storage.users.create(sampleUser())).toEqual({ outcome: 'created' })
    })
    other.close()
  })

  test('a full database is storage-full; it keeps its data and continues when there is room', async () => {
    const database = open(await migratedPath())
    database.exec('PRAGMA max_page_count = 75')
    const storage = createSqliteStorage({ database })
    const { error, created, refused } = await fill(storage)
    expect(error).toBeInstanceOf(RetryLaterError)
    expect(error).toMatchObject({ code: 'storage-full', retryAfterSeconds: 60 })
    expect(created.length).toBeGreaterThan(5)
    for (const id of created) expect(await storage.users.byId(id)).not.toBeNull()
    expect(await storage.users.byId(refused)).toBeNull()
    database.exec('PRAGMA max_page_count = 1000')
    expect(await storage.users.create(sampleUser())).toEqual({ outcome: 'created' })
  })

  test('a database opened for reading is storage-read-only', async () => {
    const storage = createSqliteStorage({ database: open(await migratedPath(), { readOnly: true }) })
    await storage.migrate()
    expect(await storage.users.byId('x')).toBeNull()
    for (const call of [storage.users.create(sampleUser()), storage.sessions.open(sampleSession(), 1_000)]) {
      const { code, detail } = await errorOf(call)
      expect({ code, detail }).toEqual({
        code: 'storage-read-only',
        detail: expect.stringContaining('let this process write the file and its folder'),
      })
    }
  })

  test('a database without the schema reports to migrate first', async () => {
    const storage = createSqliteStorage({ database: open(freshPath()) })
    const calls = [
      storage.users.create(sampleUser()),
      storage.users.byId('x'),
      storage.users.update('x', {}),
      storage.sessions.open(sampleSession(), 1_000),
      storage.sessions.purgeEnded(new Date(), 1),
    ]
    for (const call of calls) {
      const { code, detail } = await errorOf(call)
      expect({ code, detail }).toEqual({
        code: 'storage-failed',
        detail: 'The schema is not there yet: run kith.storage.migrate() first.',
      })
    }
    await storage.migrate()
    expect(await storage.users.byId('x')).toBeNull()
  })

  test('a file with overwritten pages is storage-failed', async () => {
    const path = await migratedPath()
    const storage = createSqliteStorage({ path })
    for (let index = 0; index < 300; index++) {
      await storage.users.create(sampleUser({ bio: 'x'.repeat(500) }))
    }
    await storage.close()
    const file = openSync(path, 'r+')
    const pages = statSync(path).size / 4096
    // All except the first two pages: the header and the schema stay readable.
    for (let page = 2; page < pages; page++) writeSync(file, Buffer.alloc(4096, 0xa5), 0, 4096, page * 4096)
    closeSync(file)
    const damaged = createSqliteStorage({ database: open(path) })
    const { code, detail } = await errorOf(damaged.users.byLogin({ username: 'nobody' }))
    expect({ code, detail }).toEqual({
      code: 'storage-failed',
      detail: 'The database file is damaged: stop writing, keep a copy, restore a backup.',
    })
  })

  test('a file that is not a database is storage-failed', async () => {
    const path = freshPath()
    writeFileSync(path, 'Dear diary, '.repeat(1000))
    const { code, detail } = await errorOf(createSqliteStorage({ database: open(path) }).users.byId('x'))
    expect({ code, detail }).toEqual({
      code: 'storage-failed',
      detail: 'The file is not an SQLite database: check the path.',
    })
  })

  test('a duplicate id is refused and changes nothing, and no message repeats the input', async () => {
    const storage = createSqliteStorage({ database: open(await migratedPath()) })
    const [user, session] = [sampleUser(), sampleSession()]
    await storage.users.create(user)
    await storage.sessions.open(session, 1_000)
    const again = { ...session, revokedAt: null, generation: 9, deviceName: 'private-device' }
    const other = sampleUser({ id: user.id, email: 'private@example.com', name: 'private-name' })
    const error = await errorOf(storage.sessions.open(again, 1_000))
    expect(error).toMatchObject({ code: 'storage-failed' })
    expect(`${error.message} ${String(error.detail)} ${String(error.cause)}`).not.toMatch(/private|0190/)
    expect(await storage.users.create(other)).toEqual({ outcome: 'id-in-use' })
    expect(await storage.sessions.byId(session.id)).toEqual(session)
    expect(await storage.users.byId(user.id)).toEqual(user)
  })
})

describe('with a path', () => {
  const unavailable = {
    code: 'storage-unavailable',
    detail: expect.stringContaining('check that its folder is mounted, that this process may write there'),
  }

  test('a missing folder is storage-unavailable, and the next call tries again', async () => {
    const path = `${freshPath()}/app.db`
    const storage = createSqliteStorage({ path })
    const error = await errorOf(storage.migrate())
    expect(error).toMatchObject({ ...unavailable, status: 503, retryAfterSeconds: 5 })
    expect(error.message).not.toContain(dirname(path))
    mkdirSync(dirname(path))
    await storage.migrate()
    await storage.close()
  })

  test('a path to a folder is storage-unavailable', async () => {
    const path = freshPath()
    mkdirSync(path)
    expect(await errorOf(createSqliteStorage({ path }).migrate())).toMatchObject(unavailable)
  })

  test('a file and a folder without write permission are storage-read-only', async () => {
    const source = await migratedPath()
    const folder = freshPath()
    mkdirSync(folder)
    copyFileSync(source, `${folder}/app.db`)
    chmodSync(dirname(folder), 0o755)
    chmodSync(`${folder}/app.db`, 0o444)
    chmodSync(folder, 0o555)
    for (const call of ['migrate', 'create', 'read']) {
      expect(await reportOf(`${folder}/app.db`, call)).toMatchObject({ code: 'storage-read-only' })
    }
    expect(await reportOf(`${folder}/new.db`, 'migrate')).toMatchObject(unavailable)
    chmodSync(folder, 0o755)
  })

  test('a write that the system refuses is storage-unavailable, and reading continues', async () => {
    const folder = freshPath()
    mkdirSync(folder)
    copyFileSync(await migratedPath(), `${folder}/app.db`)
    chmodSync(dirname(folder), 0o755)
    for (const path of [folder, `${folder}/app.db`]) chmodSync(path, 0o777)
    const report = await reportOf(`${folder}/app.db`, 'fill', 'ulimit -f 400')
    expect(report).toMatchObject({
      code: 'storage-unavailable',
      detail: expect.stringContaining('The disk failed to read or write'),
      afterwards: [],
    })
    expect(report.created).toBeGreaterThan(0)
  })

  test('a full disk is storage-full, and reading continues', async (context) => {
    const { directory } = mountSmallDisk(context)
    const storage = createSqliteStorage({ path: `${directory}/app.db` })
    await storage.migrate()
    const { error, created, refused } = await fill(storage)
    expect(error).toMatchObject({ code: 'storage-full', retryAfterSeconds: 60 })
    expect(created.length).toBeGreaterThan(5)
    expect(await storage.users.byId(created[0] ?? '')).not.toBeNull()
    expect(await storage.users.byId(refused)).toBeNull()
    await storage.close()
  })
})
