import { DatabaseSync } from 'node:sqlite'
import { isKithError } from '@kith/core'
import { describe, expect, test, vi } from 'vitest'
import { demandThatReadsWhatWrote } from '../../../test/both-releases.ts'
import * as previous from '../../../test/previous-release/sqlite.mjs'
import { createSqliteStorage } from '../src/index.ts'
import { migrations } from '../src/schema.ts'
import { sampleEdge, samplePost, sampleUser } from './samples.ts'
import { useTemporaryFolder } from './temporary-folder.ts'

const freshPath = useTemporaryFolder()

/** The schema version of the previous release, and whether it may use a file that this one has migrated. */
const version = await versionOfPrevious()
const mayOverlap = !migrations.some((migration) => migration.contracts && migration.version > version)

async function versionOfPrevious(): Promise<number> {
  const database = new DatabaseSync(':memory:')
  await previous.createSqliteStorage({ database }).migrate()
  const row = database.prepare('SELECT max(version) AS version FROM kith_schema_steps').get()
  return Number(row?.['version'])
}

if (mayOverlap) overlaps()
else stops()

/** Applies as long as this release only adds to the schema. */
function overlaps(): void {
  type Cases = readonly { name: string; run(make: () => Promise<unknown>): Promise<void> }[]
  const run = (cases: Cases, make: () => Promise<unknown>): void => {
    for (const each of cases) test(each.name, () => each.run(make))
  }
  describe('the previous release, started on a file that this one has migrated, keeps all promises of its own kit:', () => {
    async function restarted() {
      const path = freshPath()
      const storage = createSqliteStorage({ path })
      await storage.migrate()
      await storage.close()
      const old = previous.createSqliteStorage({ path })
      await old.migrate()
      return old
    }
    run(previous.userStoreCases, async () => (await restarted()).users)
    run(previous.sessionStoreCases, async () => (await restarted()).sessions)
    run(previous.edgeStoreCases, async () => (await restarted()).edges)
    run(previous.postStoreCases, restarted)
    run(previous.mediaStoreCases, restarted)
    run(previous.feedStoreCases, restarted)
  })

  test('the previous release continues while this one migrates its file, and each reads what the other writes', async () => {
    const path = freshPath()
    const old = previous.createSqliteStorage({ path })
    await old.migrate()
    const user = sampleUser({ username: 'first', email: 'first@example.com' })
    await old.users.create(user, new Date())
    const storage = createSqliteStorage({ path })
    await storage.migrate()
    expect(await old.users.byId(user.id)).toMatchObject({ email: user.email })
    await demandThatReadsWhatWrote(storage, old)
    await demandThatReadsWhatWrote(old, storage)
    for (const { edges, posts } of [storage, old]) {
      expect(await edges.recount(null, 500)).toMatchObject({ differences: [] })
      expect(await posts.recount(null, 500)).toMatchObject({ differences: [] })
    }
    for (const each of [old, storage]) await each.close()
  })
}

/** Applies when a version removes something. */
function stops(): void {
  test('the previous release is refused as soon as this one migrates its file, even after a restart, and everything it wrote is kept', async () => {
    const path = freshPath()
    const old = previous.createSqliteStorage({ path })
    await old.migrate()
    const [ada, eve] = [sampleUser(), sampleUser()]
    for (const user of [ada, eve]) await old.users.create(user, new Date())
    const follow = sampleEdge({ from: eve.id, to: ada.id })
    await old.edges.add(follow)
    const post = samplePost({ authorId: ada.id })
    await old.posts.create(post, [])

    const storage = createSqliteStorage({ path })
    expect((await storage.plan()).map(({ total }) => total)).toContain(2)
    const refusals: Promise<unknown>[] = []
    await storage.migrate({
      progress({ step, done }) {
        // From the first step on, while rows are moved: never a result from half of the tables.
        if (done > 0 || !step.includes(':')) return
        for (const store of [old, storage]) refusals.push(codeOf(store.users.byId(ada.id)))
      },
    })
    const codes = await Promise.all(refusals)
    expect(codes.length).toBeGreaterThan(10)
    expect(new Set(codes)).toEqual(new Set(['storage-unavailable', 'storage-failed']))
    const refused = {
      code: 'storage-unavailable',
      detail: expect.stringContaining('update the package') as string,
    }
    await vi.waitFor(() => expect(old.sessions.byId(ada.id)).rejects.toMatchObject(refused), 5_000)
    const restarted = previous.createSqliteStorage({ path })
    const calls = [old.users.create(sampleUser(), new Date()), old.migrate(), restarted.migrate()]
    for (const call of [...calls, previous.createSqliteStorage({ path }).users.byId(ada.id)])
      await expect(call).rejects.toMatchObject(refused)

    expect(await storage.users.byIds([ada.id, eve.id])).toEqual([ada, eve])
    expect(await storage.edges.list({ kind: 'follow', side: 'in', node: ada.id }, all)).toEqual([follow])
    expect(await storage.feed.home(eve.id, all)).toEqual([post])
    for (const { recount } of [storage.edges, storage.posts])
      expect(await recount(null, 500)).toMatchObject({ differences: [] })
    for (const each of [old, storage]) await each.close()
  })
}

const all = { limit: 9, before: null }

const codeOf = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => 'done',
    (error: unknown) => (isKithError(error) ? error.code : error),
  )

test('a process detects by itself that a newer release has made the schema unusable for it', async () => {
  const path = freshPath()
  const storage = createSqliteStorage({ path })
  await storage.migrate()
  const newer = new DatabaseSync(path)
  // An addition only: this release continues, and may be restarted.
  newer.exec("INSERT INTO kith_schema_steps VALUES (99, '', 0)")
  await storage.migrate()
  expect(await storage.plan()).toEqual([])
  expect(await storage.check()).toContain('newer release')
  expect(await storage.users.create(sampleUser())).toEqual({ outcome: 'created' })

  newer.exec('INSERT INTO kith_schema VALUES (99, 0); ALTER TABLE kith_users RENAME COLUMN bio TO about')
  const refused = {
    code: 'storage-unavailable',
    status: 503,
    detail: expect.stringContaining('update the package') as string,
  }
  // Never "SQLite refused the statement".
  await expect(storage.users.create(sampleUser())).rejects.toMatchObject(refused)
  await vi.waitFor(() => expect(storage.sessions.byId('x')).rejects.toMatchObject(refused), 5_000)
  for (const call of [storage.check(), storage.plan(), storage.migrate()])
    await expect(call).rejects.toMatchObject(refused)
  await expect(createSqliteStorage({ path }).users.byId('x')).rejects.toMatchObject(refused)
  newer.close()
  await storage.close()
})
