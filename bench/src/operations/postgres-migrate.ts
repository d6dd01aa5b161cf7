// How long clients wait while a large schema is migrated, by the real `migrate()` with a sample of every statement that the lint of
// @kith/storage-postgres accepts. Eight clients follow, unfollow and list meanwhile. Exits with 1 if a lock that blocks writers was
// seen for longer than a second, or a client waited that long.
//   pnpm --filter @kith/bench operations postgres-migrate [<number of edges, 10000000>]
// The server is a separate one that writes to its disk, or the one at POSTGRES_URI.
import { setTimeout as sleep } from 'node:timers/promises'
import { createPostgresStorage } from '@kith/storage-postgres'
import pg from 'pg'
import { clientsOf } from '../../../packages/storage-postgres/src/drivers/pg-clients.ts'
import { migrate } from '../../../packages/storage-postgres/src/migrate.ts'
import { placeOn } from '../../../packages/storage-postgres/test/migration-place.ts'
import { sampleMigrations } from '../../../packages/storage-postgres/test/sample-migrations.ts'
import { postgresMissing, startPostgres } from '../../../test/servers/postgres-server.ts'
import { percentile } from '../percentile.ts'

const rows = Number(process.argv[3] ?? 10_000_000)
const people = 10_000
const [clients, targetMillis] = [8, 1_000]

const settings = { shared_buffers: '512MB', maintenance_work_mem: '256MB', max_wal_size: '8GB' }
const own = process.env['POSTGRES_URI'] ? {} : { fsync: true, settings }
const missing = await postgresMissing(own)
if (missing) throw new Error(missing)
const server = await startPostgres(own)
const schema = server.freshSchema()
const pool = new pg.Pool({ connectionString: server.uri, max: clients + 4 })
const storage = createPostgresStorage({ pool, schema, timeoutMillis: 60_000 })

/** An account by its number, in SQL and here. */
const accountInSql = (number: string): string =>
  `('01900000-0000-7000-8000-' || lpad(to_hex(${number}), 12, '0'))::uuid`
const accountOf = (number: number): string =>
  `01900000-0000-7000-8000-${number.toString(16).padStart(12, '0')}`

async function fill(): Promise<void> {
  await storage.migrate()
  const each = Math.ceil(rows / people)
  const steps = [
    `INSERT INTO ${schema}.users (id, username, name, bio, role, session_epoch, created_at)
      SELECT ${accountInSql('n')}, 'person' || n, '', '', 'member', 0, now() FROM generate_series(0, ${people - 1}) AS n`,
    `ALTER TABLE ${schema}.edges DROP CONSTRAINT edges_pkey`,
    `DROP INDEX ${schema}.edges_out, ${schema}.edges_in`,
    // Everyone follows accounts outside the range that clients follow.
    `INSERT INTO ${schema}.edges (from_id, to_id, id, kind, hidden)
      SELECT ${accountInSql('a')}, ${accountInSql(`${people} + b * 7919`)}, ${accountInSql(`a * ${each}::bigint + b`)}, 1, 0
      FROM generate_series(0, ${people - 1}) AS a, generate_series(1, ${each}) AS b`,
    `ALTER TABLE ${schema}.edges ADD CONSTRAINT edges_pkey PRIMARY KEY (from_id, kind, to_id)`,
    `CREATE INDEX edges_out ON ${schema}.edges (from_id, kind, hidden, id)`,
    `CREATE INDEX edges_in ON ${schema}.edges (to_id, kind, hidden, id)`,
    `VACUUM ANALYZE ${schema}.edges`,
  ]
  for (const step of steps) await pool.query(step)
}

/** The longest waits of clients since the last call. */
let waits: number[] = []
let isOver = false
const failures = new Set<string>()

async function live(client: number): Promise<void> {
  for (let turn = 0; !isOver; turn++) {
    const from = accountOf((client * 1_009 + turn) % people)
    const to = accountOf((client * 2_003 + turn * 7 + 1) % people)
    const calls = [
      () => storage.edges.add({ id: accountOf(10 ** 12 + turn), kind: 'follow', from, to }),
      () => storage.edges.list({ node: from, kind: 'follow', side: 'out' }, { before: null, limit: 20 }),
      () => storage.edges.remove({ kind: 'follow', from, to }),
    ]
    for (const call of calls) {
      const started = performance.now()
      await call().catch((error: unknown) => failures.add(String(error)))
      waits.push(performance.now() - started)
      await sleep(2)
    }
  }
}

/** The longest time for which the migration was seen to hold a lock that blocks writers of the table. */
const held = { longest: 0 }

async function watchLocks(): Promise<void> {
  const since = new Map<string, number>()
  const client = await pool.connect()
  const strong = ['ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock']
  while (!isOver) {
    const { rows: seen } = await client.query<{ name: string }>(
      `SELECT virtualtransaction || mode AS name FROM pg_locks
        WHERE granted AND relation = to_regclass('${schema}.edges') AND mode = ANY ($1)`,
      [strong],
    )
    const now = performance.now()
    const names = new Set(seen.map(({ name }) => name))
    for (const name of since.keys()) if (!names.has(name)) since.delete(name)
    for (const name of names) {
      if (!since.has(name)) since.set(name, now)
      held.longest = Math.max(held.longest, now - (since.get(name) ?? now))
    }
    await sleep(5)
  }
  client.release()
}

let longestWait = 0
function tell(step: string, started: number): void {
  const [p50, p99, longest] = [
    percentile(waits, 0.5),
    percentile(waits, 0.99),
    waits.reduce((most, wait) => Math.max(most, wait), 0),
  ]
  const took = (performance.now() - started) / 1000
  const cells = [took.toFixed(1), waits.length, p50.toFixed(0), p99.toFixed(0), longest.toFixed(0)]
  console.log(step.padEnd(40) + cells.map((cell) => String(cell).padStart(12)).join(''))
  longestWait = Math.max(longestWait, longest)
  waits = []
}

const filling = performance.now()
await fill()
console.log(`${rows} edges in ${((performance.now() - filling) / 1000).toFixed(0)} s, ${server.description}`)
console.log(
  'step'.padEnd(40) +
    ['seconds', 'calls', 'p50 ms', 'p99 ms', 'longest ms'].map((cell) => cell.padStart(12)).join(''),
)
const living = [...Array.from({ length: clients }, (_, client) => live(client)), watchLocks()]
const before = performance.now()
await sleep(10_000)
tell('(before)', before)
longestWait = 0
let started = performance.now()
await migrate(
  placeOn(clientsOf(pool), schema),
  {
    progress({ step, done, total }) {
      if (done === 0 || done < total) return
      tell(step, started)
      started = performance.now()
    },
  },
  sampleMigrations,
)
isOver = true
await Promise.all(living)
console.log(
  `Longest wait of a client: ${longestWait.toFixed(0)} ms; longest lock that keeps writers out: ${held.longest.toFixed(0)} ms`,
)
for (const failure of failures) console.log(`A call failed: ${failure}`)
if (longestWait > targetMillis || held.longest > targetMillis || failures.size > 0) {
  console.log(`ABOVE ${targetMillis} ms`)
  process.exitCode = 1
}
await pool.query(`DROP SCHEMA ${schema} CASCADE`)
await pool.end()
await server.stop()
