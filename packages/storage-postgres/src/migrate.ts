import { setTimeout as sleep } from 'node:timers/promises'
import { isKithError, KithError } from '@kith/core'
import type { MigrateOptions, PlannedStep } from '@kith/core/ports'
import { quoted } from './compile.ts'
import type { Connection, Statements } from './connection.ts'
import { sqlStateOf } from './drivers/sql-state.ts'
import { type OwedStep, takeLongStep } from './long-steps.ts'
import type { MigrationPlace } from './long-work.ts'
import { type LongStep, type Migration, noteOf, statementsOf } from './migration.ts'
import { migrations, newestVersion } from './schema.ts'
import { readApplied, refuseNewer } from './schema-version.ts'
import { missingTrigrams } from './trigrams.ts'

/** Lists what {@link migrate} would do. `all` is another schema, in tests. */
export async function plan(
  connection: Connection,
  schema: string,
  all: readonly Migration[] = migrations,
): Promise<PlannedStep[]> {
  const steps = await pending(connection, schema, all)
  const search = await missingTrigrams(connection)
  return Promise.all(
    [...steps, ...(search ? [{ name: search.name, long: search }] : [])].map(async ({ name, long }) => ({
      name,
      total: await totalOf(connection, long),
    })),
  )
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
  const takeLong = async (owed: OwedStep, { name, total }: PlannedStep): Promise<void> => {
    let done = 0
    await takeLongStep(place, owed, (part) => {
      // The end is reported once, when the step is noted.
      done = Math.max(done, Math.min(Math.floor(total * part), total - 1))
      progress({ step: name, done, total })
    })
  }
  const take = async (planned: PlannedStep, work: () => Promise<void>): Promise<void> => {
    const { name: step, total } = planned
    progress({ step, done: 0, total })
    await work()
    progress({ step, done: total, total })
  }

  for (const { name, long, migration } of await pending(short, schema, all)) {
    const planned = { name, total: Math.max(1, await totalOf(short, long)) }
    await take(planned, () =>
      long
        ? takeLong(versionStep(place, migration.version, long), planned)
        : whenFree(() => short.atomically((statements) => carryOut(statements, schema, migration))),
    )
  }
  const search = await missingTrigrams(short)
  if (!search) return
  const planned = { name: search.name, total: Math.max(1, await totalOf(short, search)) }
  const isDone = async (): Promise<boolean> => (await missingTrigrams(short)) === null
  await take(planned, () => takeLong({ step: search, isDone, note: async () => {} }, planned))
}

/** A long step of a version, which is noted beside it. */
function versionStep({ short, schema }: MigrationPlace, version: number, step: LongStep): OwedStep {
  return {
    step,
    isDone: async () => (await readApplied(short, schema)).has(version, step.name),
    note: () => short.run(noteOf(version, step.name)),
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
      detail: `The schema is not up to date (${missing.name}): run kith.storage.migrate().`,
    })
  if (applied.newest <= newest) return null
  return `The schema has version ${applied.newest} of a newer release, and this one knows ${newest}: finish the update.`
}

interface Step {
  readonly name: string
  readonly version: number
  readonly migration: Migration
  readonly long: LongStep | null
}

function stepsOf(all: readonly Migration[]): Step[] {
  return all.flatMap((migration) => {
    const { version, steps = [] } = migration
    const name = `schema ${version}`
    return [
      { name, version, migration, long: null },
      ...steps.map((long) => ({ name: `${name}: ${long.name}`, version, migration, long })),
    ]
  })
}

async function pending(connection: Connection, schema: string, all: readonly Migration[]): Promise<Step[]> {
  const applied = await readApplied(connection, schema)
  refuseNewer(applied, all.at(-1)?.version ?? newestVersion)
  return stepsOf(all).filter(({ version, long }) => !applied.has(version, long?.name ?? ''))
}

/** How much a step has to do: the rows of its table, about, which are 0 where it is not there yet. */
async function totalOf({ get }: Statements, long: LongStep | null): Promise<number> {
  if (!long) return 1
  const found = await get<{ rows: number }>(
    `SELECT reltuples::bigint AS rows FROM pg_class WHERE oid = to_regclass('kith.${long.on}')`,
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
