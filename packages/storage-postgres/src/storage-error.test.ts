import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { isKithError, isRetryLater } from '@kith/core'
import type { Storage } from '@kith/core/ports'
import pg from 'pg'
import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { sampleUser } from '../../../test/kit-samples.ts'
import { describeWithPostgres } from '../../../test/servers/describe-servers.ts'
import { startPostgres } from '../../../test/servers/postgres-server.ts'
import { mountSmallDisk } from '../../../test/small-disk.ts'
import { createPostgresStorage, migrationSql, type PostgresStorageOptions } from './index.ts'

vi.setConfig({ testTimeout: 60_000 })

/** The error of a storage that cannot carry out a call. */
async function refusal(work: Promise<unknown>): Promise<Record<string, unknown>> {
  const error: unknown = await work.then(
    () => new Error('it was done'),
    (thrown: unknown) => thrown,
  )
  if (!isKithError(error)) throw error
  return {
    code: error.code,
    detail: error.detail,
    ...(isRetryLater(error) ? { seconds: error.retryAfterSeconds } : {}),
  }
}

function saying(code: string, words: RegExp): unknown {
  return expect.objectContaining({ code, detail: expect.stringMatching(words) as unknown })
}

function storageOf(options: PostgresStorageOptions): Storage {
  const storage = createPostgresStorage(options)
  onTestFinished(() => storage.close())
  return storage
}

