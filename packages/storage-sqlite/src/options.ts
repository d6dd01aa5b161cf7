import type { SqliteDatabase } from './sqlite-database.ts'

/** What an acknowledged write survives: the death of the process, or a power cut as well. */
export type Durability = 'process' | 'power'

/** Kith opens the file itself, with `node:sqlite`, at the first use. */
export interface SqliteFileOptions {
  /** The database file; `:memory:` for one that lives as long as the storage. */
  path: string
  database?: undefined
  /** @default 'process' */
  durability?: Durability | undefined
  /** How long a call waits for another process that is writing. @default 5000 @reason Longer than a write of Kith takes; a lock that is held longer belongs to a process that hangs. */
  busyTimeoutMillis?: number | undefined
}

/** Kith uses a database that the caller opened and will close. Its settings stay unless an option changes them. */
export interface SqliteHandleOptions {
  /** A `DatabaseSync` of `node:sqlite` or a `Database` of better-sqlite3. */
  database: SqliteDatabase
  path?: undefined
  durability?: Durability | undefined
  busyTimeoutMillis?: number | undefined
}

/** Where the data is kept: a file by its path, or an open database. */
export type SqliteStorageOptions = SqliteFileOptions | SqliteHandleOptions

/** Refuses what no type checker saw. */
export function checkOptions(options: SqliteStorageOptions): void {
  const { path, database, durability, busyTimeoutMillis } = options
  if ((path === undefined) === (database === undefined)) {
    throw new TypeError('createSqliteStorage needs either a path or a database')
  }
  if (path !== undefined && (typeof path !== 'string' || path === '')) {
    throw new TypeError('path must be a file name')
  }
  if (durability !== undefined && durability !== 'process' && durability !== 'power') {
    throw new TypeError("durability must be 'process' or 'power'")
  }
  if (busyTimeoutMillis !== undefined && !(Number.isInteger(busyTimeoutMillis) && busyTimeoutMillis >= 0)) {
    throw new TypeError('busyTimeoutMillis must be a whole number of milliseconds')
  }
}
