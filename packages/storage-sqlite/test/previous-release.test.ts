import { DatabaseSync } from 'node:sqlite'
import { runCases } from '@kith/conformance'
import { describe, expect, test, vi } from 'vitest'
import { demandThatReadsWhatWrote } from '../../../test/both-releases.ts'
import * as previous from '../../../test/previous-release/sqlite.mjs'
import { createSqliteStorage } from '../src/index.ts'
import { sampleUser } from './samples.ts'
import { useTemporaryFolder } from './temporary-folder.ts'

const freshPath = useTemporaryFolder()

describe('the release before, started on a file that this one has migrated, keeps all promises of its own kit:', () => {
  async function restarted() {
    const path = freshPath()
    const storage = createSqliteStorage({ path })
    await storage.migrate()
    await storage.close()
    const old = previous.createSqliteStorage({ path })
    await old.migrate()
    return old
  }
  runCases(test, previous.userStoreCases, async () => (await restarted()).users)
  runCases(test, previous.sessionStoreCases, async () => (await restarted()).sessions)
  runCases(test, previous.edgeStoreCases, async () => (await restarted()).edges)
  runCases(test, previous.postStoreCases, restarted)
  runCases(test, previous.mediaStoreCases, restarted)
  runCases(test, previous.feedStoreCases, restarted)
})

test('the release before goes on while this one migrates its file, and each reads what the other writes', async () => {
  const path = freshPath()
  const old = previous.createSqliteStorage({ path })
  await old.migrate()
  const user = sampleUser({ username: 'first', email: 'first@example.com' })
  await old.users.create(user, new Date())
  const storage = createSqliteStorage({ path })
  expect(await storage.plan()).not.toEqual([])
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

test('a process notices by itself that a newer release has made the schema unusable for it', async () => {
  const path = freshPath()
  const storage = createSqliteStorage({ path })
  await storage.migrate()
  const newer = new DatabaseSync(path)
  // Only adds: this release goes on, and may be started anew.
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
  // Not once "SQLite refused the statement".
  await expect(storage.users.create(sampleUser())).rejects.toMatchObject(refused)
  await vi.waitFor(() => expect(storage.sessions.byId('x')).rejects.toMatchObject(refused), 5_000)
  for (const call of [storage.check(), storage.plan(), storage.migrate()])
    await expect(call).rejects.toMatchObject(refused)
  await expect(createSqliteStorage({ path }).users.byId('x')).rejects.toMatchObject(refused)
  newer.close()
  await storage.close()
})
