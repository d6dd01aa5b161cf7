import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import {
  hostTransactionCases,
  runCases,
  runStorageCases,
  sharedRateLimitsCases,
  sharedRevocationsCases,
} from '@kith/conformance'
import { isKithError } from '@kith/core'
import type { Storage } from '@kith/core/ports'
import pg from 'pg'
import postgres from 'postgres'
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { nextId, sampleUser } from '../../../test/kit-samples.ts'
import { describeWithPostgres } from '../../../test/servers/describe-servers.ts'
import { spawnGuarded } from '../../../test/servers/guard.ts'
import {
  type Pgbouncer,
  pgbouncerMissing,
  pooledConnections,
  startPgbouncer,
} from '../../../test/servers/pgbouncer.ts'
import type { PostgresServer } from '../../../test/servers/postgres-server.ts'
import { clientsOf } from '../src/drivers/pg-clients.ts'
import { createPostgresStorage } from '../src/index.ts'
import { plan } from '../src/migrate.ts'
import { beginOnPg, beginOnPostgresJs } from './app-transactions.ts'
import { placeOn } from './migration-place.ts'
import { sampleMigrations } from './sample-migrations.ts'
import { leftOnConnections } from './session-state.ts'
import { freshPlace, openConnected, openConnectedLimits } from './shared-instances.ts'
import { type TestDriver, useStorages } from './storages.ts'

const drivers: readonly TestDriver[] = ['pg', 'postgres.js']
const script = fileURLToPath(new URL('migrating-process.ts', import.meta.url))
const flags = [
  '--conditions=@kith/source',
  '--experimental-strip-types',
  '--disable-warning=ExperimentalWarning',
]
/** The kit cases with concurrent calls, and each store once. `KITH_WHOLE_KIT=1` runs all of them, which takes minutes. */
const some = new RegExp(
  [
    'users/(parallel-password-changes|parallel-verifications|expected-beside-change|search-beside-writes)',
    'sessions/(parallel-rotations|revoke-all-race)|posts/(counts-after-race|parallel-removes)|facts/parallel',
    'edges/(parallel-adds-one-node|follow-add-race)|media/parallel-claims|feed/after-races|outbox/parallel-names',
    'audit/beside-queues|codes/(parallel-consumers|remove-race)|credentials/(parallel-rows|step-remove-race)',
    'storage/(parallel-migrates|migrate-interrupted|check-agrees)',
  ].join('|'),
)
const isIn = (name: string): boolean => process.env['KITH_WHOLE_KIT'] === '1' || some.test(name)

const lack = pgbouncerMissing()
if (lack) test.skip(`behind PgBouncer: ${lack}`, () => {})
else await describeWithPostgres('behind PgBouncer in transaction mode', { control: true }, behindPgbouncer)