await describeWithPostgres('our own server', { control: true }, (server) => {
  const admin: { pool?: pg.Pool } = {}
  const schema = 'kith'
  const ask = async (sql: string): Promise<unknown[]> => (await admin.pool?.query(sql))?.rows ?? []
  const as = (who: string): string => server().uri.replace('postgres@', `${who}@`)

  beforeAll(async () => {
    admin.pool = new pg.Pool({ connectionString: server().uri })
    admin.pool.on('error', () => {})
    const storage = createPostgresStorage({ url: server().uri, schema })
    await storage.migrate()
    await storage.close()
    await ask('CREATE ROLE asks_password')
    await ask("CREATE ROLE careful LOGIN PASSWORD 'right' IN ROLE asks_password")
    await ask('CREATE ROLE stranger LOGIN')
    await ask(`CREATE ROLE app LOGIN; GRANT USAGE ON SCHEMA ${schema} TO app`)
    await ask(`GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${schema} TO app`)
  })
  afterAll(() => admin.pool?.end())

  test('a wrong password, user or database is reported as such', async () => {
    const wrongPassword = storageOf({ url: as('careful:wrong') })
    expect(await refusal(wrongPassword.check())).toEqual(saying('storage-failed', /password/))
    const nobody = storageOf({ url: as('nobody') })
    expect(await refusal(nobody.check())).toEqual(saying('storage-failed', /user/))
    const nowhere = storageOf({ url: server().uri.replace(/postgres$/, 'nowhere') })
    expect(await refusal(nowhere.check())).toEqual(saying('storage-failed', /database does not exist/))
  })

  test("a role without privileges gets an error that names the missing ones, and the README's privileges allow everything except migrations", async () => {
    const stranger = storageOf({ url: as('stranger') })
    expect(await refusal(stranger.users.byId(sampleUser().id))).toEqual(saying('storage-failed', /privilege/))
    const app = storageOf({ url: as('app') })
    expect(await app.check()).toBe(null)
    const user = sampleUser()
    expect(await app.users.create(user)).toEqual({ outcome: 'created' })
    expect(await app.users.byId(user.id)).toEqual(user)
    const other = storageOf({ url: as('app'), schema: 'another' })
    expect(await refusal(other.migrate())).toEqual(saying('storage-failed', /privilege.*migrate/))
  })

  test('a missing schema reports to migrate', async () => {
    const storage = storageOf({ url: server().uri, schema: 'missing' })
    expect(await refusal(storage.check())).toEqual(saying('storage-failed', /migrate/))
    expect(await refusal(storage.users.byId(sampleUser().id))).toEqual(saying('storage-failed', /migrate/))
  })

  test('a read-only server reports that, and can still be read', async () => {
    await ask('ALTER ROLE app SET default_transaction_read_only = on')
    const storage = storageOf({ url: as('app') })
    expect(await refusal(storage.users.create(sampleUser()))).toEqual(saying('storage-read-only', /primary/))
    expect(await storage.users.byId(sampleUser().id)).toBe(null)
    await ask('ALTER ROLE app RESET default_transaction_read_only')
  })

  test('a statement that takes longer than statement_timeout is busy, not failed', async () => {
    await ask("ALTER ROLE app SET statement_timeout = '200ms'")
    const storage = storageOf({ url: as('app') })
    const holder = await admin.pool?.connect()
    await holder?.query(`BEGIN; LOCK TABLE ${schema}.users`)
    expect(await refusal(storage.users.byId(sampleUser().id))).toEqual(
      saying('storage-busy', /statement_timeout/),
    )
    await holder?.query('ROLLBACK')
    holder?.release()
    await ask('ALTER ROLE app RESET statement_timeout')
  })

  test('a server with no connections left is busy', async () => {
    // The connections of earlier tests end a moment after they were closed.
    const others = "SELECT 1 FROM pg_stat_activity WHERE usename = 'app'"
    await vi.waitUntil(async () => (await ask(others)).length === 0, 20_000)
    await ask('ALTER ROLE app CONNECTION LIMIT 1')
    onTestFinished(async () => void (await ask('ALTER ROLE app CONNECTION LIMIT -1')))
    const taken = new pg.Client(as('app'))
    await taken.connect()
    const storage = storageOf({ url: as('app') })
    expect(await refusal(storage.check())).toEqual(saying('storage-busy', /max_connections|connection left/))
    await taken.end()
    await vi.waitUntil(async () => (await storage.check().catch(() => 'busy')) === null)
  })

  test('a pool with all clients in use is busy after the timeout, and continues afterwards', async () => {
    const pool = new pg.Pool({ connectionString: server().uri, max: 1 })
    const storage = storageOf({ pool, timeoutMillis: 300 })
    const client = await pool.connect()
    expect(await refusal(storage.check())).toEqual(saying('storage-busy', /pool/))
    expect(await refusal(storage.users.create(sampleUser()))).toEqual(saying('storage-busy', /pool/))
    client.release()
    expect(await storage.check()).toBe(null)
    await pool.end()
  })

  test("a client that hangs within another's transaction is busy after the timeout", async () => {
    const client = new pg.Client(server().uri)
    await client.connect()
    const storage = storageOf({ client, timeoutMillis: 300 })
    const sleeping = client.query('SELECT pg_sleep(1)')
    expect(await refusal(storage.check())).toEqual(saying('storage-unavailable', /in time/))
    await sleeping
    expect(await storage.check()).toBe(null)
    await client.end()
  })

  test('connections that an administrator ends are replaced', async () => {
    const storage = storageOf({ url: as('app') })
    await Promise.all(Array.from({ length: 5 }, () => storage.users.byId(sampleUser().id)))
    await ask("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'app'")
    const users = Array.from({ length: 5 }, () => sampleUser())
    const created = await Promise.all(users.map((user) => storage.users.create(user)))
    expect(created).toEqual(users.map(() => ({ outcome: 'created' })))
  })

  test('while the server is down calls fail immediately, and work when it is back', async () => {
    const storage = storageOf({ url: server().uri })
    await storage.check()
    await server().control?.kill()
    const started = performance.now()
    const refused = await refusal(storage.users.byId(sampleUser().id))
    expect(refused).toEqual(saying('storage-unavailable', /reached|lost/))
    expect(refused).toMatchObject({ seconds: 5 })
    expect(performance.now() - started).toBeLessThan(1_000)
    await server().control?.restart()
    expect(await storage.check()).toBe(null)
  })

  describe.each(['pool', 'sql'] as const)('through %s', (way) => {
    test('a server that does not respond is given up in time, and works when it continues', async () => {
      const storage = await silentProof(way, server().uri)
      const user = sampleUser()
      await server().control?.freeze()
      const started = performance.now()
      const refused = await Promise.all([
        refusal(storage.check()),
        refusal(storage.users.create(user)),
        refusal(storage.users.purge(user.id)),
      ])
      for (const each of refused) expect(each).toEqual(saying('storage-unavailable', /time|reached/))
      expect(performance.now() - started).toBeLessThan(2_500)
      server().control?.thaw()
      await vi.waitUntil(async () => (await storage.check().catch(() => 'not yet')) === null, 10_000)
      expect(await storage.users.create(user)).toEqual({ outcome: 'created' })
    })
  })

  test('an error contains no stored value', async () => {
    const storage = storageOf({ url: server().uri })
    const session = { id: sampleUser().id, userId: sampleUser().id }
    const full = {
      ...session,
      epoch: 0,
      generation: 0,
      createdAt: new Date(),
      rotatedAt: new Date(),
      expiresAt: new Date(),
      revokedAt: null,
      provedAt: new Date(),
      methods: ['pwd'],
      actorId: null,
      actorSessionId: null,
      boundKey: null,
      deviceName: 'secret phone',
      address: null,
      userAgent: null,
    }
    await storage.sessions.open(full, 10)
    const error: unknown = await storage.sessions.open(full, 10).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({
      code: 'storage-failed',
      detail: expect.stringMatching(/id must be new/) as unknown,
    })
    const shown = JSON.stringify(error, (_, value: unknown) =>
      value instanceof Error ? { ...value, message: value.message, cause: value.cause } : value,
    )
    expect(shown).toMatch(/23505/)
    expect(shown).not.toContain('secret')
    expect(shown).not.toContain(session.id)
  })

  test('a string with NUL, which the server cannot store, is reported', async () => {
    const storage = storageOf({ url: server().uri })
    expect(await refusal(storage.users.create(sampleUser({ bio: 'a\0b' })))).toEqual(
      saying('storage-failed', /NUL/),
    )
  })

  test('SQL that an administrator runs gives the same result as migrate', async () => {
    const url = await server().freshDatabase()
    const pool = new pg.Pool({ connectionString: url })
    await pool.query(migrationSql({ schema: 'house' }))
    const storage = storageOf({ pool, schema: 'house' })
    expect(await storage.plan()).toEqual([])
    expect(await storage.check()).toBe(null)
    expect(await storage.users.create(sampleUser())).toEqual({ outcome: 'created' })
    await pool.end()
  })
})

