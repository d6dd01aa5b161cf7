import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { expect, onTestFinished, test, vi } from 'vitest'
import { describeWithPostgres } from '../../../test/servers/describe-servers.ts'
import { spawnGuarded } from '../../../test/servers/guard.ts'
import { createPostgresStorage } from '../src/index.ts'
import type { Connection } from '../src/connection.ts'
import { clientsOf, turnsOn } from '../src/drivers/pg-clients.ts'
import type { MigrationPlace } from '../src/long-work.ts'
import { checkSchema, migrate, plan } from '../src/migrate.ts'
import { scriptOf } from '../src/migration-sql.ts'
import { migrations, newestVersion } from '../src/schema.ts'
import { placeOn } from './migration-place.ts'
import { sampleMigrations } from './sample-migrations.ts'

vi.setConfig({ testTimeout: 120_000 })

/** An id by its number, in SQL and here. */
const idInSql = (number: string): string =>
  `('01900000-0000-7000-8000-' || lpad(to_hex(${number}), 12, '0'))::uuid`
const idOf = (number: number): string => `01900000-0000-7000-8000-${number.toString(16).padStart(12, '0')}`

const version = newestVersion + 1
const fill = `schema ${version}: notes of edges`
const index = `schema ${version}: index edges_by_id`
const script = fileURLToPath(new URL('migrating-process.ts', import.meta.url))

