import type { Storage } from '@kith/core/ports'
import pg from 'pg'
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { sampleUser } from '../../../test/kit-samples.ts'
import { describeWithPostgres } from '../../../test/servers/describe-servers.ts'
import { createPostgresStorage } from './index.ts'

vi.setConfig({ testTimeout: 60_000 })

await describeWithPostgres('migrating', {}, (server) => {
  const open: { pool?: pg.Pool } = {}
  beforeAll(() => void (open.pool = new pg.Pool({ connectionString: server().uri })))
  afterAll(() => open.pool?.end())
  const ask = async (sql: string): Promise<unknown[]> => (await open.pool?.query(sql))?.rows ?? []

  function fresh(): { storage: Storage; schema: string } {
    const schema = server().freshSchema()
    const storage = createPostgresStorage({ url: server().uri, schema })
    onTestFinished(() => storage.close())
    return { storage, schema }
  }

  test('one of several concurrently started processes migrates, and all can continue', async () => {
    const { schema } = fresh()
    const starts = Array.from({ length: 6 }, () => createPostgresStorage({ url: server().uri, schema }))
    await Promise.all(starts.map((each) => each.migrate()))
    for (const each of starts) expect(await each.check()).toBe(null)
    expect(await ask(`SELECT version FROM ${schema}.schema`)).toEqual([{ version: 1 }])
    await Promise.all(starts.map((each) => each.close()))
  })

  test('stays in its schema: two in one database are independent', async () => {
    const [one, other] = [fresh(), fresh()]
    await one.storage.migrate()
    await other.storage.migrate()
    const user = sampleUser()
    await one.storage.users.create(user)
    expect(await other.storage.users.byId(user.id)).toBe(null)
    const elsewhere = `SELECT tablename FROM pg_tables WHERE schemaname NOT LIKE 'kith!_%' ESCAPE '!'
      AND schemaname NOT IN ('pg_catalog', 'information_schema')`
    expect(await ask(elsewhere)).toEqual([])
  })

  test('accepts a schema that an administrator has created, from a role that may not create one', async () => {
    const { schema } = fresh()
    const role = `owner_of_${schema}`
    await ask(`CREATE ROLE ${role} LOGIN`)
    await ask(`CREATE SCHEMA ${schema} AUTHORIZATION ${role}`)
    const storage = createPostgresStorage({ url: server().uri.replace('postgres@', `${role}@`), schema })
    onTestFinished(() => storage.close())
    await storage.migrate()
    expect(await storage.check()).toBe(null)
  })

  test('continues after an interruption, and leaves nothing of the interrupted step', async () => {
    const { storage, schema } = fresh()
    await ask(`CREATE SCHEMA ${schema}; CREATE TABLE ${schema}.facts (in_the_way int)`)
    await expect(storage.migrate()).rejects.toMatchObject({ code: 'storage-failed' })
    expect(await ask(`SELECT tablename FROM pg_tables WHERE schemaname = '${schema}'`)).toEqual([
      { tablename: 'facts' },
    ])
    await ask(`DROP TABLE ${schema}.facts`)
    await storage.migrate()
    expect(await storage.check()).toBe(null)
  })

  test('a newer release that only adds leaves this one working, with a notice; one that removes something stops it', async () => {
    const { storage, schema } = fresh()
    await storage.migrate()
    await ask(`INSERT INTO ${schema}.schema_steps VALUES (1000, '', now())`)
    expect(await storage.check()).toMatch(/newer release/)
    expect(await storage.plan()).toEqual([])
    await ask(`INSERT INTO ${schema}.schema VALUES (1000, now())`)
    for (const refused of [() => storage.check(), () => storage.plan(), () => storage.migrate()])
      await expect(refused()).rejects.toMatchObject({ code: 'storage-unavailable' })
  })
})
