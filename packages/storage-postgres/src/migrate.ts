import { setTimeout as sleep } from 'node:timers/promises'
import { isKithError, KithError } from '@kith/core'
import type { MigrateOptions, PlannedStep } from '@kith/core/ports'
import { quoted } from './compile.ts'
import type { Connection, Statements } from './connection.ts'
import { sqlStateOf } from './drivers/sql-state.ts'
import { takeLongStep } from './long-steps.ts'
import type { MigrationPlace } from './long-work.ts'
import { type LongStep, type Migration, statementsOf } from './migration.ts'
import { migrations, newestVersion } from './schema.ts'
import { readApplied, refuseNewer } from './schema-version.ts'

interface Step extends PlannedStep {
  readonly migration: Migration
  /** None for the statements of a version. */
  readonly long: LongStep | null
}

/** Lists what {@link migrate} would do. `all` is another schema, in tests. */
export async function plan(
  connection: Connection,
  schema: string,
  all: readonly Migration[] = migrations,
): Promise<PlannedStep[]> {
  return (await pending(connection, schema, all)).map(({ name, total }) => ({ name, total }))
}

/**
 * Brings the schema to the newest version. The statements of a version are one transaction, with a lock for as long as
 * it runs, so that of several processes one applies it and the later ones find nothing left to do. Long work follows,
 * outside of a transaction.
 */
export async function migrate(
  place: MigrationPlace,
  { progress = () => {} }: MigrateOptions = {},
  all: readonly Migration[] = migrations,
): Promise<void> {
  const { short, schema } = place
  for (const { name, total, migration, long } of await pending(short, schema, all)) {
    let done = 0
    progress({ step: name, done, total })
    if (long) {
      await takeLongStep(place, { version: migration.version, step: long }, (part) => {
        // The end is reported once, when the step is recorded.
        done = Math.max(done, Math.min(Math.floor(total * part), total - 1))
        progress({ step: name, done, total })
      })
    } else await whenFree(() => short.atomically((statements) => carryOut(statements, schema, migration)))
    progress({ step: name, done: total, total })
  }
}

/** Reports whether the stores can be used, and warnings for operators. `all` is another schema, in tests. */
export async function checkSchema(
  connection: Connection,
  schema: string,
  all: readonly Migration[] = migrations,
): Promise<string | null> {
  const newest = all.at(-1)?.version ?? newestVersion
  const applied = await readApplied(connection, schema)
  refuseNewer(applied, newest)
  const [missing] = stepsOf(all).filter(({ version, long }) => !applied.has(version, long?.name ?? ''))
  if (missing)
    throw new KithError('storage-failed', {
      detail: `The schema is not up to date (${nameOf(missing)}): run kith.storage.migrate().`,
    })
  if (applied.newest <= newest) return null
  return `The schema has version ${applied.newest} of a newer release, and this one knows ${newest}: finish the update.`
}

interface StepName {
  readonly version: number
  readonly migration: Migration
  readonly long: LongStep | null
}

function stepsOf(all: readonly Migration[]): StepName[] {
  return all.flatMap((migration) => {
    const { version, steps = [] } = migration
    return [null, ...steps].map((long) => ({ version, migration, long }))
  })
}

function nameOf({ version, long }: StepName): string {
  return long ? `schema ${version}: ${long.name}` : `schema ${version}`
}

async function pending(connection: Connection, schema: string, all: readonly Migration[]): Promise<Step[]> {
  const applied = await readApplied(connection, schema)
  refuseNewer(applied, all.at(-1)?.version ?? newestVersion)
  const left = stepsOf(all).filter(({ version, long }) => !applied.has(version, long?.name ?? ''))
  return Promise.all(
    left.map(async (step) => {
      const total = step.long ? await rowsOf(connection, step.long.on) : 1
      return { name: nameOf(step), total, migration: step.migration, long: step.long }
    }),
  )
}

/** About how many rows a table has; 0 if it does not exist yet. */
async function rowsOf({ get }: Statements, table: string): Promise<number> {
  const found = await get<{ rows: number }>(
    `SELECT reltuples::bigint AS rows FROM pg_class WHERE oid = to_regclass('kith.${table}')`,
  )
  return Math.max(0, found?.rows ?? 0)
}

async function carryOut(statements: Statements, schema: string, migration: Migration): Promise<void> {
  const { get, run } = statements
  await get("SELECT pg_advisory_xact_lock(hashtextextended('kith.migrate ' || @schema::text, 0))", { schema })
  if ((await readApplied(statements, schema)).has(migration.version, '')) return
  // Checked first: even if it exists, only roles that may create one may say IF NOT EXISTS.
  const found = await get('SELECT 1 AS found FROM pg_namespace WHERE nspname = @schema', { schema })
  if (!found) await run(`CREATE SCHEMA ${quoted(schema)}`)
  for (const statement of statementsOf(migration)) await run(statement)
}

/**
 * How long a version is tried, and the longest pause between two attempts, in which those who waited behind it get
 * their turn.
 */
const [patienceMillis, pauseMillis] = [60_000, 1_000]

/** Retries a transaction if the lock of a table was not available soon. */
async function whenFree(transaction: () => Promise<void>): Promise<void> {
  for (const until = performance.now() + patienceMillis; ;) {
    try {
      return await transaction()
    } catch (error) {
      const isLocked = isKithError(error) && sqlStateOf(error.cause) === '55P03'
      if (!isLocked || performance.now() > until) throw error
      await sleep((0.5 + Math.random() / 2) * pauseMillis)
    }
  }
}
