import { KithError } from '@kith/core'
import type { MigrateOptions, PlannedStep } from '@kith/core/ports'
import { inSchema, quoted } from './compile.ts'
import type { Connection, Statements } from './connection.ts'
import { checkPartitions, checkSchemaName } from './options.ts'
import { migrationsWith } from './partitions.ts'
import { type Migration, migrations, newestVersion, statementsOf } from './schema.ts'
import { readApplied, refuseNewer } from './schema-version.ts'

/** Lists what {@link migrate} would do. `all` is another schema, in tests. */
export async function plan(
  connection: Connection,
  schema: string,
  all: readonly Migration[] = migrations,
): Promise<PlannedStep[]> {
  return (await pending(connection, schema, all)).map(({ version }) => ({ name: nameOf(version), total: 1 }))
}

/**
 * Brings the schema to the newest version, each version in a transaction of its own. A lock that lasts as long as the transaction lets
 * one process after the other do so, the later of which find nothing left to do.
 */
export async function migrate(
  { connection, schema }: { connection: Connection; schema: string },
  { progress = () => {} }: MigrateOptions = {},
  all: readonly Migration[] = migrations,
): Promise<void> {
  for (const migration of await pending(connection, schema, all)) {
    const step = nameOf(migration.version)
    progress({ step, done: 0, total: 1 })
    await connection.atomically((statements) => carryOut(statements, schema, migration))
    progress({ step, done: 1, total: 1 })
  }
}

/** Says whether the stores can be used, and what somebody should see to. */
export async function checkSchema(connection: Connection, schema: string): Promise<string | null> {
  const applied = await readApplied(connection, schema)
  refuseNewer(applied, newestVersion)
  const missing = migrations.find(({ version }) => !applied.has(version))
  if (missing)
    throw new KithError('storage-failed', {
      detail: `The schema is not up to date (${nameOf(missing.version)}): run kith.storage.migrate().`,
    })
  if (applied.newest <= newestVersion) return null
  return `The schema has version ${applied.newest} of a newer release, and this one knows ${newestVersion}: finish the update.`
}

/** What {@link migrationSql} is to print. */
export interface MigrationSqlOptions {
  /** @default 'kith' */
  schema?: string | undefined
  /** The version that is there already. @default 0 @reason A database without Kith. */
  from?: number | undefined
  /** That of the storage, for a database without Kith. */
  partitions?: number | undefined
}

/** The SQL of `migrate()`, for those who run migrations themselves. Run as the role that shall own the tables. */
export function migrationSql({ schema = 'kith', from = 0, partitions }: MigrationSqlOptions = {}): string {
  checkSchemaName(schema)
  if (partitions !== undefined) checkPartitions(partitions)
  const left = migrationsWith(partitions).filter(({ version }) => version > from)
  const scripts = left.map((migration) =>
    [
      'BEGIN;',
      ...(migration.version === 1 ? [`CREATE SCHEMA IF NOT EXISTS ${quoted(schema)};`] : []),
      ...statementsOf(migration).map((statement) => `${inSchema(statement, schema)};`),
      'COMMIT;',
    ].join('\n'),
  )
  return scripts.map((script) => `${script}\n`).join('\n')
}

async function pending(
  connection: Connection,
  schema: string,
  all: readonly Migration[],
): Promise<Migration[]> {
  const applied = await readApplied(connection, schema)
  refuseNewer(applied, all.at(-1)?.version ?? newestVersion)
  return all.filter(({ version }) => !applied.has(version))
}

async function carryOut(statements: Statements, schema: string, migration: Migration): Promise<void> {
  const { get, run } = statements
  await get("SELECT pg_advisory_xact_lock(hashtextextended('kith.migrate ' || @schema::text, 0))", { schema })
  if ((await readApplied(statements, schema)).has(migration.version)) return
  // Asked for first: even where it is there, only those who may create one may say IF NOT EXISTS.
  const found = await get('SELECT 1 AS found FROM pg_namespace WHERE nspname = @schema', { schema })
  if (!found) await run(`CREATE SCHEMA ${quoted(schema)}`)
  for (const statement of statementsOf(migration)) await run(statement)
}

function nameOf(version: number): string {
  return `schema ${version}`
}
