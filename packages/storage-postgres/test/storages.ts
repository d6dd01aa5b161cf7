import type { Storage } from '@kith/core/ports'
import pg from 'pg'
import postgres from 'postgres'
import { afterAll, beforeAll } from 'vitest'
import type { PostgresServer } from '../../../test/servers/postgres-server.ts'
import { createPostgresStorage, type PostgresReplica, type PostgresStorageOptions } from '../src/index.ts'

/** The timeout of a call in tests, because the machine is busy. */
const timeoutMillis = 60_000

/** The driver of a suite. */
export type TestDriver = 'pg' | 'postgres.js'

/** The two layouts of the tables of edges and posts. */
export const layouts = [
  { layout: 'plain tables', partitions: undefined },
  { layout: 'partitions', partitions: 4 },
] as const

/** Storages for the tests of a suite. */
export interface TestStorages {
  /** A pool of `pg`, whatever driver the storages use. */
  pool(): pg.Pool
  /** A storage on a migrated, empty schema; always the same one, because that is faster. */
  emptied(): Promise<Storage>
  /** The schema of that storage. */
  schema(): string
  /** Another storage on the schema of `emptied`, like that of another process. */
  another(): Storage
  /** A storage on a schema that has not been created. */
  fresh(): Storage
}

/** Opens connections before the tests and closes them after them. */
export function useStorages(
  server: () => PostgresServer,
  {
    driver = 'pg',
    partitions,
    trigrams = false,
    replicas = () => [],
  }: {
    driver?: TestDriver
    partitions?: number | undefined
    /** Whether the database has the extension for substring searches in identifiers; it is then a separate one. */
    trigrams?: boolean
    replicas?: () => readonly PostgresReplica[]
  } = {},
): TestStorages {
  const open: { pool?: pg.Pool; sql?: postgres.Sql } = {}
  let storage: Promise<Storage> | null = null
  let schema = ''
  const pool = (): pg.Pool => {
    if (!open.pool) throw new Error('The pool is open only while tests run')
    return open.pool
  }

  beforeAll(async () => {
    const uri = trigrams ? await server().freshDatabase() : server().uri
    open.pool = new pg.Pool({ connectionString: uri, max: 10 })
    open.pool.on('error', () => {})
    if (driver === 'postgres.js') open.sql = postgres(uri, { max: 10, onnotice: () => {} })
    if (trigrams) await open.pool.query('CREATE EXTENSION pg_trgm')
  })
  afterAll(() => Promise.all([open.pool?.end(), open.sql?.end({ timeout: 1 })]))

  function create(name: string): Storage {
    const way: PostgresStorageOptions = open.sql ? { sql: open.sql } : { pool: pool() }
    return createPostgresStorage({ ...way, schema: name, timeoutMillis, partitions, replicas: replicas() })
  }

  async function migrated(): Promise<Storage> {
    schema = server().freshSchema()
    const created = create(schema)
    await created.migrate()
    return created
  }

  return {
    pool,
    async emptied() {
      storage ??= migrated()
      const empty = await storage
      await emptyTables(pool(), schema)
      return empty
    },
    schema: () => schema,
    another: () => create(schema),
    fresh: () => create(server().freshSchema()),
  }
}

/** Deletes all rows except those with the version of the schema, which is faster than creating it again. */
async function emptyTables(pool: pg.Pool, schema: string): Promise<void> {
  const { rows } = await pool.query<{ name: string }>(
    `SELECT relname AS name FROM pg_class WHERE relnamespace = $1::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
      AND relname NOT IN ('schema', 'schema_steps')`,
    [schema],
  )
  await pool.query(rows.map(({ name }) => `DELETE FROM ${schema}.${name}`).join(';'))
}