function behindPgbouncer(postgresServer: () => PostgresServer): void {
  const open: { bouncer?: Pgbouncer } = {}
  const bouncer = (): Pgbouncer => open.bouncer ?? expect.unreachable()
  /** The URL of the server through PgBouncer. postgres.js reads its options from the URL; `pg` ignores them. */
  function pooled(): PostgresServer {
    const uri = new URL(postgresServer().uri)
    uri.port = String(bouncer().port)
    uri.search = 'prepare=false&fetch_types=false'
    return { ...postgresServer(), uri: uri.href }
  }
  beforeAll(async () => {
    open.bouncer = await startPgbouncer(postgresServer().port)
  })
  afterAll(() => open.bouncer?.stop())
  const leftBehind = (): Promise<string[]> => leftOnConnections(pooled().uri, pooledConnections)

  /** A storage on its own connections, until the end of the test. */
  function openStorage(driver: TestDriver, schema: string, timeoutMillis = 20_000): Storage {
    if (driver === 'postgres.js') {
      const sql = postgres(pooled().uri, { max: 4, onnotice: () => {}, backoff: () => 0.05 })
      onTestFinished(() => sql.end({ timeout: 1 }))
      return createPostgresStorage({ sql, schema, timeoutMillis })
    }
    const pool = new pg.Pool({ connectionString: pooled().uri, max: 4 })
    pool.on('error', () => {})
    onTestFinished(() => pool.end())
    return createPostgresStorage({ pool, schema, timeoutMillis })
  }

  test('two concurrently started processes migrate, including long steps', async () => {
    const uri = new URL(pooled().uri)
    uri.pathname = new URL(await postgresServer().freshDatabase()).pathname
    const children = [1, 2].map(() =>
      spawnGuarded(process.execPath, [...flags, script, uri.href, 'kith'], {
        stdio: ['ignore', 'ignore', 'inherit'],
      }),
    )
    expect(await Promise.all(children.map((child) => once(child, 'exit')))).toEqual([
      [0, null],
      [0, null],
    ])
    const pool = new pg.Pool({ connectionString: uri.href })
    onTestFinished(() => pool.end())
    expect(await plan(placeOn(clientsOf(pool), 'kith').short, 'kith', sampleMigrations)).toEqual([])
  })

  describe.each(drivers)('through %s, leaving no state on the connections', (driver) => {
    afterEach(async () => expect(await leftBehind()).toEqual([]))

    const { emptied, fresh } = useStorages(pooled, { driver })
    runStorageCases(
      (name, body) => isIn(name) && test(name, body),
      async () => fresh(),
      { emptied },
    )

    runCases(test, hostTransactionCases, async () => {
      const storage = await emptied()
      if (driver === 'postgres.js') {
        const sql = postgres(pooled().uri, { onnotice: () => {} })
        onTestFinished(() => sql.end({ timeout: 1 }))
        return { storage, begin: () => beginOnPostgresJs(sql) }
      }
      return {
        storage,
        async begin() {
          const client = new pg.Client(pooled().uri)
          await client.connect()
          onTestFinished(() => client.end())
          return beginOnPg(client)
        },
      }
    })

    describe.each(['the server', 'nobody'])('shared between processes that listen to %s', (heard) => {
      const listen = (): string | false => heard === 'the server' && postgresServer().uri
      let place: ReturnType<typeof freshPlace> | null = null
      const placed = (): ReturnType<typeof freshPlace> => (place ??= freshPlace(pooled(), driver))
      runCases(test, sharedRevocationsCases, async () => ({
        one: await openConnected(await placed(), { listen: listen() }),
        other: await openConnected(await placed(), { listen: listen() }),
      }))
      if (heard === 'nobody')
        runCases(test, sharedRateLimitsCases, async () => ({
          one: await openConnectedLimits(await placed()),
          other: await openConnectedLimits(await placed()),
        }))
    })

    test('ten clients take turns on two connections, and no count is wrong', async () => {
      const schema = pooled().freshSchema()
      const storages = Array.from({ length: 10 }, () => openStorage(driver, schema))
      await Promise.all(storages.map((storage) => storage.migrate()))
      const [followed, turns] = [sampleUser(), 20]
      await storages[0]?.users.create(followed)
      await Promise.all(
        storages.map(async ({ users, edges }) => {
          for (let turn = 0; turn < turns; turn++) {
            const user = sampleUser()
            await users.create(user)
            await edges.add({ id: nextId(), kind: 'follow', from: user.id, to: followed.id })
          }
        }),
      )
      expect(await storages[1]?.edges.counts('follow', [followed.id])).toEqual([
        { out: 0, in: storages.length * turns },
      ])
    })
  })

  test('session state would be detected', async () => {
    const careless = new pg.Client(pooled().uri)
    await careless.connect()
    await careless.query(`BEGIN; SET lock_timeout = 1; PREPARE own AS SELECT 1; LISTEN own;
      SELECT pg_advisory_lock(1); CREATE TEMPORARY TABLE own (); COMMIT`)
    await careless.end()
    expect(await leftBehind()).toEqual([
      'advisory lock',
      'channel own',
      'prepared statement own',
      'setting lock_timeout',
      'temporary own',
    ])
  })

  test('a PgBouncer without support for named statements refuses them with the solution, and nothing is lost', async () => {
    const old = await startPgbouncer(postgresServer().port, settingsWithoutNames())
    onTestFinished(() => old.stop())
    const uri = new URL(postgresServer().uri)
    uri.port = String(old.port)
    const schema = pooled().freshSchema()
    const unnamed = openStorage('pg', schema)
    await unnamed.migrate()
    const pool = new pg.Pool({ connectionString: uri.href })
    pool.on('error', () => {})
    const sql = postgres(uri.href, { onnotice: () => {} })
    onTestFinished(async () => {
      await Promise.all([pool.end(), sql.end({ timeout: 1 })])
    })
    const ways = [
      { way: { pool, prepare: true }, isRefused: true },
      { way: { sql }, isRefused: true },
      // Then postgres.js names only its own COMMIT.
      { way: { sql, prepare: false }, isRefused: false },
    ]
    for (const { way, isRefused } of ways) {
      const storage = createPostgresStorage({ ...way, schema })
      const made: string[] = []
      const refused: unknown[] = []
      for (let round = 0; round < 10; round++) {
        const users = Array.from({ length: 10 }, () => sampleUser())
        const ends = await Promise.allSettled(users.map((user) => storage.users.create(user)))
        for (const [index, end] of ends.entries())
          if (end.status === 'rejected') refused.push(end.reason)
          else made.push(users[index]?.id ?? '')
      }
      expect(refused.length > 0).toBe(isRefused)
      for (const error of refused)
        expect(error).toMatchObject({
          code: 'storage-failed',
          detail: expect.stringContaining('prepare: false') as string,
        })
      expect(made.length).toBe(100 - refused.length)
      expect(await missingOf(made, unnamed)).toEqual([])
    }
  })

  /** PgBouncer supports them since 1.21, unless they are turned off. */
  function settingsWithoutNames(): Record<string, string> {
    const [major = 0, minor = 0] = bouncer().version.split('.').map(Number)
    return major > 1 || minor > 20 ? { max_prepared_statements: '0' } : {}
  }

  test.each(drivers)('killed under load, it loses nothing that %s has acknowledged', async (driver) => {
    const storage = openStorage(driver, pooled().freshSchema(), 3_000)
    await storage.migrate()
    const acknowledged: string[] = []
    const failed: unknown[] = []
    let isOver = false
    const writers = Array.from({ length: 6 }, async () => {
      while (!isOver) {
        const user = sampleUser()
        await storage.users.create(user).then(
          () => acknowledged.push(user.id),
          (error: unknown) => failed.push(error),
        )
      }
    })
    for (let round = 0; round < 5; round++) {
      const before = acknowledged.length
      await vi.waitUntil(() => acknowledged.length > before + 20, { timeout: 20_000, interval: 1 })
      await bouncer().control.kill()
      await bouncer().control.restart()
    }
    const before = acknowledged.length
    await vi.waitUntil(() => acknowledged.length > before + 20, { timeout: 20_000 })
    isOver = true
    await Promise.all(writers)
    for (const error of failed)
      expect(isKithError(error) ? error.code : error).toMatch(/^storage-(unavailable|busy)$/)
    expect(await missingOf(acknowledged, storage)).toEqual([])
  })
}

/** Which of the accounts are not stored. */
async function missingOf(ids: readonly string[], { users }: Storage): Promise<string[]> {
  const found = await Promise.all(ids.map((id) => users.byId(id)))
  return ids.filter((_, index) => found[index] === null)
}