await describeWithPostgres('long steps of a migration', {}, (server) => {
  const open: { pool?: pg.Pool } = {}
  const pool = (): pg.Pool => {
    if (!open.pool) throw new Error('The pool is open only while tests run')
    return open.pool
  }
  const ask = async (sql: string): Promise<unknown[]> => (await pool().query<object>(sql)).rows

  /** A schema of this release, with rows. */
  async function filled(edges = 12_000): Promise<MigrationPlace> {
    // One transaction or statement per connection, as behind a pooler in transaction mode.
    // A separate database, because an index build waits for all transactions of its database.
    const uri = await server().freshDatabase()
    const own = new pg.Pool({ connectionString: uri, max: 30, maxUses: 1 })
    own.on('error', () => {})
    onTestFinished(() => own.end())
    open.pool = own
    const place = placeOn(clientsOf(own), 'kith', 20_000)
    await migrate(place)
    await ask(`INSERT INTO kith.users (id, username, name, bio, role, session_epoch, created_at)
      SELECT ${idInSql('n')}, 'user' || n, '', '', 'member', 0, now() FROM generate_series(0, 99) AS n`)
    await ask(`INSERT INTO kith.edges (from_id, to_id, id, kind, hidden)
      SELECT ${idInSql('n % 100')}, ${idInSql('1000 + n')}, ${idInSql('n')}, 1, 0 FROM generate_series(1, ${edges}) AS n`)
    await ask('ANALYZE kith.edges')
    return place
  }

  /** A transaction whose snapshot an index build has to wait for. */
  async function holdSnapshot(): Promise<() => Promise<void>> {
    const client = await pool().connect()
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1')
    return async () => {
      await client.query('COMMIT')
      client.release()
    }
  }

  const building = `SELECT pid FROM pg_stat_activity WHERE query LIKE 'CREATE INDEX CONCURRENTLY%' AND state = 'active'
    AND datname = current_database()`
  const isBuilding = (): Promise<void> =>
    vi.waitFor(async () => expect(await ask(building)).toHaveLength(1), { timeout: 20_000, interval: 20 })

  async function demandDone(place: MigrationPlace): Promise<void> {
    expect(await plan(place.short, 'kith', sampleMigrations)).toEqual([])
    expect(await checkSchema(place.short, 'kith', sampleMigrations)).toBe(null)
    expect(await ask('SELECT count(*)::int AS empty FROM kith.edges WHERE note IS NULL')).toEqual([
      { empty: 0 },
    ])
    expect(await ask('SELECT indexrelid::regclass FROM pg_index WHERE NOT indisvalid')).toEqual([])
    expect(await ask('SELECT * FROM kith.schema_lease WHERE until > now()')).toEqual([])
    expect(
      await ask(
        `SELECT attnotnull FROM pg_attribute WHERE attrelid = 'kith.edges'::regclass AND attname = 'note'`,
      ),
    ).toEqual([{ attnotnull: true }])
  }

  test('are listed with their approximate number of rows, run in order, reported, and not repeated', async () => {
    const place = await filled()
    const planned = await plan(place.short, 'kith', sampleMigrations)
    expect(planned.map(({ name }) => name)).toEqual([
      `schema ${version}`,
      fill,
      index,
      `schema ${version + 1}`,
      `schema ${version + 1}: constraint edges_noted`,
      `schema ${version + 2}`,
      `schema ${version + 3}`,
    ])
    expect(planned[1]?.total).toBe(12_000)
    await expect(checkSchema(place.short, 'kith', sampleMigrations)).rejects.toMatchObject({
      code: 'storage-failed',
    })
    const reports: { step: string; done: number; total: number }[] = []
    await migrate(place, { progress: (each) => void reports.push(each) }, sampleMigrations)
    expect([...new Set(reports.map(({ step }) => step))]).toEqual(planned.map(({ name }) => name))
    for (const { name, total } of planned) {
      const done = reports.filter(({ step }) => step === name).map((each) => each.done)
      expect([done[0], done.at(-1)]).toEqual([0, total])
      expect(done).toEqual([...done].sort((a, b) => a - b))
    }
    expect(reports.filter(({ step }) => step === fill).length).toBeGreaterThan(5)
    await demandDone(place)
    const again = vi.fn()
    await migrate(place, { progress: again }, sampleMigrations)
    expect(again).not.toHaveBeenCalled()
  })

  test('of concurrently started processes one runs each step, and the others wait for it', async () => {
    const place = await filled()
    const release = await holdSnapshot()
    let built = 0
    const counting = (): MigrationPlace => {
      const own = placeOn(clientsOf(pool()), 'kith')
      const run: Connection['run'] = (sql, values) => {
        if (sql.startsWith('CREATE INDEX')) built++
        return own.long.run(sql, values)
      }
      return { ...own, long: { ...own.long, run } }
    }
    const all = Promise.all(Array.from({ length: 6 }, () => migrate(counting(), {}, sampleMigrations)))
    await isBuilding()
    // Longer than a lease lasts without being renewed.
    await sleep(11_000)
    await release()
    await all
    expect(built).toBe(1)
    await demandDone(place)
  })

  test('no timeout of the storage interrupts a step, and the previous release works meanwhile', async () => {
    const place = await filled()
    const release = await holdSnapshot()
    const migrating = migrate(placeOn(clientsOf(pool()), 'kith', 1_000), {}, sampleMigrations)
    await isBuilding()
    const before = createPostgresStorage({ pool: pool() })
    const edge = { id: idOf(99_999), kind: 'follow', from: idOf(1), to: idOf(2) } as const
    expect(await before.edges.add(edge)).toMatchObject({ outcome: 'added' })
    expect(await before.check()).toMatch(/newer release/)
    await before.migrate()
    await sleep(2_500)
    await release()
    await migrating
    await demandDone(place)
    expect(await before.edges.remove(edge)).toMatchObject({ removed: true })
  })

  test('a single client is sufficient', async () => {
    const place = await filled()
    const client = new pg.Client(pool().options.connectionString)
    await client.connect()
    onTestFinished(() => client.end())
    await migrate(placeOn(turnsOn(client), 'kith'), {}, sampleMigrations)
    await demandDone(place)
  })

  test('the leftovers of an aborted build are dropped, and it is started again', async () => {
    const place = await filled()
    const release = await holdSnapshot()
    const migrating = migrate(place, {}, sampleMigrations)
    migrating.catch(() => {})
    await isBuilding()
    await ask(`SELECT pg_terminate_backend(pid) FROM (${building}) AS backend`)
    await expect(migrating).rejects.toMatchObject({ code: 'storage-unavailable' })
    expect(await ask('SELECT indexrelid::regclass::text AS name FROM pg_index WHERE NOT indisvalid')).toEqual(
      [{ name: 'kith.edges_by_id' }],
    )
    await release()
    await migrate(place, {}, sampleMigrations)
    await demandDone(place)
  })

  test('a process that is killed during a build leaves it to the server, and the next one continues', async () => {
    const place = await filled()
    const release = await holdSnapshot()
    const uri = pool().options.connectionString ?? ''
    const flags = [
      '--conditions=@kith/source',
      '--experimental-strip-types',
      '--disable-warning=ExperimentalWarning',
    ]
    const child = spawnGuarded(process.execPath, [...flags, script, uri, 'kith'], {
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    await isBuilding()
    const left = await ask(building)
    child.kill('SIGKILL')
    await once(child, 'exit')
    const next = migrate(place, {}, sampleMigrations)
    // The lease has expired by then, but the build has not finished.
    await sleep(12_000)
    expect(await ask(building)).toEqual(left)
    await release()
    await next
    await demandDone(place)
  })

  test('an error from `progress` ends a build quickly', async () => {
    const place = await filled()
    const release = await holdSnapshot()
    const stop = new Error('stopped')
    let stopped = false
    const progress = (): void => {
      if (stopped) throw stop
    }
    const migrating = migrate(place, { progress }, sampleMigrations)
    migrating.catch(() => {})
    await isBuilding()
    stopped = true
    await expect(migrating).rejects.toBe(stop)
    expect(await ask(building)).toEqual([])
    await release()
    await migrate(place, {}, sampleMigrations)
    await demandDone(place)
  })

  test('after an interruption before or after any statement, the next start finishes', async () => {
    const cut = new Error('cut off')
    // Every seventh moment, starting from a random one, so that several runs together cover all of them.
    const stride = 7
    let cuts = 0
    for (let at = Math.floor(Math.random() * stride); ; at += stride) {
      const place = await filled(500)
      let sent = 0
      /** Sends one statement less than intended, or loses its response. */
      const dying =
        <Args extends unknown[], Result>(send: (...args: Args) => Promise<Result>) =>
        async (...args: Args): Promise<Result> => {
          if (sent++ === at) throw cut
          const result = await send(...args)
          if (sent++ === at) throw cut
          if (sent > at) throw cut
          return result
        }
      const mortal = (connection: Connection): Connection => ({
        ...connection,
        run: dying(connection.run),
        get: dying(connection.get) as Connection['get'],
        atomically: (work) =>
          connection.atomically((statements) =>
            work({
              ...statements,
              run: dying(statements.run),
              get: dying(statements.get) as Connection['get'],
            }),
          ),
      })
      const dead = { ...place, short: mortal(place.short), long: mortal(place.long) }
      const reason: unknown = await migrate(dead, {}, sampleMigrations).catch((error: unknown) => error)
      if (reason === undefined) break
      expect(reason, `cut off at ${at}`).toBe(cut)
      cuts++
      await ask("UPDATE kith.schema_lease SET until = now() - interval '1 second'")
      await migrate(place, {}, sampleMigrations)
      await demandDone(place)
    }
    expect(cuts).toBeGreaterThan(10)
  }, 300_000)

  test('a locked row is filled when it is released', async () => {
    const place = await filled()
    const added = sampleMigrations[migrations.length]
    if (!added) throw new Error('There is no sample')
    // A transaction that holds a row blocks a version from changing its table, so the fill comes first.
    await migrate(place, {}, [...migrations, { ...added, steps: [] }])
    const holder = await pool().connect()
    await holder.query('BEGIN')
    await holder.query('SELECT 1 FROM kith.edges WHERE from_id = $1 FOR UPDATE', [idOf(7)])
    const reports: string[] = []
    const migrating = migrate(
      place,
      { progress: ({ step }) => void reports.push(step) },
      sampleMigrations.slice(0, -1),
    )
    await vi.waitFor(() => expect(reports.filter((step) => step === fill).length).toBeGreaterThan(20), 20_000)
    expect(reports).not.toContain(index)
    await holder.query('COMMIT')
    holder.release()
    await migrating
    expect(await ask('SELECT 1 FROM kith.edges WHERE note IS NULL')).toEqual([])
  })

  test('a version waits for a table without blocking others', async () => {
    const place = await filled()
    const reader = await pool().connect()
    await reader.query('BEGIN; SELECT 1 FROM kith.edges LIMIT 1')
    const migrating = migrate(place, {}, sampleMigrations)
    let longest = 0
    for (const until = performance.now() + 4_000; performance.now() < until; await sleep(5)) {
      const started = performance.now()
      await ask('UPDATE kith.edges SET hidden = 0 WHERE from_id = to_id')
      longest = Math.max(longest, performance.now() - started)
    }
    // Not before it had to wait.
    expect(await plan(place.short, 'kith', sampleMigrations)).toHaveLength(7)
    await reader.query('COMMIT')
    reader.release()
    await migrating
    await demandDone(place)
    expect(longest).toBeLessThan(1_000)
  })

  test('the printed SQL, sent statement by statement, gives the same result, even if it is repeated after an interruption', async () => {
    const columns = `SELECT table_name, column_name, data_type, is_nullable, column_default FROM information_schema.columns
      WHERE table_schema = 'kith' ORDER BY 1, 2`
    const indexes = "SELECT indexdef FROM pg_indexes WHERE schemaname = 'kith' ORDER BY 1"
    const shape = async (): Promise<unknown[]> => [await ask(columns), await ask(indexes)]
    const notDropped = sampleMigrations.slice(0, -1)
    const place = await filled()
    await migrate(place, {}, notDropped)
    const expected = await shape()
    const printed = scriptOf(notDropped, { from: newestVersion })
    expect(printed.match(/^BEGIN;$/gm)).toHaveLength(3)
    expect(printed).toContain(
      '-- index edges_by_id, not in a transaction\nDROP INDEX CONCURRENTLY IF EXISTS "kith".edges_by_id;\nCREATE INDEX CONCURRENTLY IF NOT EXISTS edges_by_id ON "kith".edges (id);\nINSERT INTO "kith".schema_steps',
    )
    const other = await filled()
    const client = await pool().connect()
    const parts = printed.split(/;\n(?![^$]*\$fill\$;)/).filter((part) => part.trim() !== '')
    for (const part of parts) {
      await client.query(part)
      if (part.startsWith('-- ')) await client.query(part)
    }
    client.release()
    expect(await shape()).toEqual(expected)
    expect(await plan(other.short, 'kith', notDropped)).toEqual([])
    expect(await ask('SELECT 1 FROM kith.edges WHERE note IS NULL')).toEqual([])
    expect(migrations.length).toBeLessThan(notDropped.length)
  })
})