async function silentProof(way: 'pool' | 'sql', uri: string): Promise<Storage> {
  if (way === 'pool') {
    const pool = new pg.Pool({ connectionString: uri })
    pool.on('error', () => {})
    onTestFinished(() => pool.end())
    const storage = createPostgresStorage({ pool, timeoutMillis: 500 })
    await storage.check()
    return storage
  }
  const sql = postgres(uri, { onnotice: () => {} })
  onTestFinished(() => sql.end({ timeout: 1 }))
  const storage = createPostgresStorage({ sql, timeoutMillis: 500 })
  await storage.check()
  return storage
}

await describeWithPostgres('the disk of our own server', { control: true }, () => {
  test('that is full refuses changes, loses nothing acknowledged, and accepts changes once it has space', async (context) => {
    const disk = mountSmallDisk(context, 'size=120m')
    const folder = join(disk.directory, 'data')
    mkdirSync(folder)
    const server = await startPostgres({
      storagePath: folder,
      settings: { max_wal_size: '32MB', min_wal_size: '32MB' },
    })
    onTestFinished(() => server.stop())
    const storage = storageOf({ url: server.uri })
    await storage.migrate()
    const kept = sampleUser()
    await storage.users.create(kept)
    disk.fill(0)
    const created: string[] = []
    const said = await refusal(
      (async () => {
        for (let number = 0; number < 5_000; number++) {
          const user = sampleUser({ bio: 'x'.repeat(2_000) })
          await storage.users.create(user)
          created.push(user.id)
        }
      })(),
    )
    expect(said).toEqual(saying('storage-full', /disk/))
    disk.clear()
    await vi.waitUntil(async () => (await storage.check().catch(() => 'not yet')) === null, 20_000)
    expect(await storage.users.create(sampleUser())).toEqual({ outcome: 'created' })
    expect((await storage.users.byIds([kept.id, ...created])).length).toBe(created.length + 1)
  })
})
