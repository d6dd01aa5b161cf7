import { type HostDatabase, hostTransactionCases, runCases } from '@kith/conformance'
import pg from 'pg'
import postgres from 'postgres'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { describeWithPostgres } from '../../../test/servers/describe-servers.ts'
import { createPostgresStorage } from '../src/index.ts'
import { beginOnPg, beginOnPostgresJs } from './app-transactions.ts'

await describeWithPostgres('transactions of an app', {}, (server) => {
  const opened: { end(): Promise<void> }[] = []
  const ending = async (): Promise<void> => {
    await Promise.all(opened.splice(0).map((each) => each.end()))
  }
  afterEach(ending)
  afterAll(ending)

  async function migrated(): Promise<HostDatabase['storage']> {
    const storage = createPostgresStorage({ url: server().uri, schema: server().freshSchema() })
    opened.push({ end: () => storage.close() })
    await storage.migrate()
    return storage
  }

  async function connected(): Promise<pg.Client> {
    const client = new pg.Client(server().uri)
    await client.connect()
    opened.push(client)
    return client
  }

  describe('on pg', () => {
    runCases(test, hostTransactionCases, async () => ({
      storage: await migrated(),
      async begin() {
        return beginOnPg(await connected())
      },
    }))

    test('a client without a transaction, one with a failed transaction, and a pool are refused', async () => {
      const storage = await migrated()
      const client = await connected()
      const remove = (): Promise<unknown> | undefined =>
        storage.within?.(client).posts.remove('01900000-0000-7000-8000-000000000000')
      await expect(remove()).rejects.toMatchObject({
        detail: expect.stringContaining('after BEGIN') as string,
      })
      await client.query('BEGIN')
      await expect(client.query('SELECT 1 / 0')).rejects.toThrow('division')
      await expect(remove()).rejects.toMatchObject({
        detail: expect.stringContaining('roll it back') as string,
      })
      expect(() => storage.within?.(new pg.Pool())).toThrow(TypeError)
    })

    test('a lost connection ends the transaction, and is not used again', async () => {
      const storage = await migrated()
      const [client, other] = [await connected(), await connected()]
      client.on('error', () => {})
      await client.query('BEGIN')
      const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
      await storage.within?.(client).users.create(sampleUser)
      await other.query('SELECT pg_terminate_backend($1)', [rows[0]?.pid])
      await expect(
        storage.within?.(client).users.update(sampleUser.id, { bio: 'late' }),
      ).rejects.toMatchObject({
        code: 'storage-unavailable',
        detail: expect.stringContaining('lost') as string,
      })
      expect(await storage.users.byId(sampleUser.id)).toBe(null)
    })

    test('a transaction with a higher isolation level is refused, because rows are locked and read again', async () => {
      const storage = await migrated()
      await storage.users.create(sampleUser)
      const client = await connected()
      await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ')
      await expect(
        storage.within?.(client).users.update(sampleUser.id, { bio: 'mine' }),
      ).rejects.toMatchObject({
        code: 'storage-failed',
        detail: expect.stringContaining('READ COMMITTED') as string,
      })
    })

    test('a call that took too long writes nothing when its lock is released after the rollback', async () => {
      const schema = server().freshSchema()
      const storage = createPostgresStorage({ url: server().uri, schema, timeoutMillis: 700 })
      opened.push({ end: () => storage.close() })
      await storage.migrate()
      await storage.users.create(sampleUser)
      const [other, client] = [await connected(), await connected()]
      await other.query(`BEGIN; SELECT 1 FROM ${schema}.users FOR UPDATE`)
      await client.query('BEGIN')
      const rows = (): never[] => []
      const within = storage.within?.(client)
      await expect(
        within?.users.update(sampleUser.id, { bio: 'late' }, undefined, rows),
      ).rejects.toMatchObject({
        code: 'storage-unavailable',
      })
      const rolledBack = client.query('ROLLBACK')
      await other.query('COMMIT')
      await rolledBack
      await expect(within?.users.update(sampleUser.id, { bio: 'later' })).rejects.toThrow()
      await client.query('SELECT 1')
      expect(await storage.users.byId(sampleUser.id)).toMatchObject({ bio: '' })
    })
  })

  describe('on postgres.js', () => {
    runCases(test, hostTransactionCases, async () => {
      const sql = postgres(server().uri, { onnotice: () => {} })
      opened.push({ end: () => sql.end({ timeout: 1 }) })
      return {
        storage: await migrated(),
        begin: () => beginOnPostgresJs(sql),
      }
    })
  })
})

const sampleUser = {
  id: '01900000-0000-7000-8000-000000000001',
  username: 'ada',
  email: null,
  emailVerifiedAt: null,
  phone: null,
  phoneVerifiedAt: null,
  name: '',
  bio: '',
  passwordHash: null,
  bannedAt: null,
  bannedUntil: null,
  banReason: null,
  role: 'member',
  sessionEpoch: 0,
  createdAt: new Date(),
  waitingSince: null,
  invitedBy: null,
  age: null,
  fields: {},
}
