import { KithError } from '@kith/core'
import { inSchema } from './compile.ts'
import type { Statements } from './connection.ts'
import type { Migration } from './migration.ts'
import { checkPartitions, checkSchemaName } from './options.ts'
import { migrations } from './schema.ts'
import { edgeIndexes, edgeStatistics } from './tables/edges.ts'
import { postIndexes } from './tables/posts.ts'

/** How the tables of a schema should be partitioned; without a number, anything is right. */
export interface PartitionLayout {
  schema: string
  partitions?: number | undefined
}

interface LargeTable {
  readonly name: string
  /** The column whose hash selects the partition of a row. */
  readonly key: string
  /** A unique key of a partitioned table has to include its partition key. */
  readonly primaryKey: string
  readonly indexes: string
  /** Planner hints for a partition. */
  readonly statistics: (partition: string) => string
}

/** The tables that can be partitioned. */
const largeTables: readonly LargeTable[] = Object.freeze([
  {
    name: 'edges',
    key: 'from_id',
    primaryKey: 'from_id, kind, to_id',
    indexes: edgeIndexes,
    statistics: edgeStatistics,
  },
  // Lookups by id alone use the same index in every partition.
  {
    name: 'posts',
    key: 'author_id',
    primaryKey: 'id, author_id',
    indexes: postIndexes,
    statistics: () => '',
  },
])

/** Converts a table, with its rows, to one with that many partitions. Indexes come last, which is faster. */
function partitioning(table: LargeTable, partitions: number): string {
  const { name, key, primaryKey, indexes, statistics } = table
  const parts = Array.from({ length: partitions }, (_, part) => {
    const rows = `FOR VALUES WITH (MODULUS ${partitions}, REMAINDER ${part})`
    return `
  CREATE TABLE kith.${name}_${part} PARTITION OF kith.${name} ${rows};${statistics(`${name}_${part}`)}`
  })
  return `
  ALTER TABLE kith.${name} RENAME TO ${name}_plain;
  CREATE TABLE kith.${name} (LIKE kith.${name}_plain INCLUDING DEFAULTS) PARTITION BY HASH (${key});${parts.join('')}
  INSERT INTO kith.${name} SELECT * FROM kith.${name}_plain;
  DROP TABLE kith.${name}_plain;
  ALTER TABLE kith.${name} ADD PRIMARY KEY (${primaryKey});${indexes}`
}

/**
 * The versions of the schema for a new database: with partitions, the first one partitions its empty tables at its end.
 */
export function migrationsWith(partitions: number | undefined): readonly Migration[] {
  if (partitions === undefined) return migrations
  return migrations.map((migration) => {
    if (migration.version !== 1) return migration
    const parts = largeTables.map((table) => partitioning(table, partitions))
    return { ...migration, statements: [migration.statements, ...parts].join('\n') }
  })
}

/** The options of {@link partitionSql}. */
export interface PartitionSqlOptions {
  /** How many partitions each table gets, from 2 to 256. */
  partitions: number
  /** @default 'kith' */
  schema?: string | undefined
}

/**
 * The SQL that partitions the tables of a schema in use, of the newest version. Nobody can read or write edges and
 * posts while it runs. Run it as the owner of the tables.
 */
export function partitionSql({ partitions, schema = 'kith' }: PartitionSqlOptions): string {
  checkSchemaName(schema)
  checkPartitions(partitions)
  const names = largeTables.map(({ name }) => `kith.${name}`)
  const script = [
    'BEGIN;',
    `LOCK TABLE ${names.join(', ')} IN ACCESS EXCLUSIVE MODE;`,
    ...largeTables.map((table) => partitioning(table, partitions).replaceAll(/^\n|^ {2}/gm, '')),
    'COMMIT;',
    ...names.map((name) => `ANALYZE ${name};`),
  ]
  return `${inSchema(script.join('\n'), schema)}\n`
}

/** How many partitions the tables have: 0 for one without, and no entry for a missing one. */
async function readPartitions({ all }: Statements, schema: string): Promise<[string, number][]> {
  const rows = await all<{ name: string; partitions: number }>(
    `SELECT relname AS name, (SELECT count(*) FROM pg_inherits WHERE inhparent = pg_class.oid) AS partitions
      FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
      WHERE nspname = @schema AND relname = ANY (@names::text[]) ORDER BY relname`,
    { schema, names: largeTables.map(({ name }) => name) },
  )
  return rows.map(({ name, partitions }) => [name, partitions])
}

/**
 * The warning for operators if the tables are not partitioned according to the option; null if they are, or without the
 * option.
 */
export async function partitionsProblem(
  statements: Statements,
  { schema, partitions }: PartitionLayout,
): Promise<string | null> {
  if (partitions === undefined) return null
  const other = (await readPartitions(statements, schema)).find(([, found]) => found !== partitions)
  if (!other) return null
  const [name, found] = other
  const table = `The option partitions is ${partitions}, but the table ${schema}.${name} has`
  if (found === 0)
    return `${table} none, and migrate() does not move rows: leave the option out, or run partitionSql() while the app is stopped.`
  return `${table} ${found}, which stays so: set the option to ${found}, or leave it out.`
}

/** Refuses tables that are not partitioned according to the option. */
export async function demandPartitions(statements: Statements, layout: PartitionLayout): Promise<void> {
  const problem = await partitionsProblem(statements, layout)
  if (problem) throw new KithError('storage-failed', { detail: problem })
}
