import { inSchema, quoted } from './compile.ts'
import { fillScript } from './fill.ts'
import { type LongStep, longStatementOf, type Migration, noteOf, statementsOf } from './migration.ts'
import { checkPartitions, checkSchemaName } from './options.ts'
import { migrationsWith } from './partitions.ts'
import { trigramsIn } from './trigrams.ts'

/** The options of {@link migrationSql}. */
export interface MigrationSqlOptions {
  /** @default 'kith' */
  schema?: string | undefined
  /** The version that already exists. @default 0 @reason A database without Kith. */
  from?: number | undefined
  /** The option of the storage, for a database without Kith. */
  partitions?: number | undefined
  /**
   * The schema of the extension `pg_trgm`, usually `'public'`: adds the index that `migrate()` builds where the extension is there, for
   * searches anywhere in a username, email address or phone number.
   */
  trigrams?: string | undefined
}

/**
 * The SQL of `migrate()`, for operators who run migrations themselves. Run it as the role that should own the tables,
 * with a tool that sends each statement separately, such as `psql`: statements outside of BEGIN and COMMIT must not be
 * in a transaction.
 */
export function migrationSql(options: MigrationSqlOptions = {}): string {
  if (options.partitions !== undefined) checkPartitions(options.partitions)
  return scriptOf(migrationsWith(options.partitions), options)
}

/** The same for another schema, in tests. */
export function scriptOf(
  all: readonly Migration[],
  { schema = 'kith', from = 0, trigrams }: MigrationSqlOptions,
): string {
  checkSchemaName(schema)
  const parts = all
    .filter(({ version }) => version > from)
    .flatMap((migration) => [
      transactionOf(migration, schema),
      ...(migration.steps ?? []).map((step) =>
        longPartOf(step, schema, noteOf(migration.version, step.name)),
      ),
    ])
  if (trigrams !== undefined && (typeof trigrams !== 'string' || trigrams === ''))
    throw new TypeError("migrationSql: trigrams: name the schema of the extension pg_trgm, such as 'public'")
  if (trigrams !== undefined) parts.push(longPartOf(trigramsIn(trigrams), schema))
  return parts.map((part) => `${part}\n`).join('\n')
}

function longPartOf(step: LongStep, schema: string, ...notes: readonly string[]): string {
  const lines = [...longStatements(step), ...notes].map((statement) => `${inSchema(statement, schema)};`)
  return [`-- ${step.name}, not in a transaction`, ...lines].join('\n')
}

function longStatements(step: LongStep): string[] {
  if (step.kind === 'fill') return [fillScript(step)]
  // The leftover of an interrupted build would count as existing.
  const leftover = step.kind === 'index' ? [`DROP INDEX CONCURRENTLY IF EXISTS kith.${step.index}`] : []
  return [...leftover, longStatementOf(step)]
}

function transactionOf(migration: Migration, schema: string): string {
  return [
    'BEGIN;',
    ...(migration.version === 1 ? [`CREATE SCHEMA IF NOT EXISTS ${quoted(schema)};`] : []),
    ...statementsOf(migration).map((statement) => `${inSchema(statement, schema)};`),
    'COMMIT;',
  ].join('\n')
}
