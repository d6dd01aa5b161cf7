import { closeSync, existsSync, openSync, statSync, writeFileSync, writeSync } from 'node:fs'
import { expect, test } from 'vitest'
import { createSqliteStorage } from '../src/index.ts'
import { drivers } from './drivers.ts'
import { sampleUser } from './samples.ts'
import { useTemporaryFolder } from './temporary-folder.ts'

const freshPath = useTemporaryFolder()

test.each(drivers)(
  'a database of $name that is written to meanwhile is copied in the state of a single moment',
  async ({ open }) => {
    const database = open(freshPath())
    database.exec('PRAGMA journal_mode = WAL')
    const storage = createSqliteStorage({ database })
    await storage.migrate()
    const before = sampleUser()
    await storage.users.create(before)
    const target = freshPath()
    let copied = false
    const copying = storage.backup(target).finally(() => (copied = true))
    let written = 0
    for (; !copied; written++) {
      await storage.users.create(sampleUser())
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    await copying
    expect(written, 'calls go on').toBeGreaterThan(1)
    const copy = createSqliteStorage({ path: target, mustExist: true })
    expect(await copy.users.byId(before.id)).toEqual(before)
    expect(await copy.integrity()).toEqual([])
    expect(await copy.plan()).toEqual([])
    expect(statSync(target).mode & 0o077, 'nobody else reads it').toBe(0)
    await copy.close()
    database.close()
  },
)

test('a backup replaces no file, and leaves none if it fails', async () => {
  const path = freshPath()
  const storage = createSqliteStorage({ path })
  await storage.migrate()
  const target = freshPath()
  writeFileSync(target, 'an older backup')
  await expect(storage.backup(target)).rejects.toMatchObject({
    code: 'storage-failed',
    detail: expect.stringContaining('exists') as string,
  })
  expect(statSync(target).size).toBe(15)
  await expect(storage.backup(`${freshPath()}/none/backup.db`)).rejects.toMatchObject({
    code: 'storage-unavailable',
  })
  await storage.close()
  const memory = createSqliteStorage({ path: ':memory:' })
  await expect(memory.backup(freshPath())).rejects.toMatchObject({ code: 'storage-failed' })
})

test('damage is detected, and is not copied', async () => {
  const path = freshPath()
  const storage = createSqliteStorage({ path })
  await storage.migrate()
  for (let index = 0; index < 300; index++) await storage.users.create(sampleUser({ bio: 'x'.repeat(500) }))
  await storage.close()
  const file = openSync(path, 'r+')
  const pages = statSync(path).size / 4096
  for (let page = pages - 20; page < pages; page++)
    writeSync(file, Buffer.alloc(4096, 0xa5), 0, 4096, page * 4096)
  closeSync(file)
  const damaged = createSqliteStorage({ path })
  expect((await damaged.integrity()).join()).toMatch(/page|btree|malformed/i)
  const target = freshPath()
  await expect(damaged.backup(target)).rejects.toMatchObject({ code: 'storage-failed' })
  expect(existsSync(target)).toBe(false)
  await damaged.close()
})
