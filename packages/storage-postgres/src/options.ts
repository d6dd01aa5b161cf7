import type { PgClient, PgPool } from './drivers/pg-clients.ts'
import type { PostgresJsSql } from './drivers/postgres-js-sql.ts'

/** Common options of all ways to connect. */
export interface PostgresCommonOptions {
  /** The schema of Kith's tables, which `migrate()` creates. @default 'kith' */
  schema?: string | undefined
  /**
   * How long a call may take, including the wait for a connection; if a COMMIT got no response, as long again to
   * determine its outcome. @default 5000 @reason A restart takes one to three seconds; clients abandon a request that
   * waits longer.
   */
  timeoutMillis?: number | undefined
  /**
   * Whether the server caches the plans of statements under names. Turn it off behind a PgBouncer before 1.21. @default
   * false, and with `sql` the value of its own option
   */
  prepare?: boolean | undefined
  /**
   * Into how many partitions `migrate()` divides the tables of edges and posts when it creates them, from 2 to 256.
   * Existing tables are never moved. @default none @reason Partitions help from many millions of rows on, and add a
   * small cost to each statement.
   */
  partitions?: number | undefined
}

/** Kith uses a `Pool` of `pg` that the app created and will close. */
export interface PostgresPoolOptions extends PostgresCommonOptions {
  pool: PgPool
  client?: undefined
  sql?: undefined
  url?: undefined
}

/**
 * Kith uses a `Client` of `pg` that the app connected and will close, for one call after the other. Nothing else may
 * use it meanwhile.
 */
export interface PostgresClientOptions extends PostgresCommonOptions {
  client: PgClient
  pool?: undefined
  sql?: undefined
  url?: undefined
}

/** Kith uses a `sql` of postgres.js that the app created and will close. */
export interface PostgresJsOptions extends PostgresCommonOptions {
  sql: PostgresJsSql
  pool?: undefined
  client?: undefined
  url?: undefined
}

/** Kith opens its own pool, on first use, with `pg` or otherwise postgres.js, and closes it. */
export interface PostgresUrlOptions extends PostgresCommonOptions {
  /** A connection string, `postgres://user:password@host:5432/database`. */
  url: string
  /**
   * How many connections the pool has. @default 10 @reason The same as `pg`: with a server's default of 100, there is
   * room for several processes.
   */
  maxConnections?: number | undefined
  pool?: undefined
  client?: undefined
  sql?: undefined
}

/**
 * How to connect to a standby: with a `Pool` of `pg` or a `sql` of postgres.js that the app created and will close, or
 * by its URL.
 */
export type PostgresReplica =
  | Pick<PostgresPoolOptions, 'pool'>
  | Pick<PostgresJsOptions, 'sql'>
  | Pick<PostgresUrlOptions, 'url' | 'maxConnections'>

type PrimaryOptions = PostgresPoolOptions | PostgresClientOptions | PostgresJsOptions | PostgresUrlOptions

/** Where the data is stored: a database of an existing pool, client or `sql`, or of a server by its URL. */
export type PostgresStorageOptions = PrimaryOptions & {
  /**
   * Standbys that serve reads for display only: feeds, lists, counts, profiles in lists, media. A read shows everything
   * that was committed before its call began, by any process: it asks the primary for its log position, and reads on a
   * standby that has reached it. If none has within about 50 milliseconds, or any failure occurs, the primary serves
   * it. @default []
   */
  replicas?: readonly PostgresReplica[] | undefined
}

/** Options with their defaults. */
export type PostgresSettings = PrimaryOptions & {
  schema: string
  timeoutMillis: number
  prepare: boolean
}

/** Options of a storage with their defaults. */
export type PostgresStorageSettings = PostgresSettings & { replicas: readonly PostgresSettings[] }

const ways =
  'createPostgresStorage: give one of { url }, { pool } or { client } of pg, and { sql } of postgres.js'

/** As {@link settingsOf}, with those of the replicas. */
export function storageSettingsOf(options: PostgresStorageOptions): PostgresStorageSettings {
  const { replicas = [] } = options
  const settings = settingsOf(options)
  if (!Array.isArray(replicas)) throw new TypeError('replicas must be a list, such as [{ url }]')
  const { schema, timeoutMillis } = settings
  const settingsOfReplicas = replicas.map((replica: PostgresReplica) => {
    if (replica !== null && typeof replica === 'object' && 'client' in replica)
      throw new TypeError('replicas: give each as { url }, { pool } or { sql }, not as a client')
    return settingsOf({ ...replica, schema, timeoutMillis } as PrimaryOptions)
  })
  return { ...settings, replicas: settingsOfReplicas }
}

/** Refuses what a type checker would have found, and adds the defaults. Never writes to the caller's object. */
export function settingsOf(options: PrimaryOptions): PostgresSettings {
  const { pool, client, sql, url, schema = 'kith', timeoutMillis = 5000, partitions } = options
  if ([pool, client, sql, url].filter((way) => way !== undefined).length !== 1) throw new TypeError(ways)
  if (url !== undefined && (typeof url !== 'string' || !/^postgres(ql)?:\/\//.test(url)))
    throw new TypeError(
      'url must be a connection string, such as postgres://user:password@host:5432/database',
    )
  if (pool !== undefined && typeof pool.connect !== 'function')
    throw new TypeError('pool must be a Pool of pg')
  if (client !== undefined && typeof client.query !== 'function')
    throw new TypeError('client must be a Client of pg')
  if (sql !== undefined) checkSql(sql)
  checkSchemaName(schema)
  if (partitions !== undefined) checkPartitions(partitions)
  if (!Number.isSafeInteger(timeoutMillis) || timeoutMillis < 1)
    throw new TypeError('timeoutMillis must be a whole number of milliseconds')
  if (url !== undefined && !isCount(options.maxConnections))
    throw new TypeError('maxConnections must be a whole number')
  return { ...options, schema, timeoutMillis, prepare: prepareOf(options) }
}

/** Refuses a number of partitions that no table should have. */
export function checkPartitions(partitions: number): void {
  if (!Number.isSafeInteger(partitions) || partitions < 2 || partitions > 256)
    throw new TypeError('partitions must be a whole number from 2 to 256')
}

/** Refuses a name that the server would truncate or reserves. */
export function checkSchemaName(schema: string): void {
  if (typeof schema !== 'string' || !/^(?!pg_)[a-z_][a-z0-9_]{0,62}$/.test(schema))
    throw new TypeError(
      'schema must be a name of lower-case letters, digits and _ that does not begin with pg_',
    )
}

function checkSql(sql: PostgresJsSql): void {
  if (typeof (sql as PostgresJsSql | null)?.begin !== 'function')
    throw new TypeError('sql must be the result of postgres() of postgres.js, not a transaction of it')
  const { column, row } = sql.options.transform
  if (column.from || row.from)
    throw new TypeError(
      'sql renames columns or changes rows by its option transform: give Kith one without it, for the same URL',
    )
}

function prepareOf({ prepare, sql }: PrimaryOptions): boolean {
  if (prepare !== undefined && typeof prepare !== 'boolean')
    throw new TypeError('prepare must be true or false')
  return prepare ?? (sql !== undefined && sql.options.prepare !== false)
}

function isCount(value: number | undefined): boolean {
  return value === undefined || (Number.isSafeInteger(value) && value > 0)
}
