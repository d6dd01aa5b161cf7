import type { SqliteDatabase } from './sqlite-database.ts'

/** What an acknowledged write survives: the death of the process, or a power cut as well. */
export type Durability = 'process' | 'power'

/** Kith opens the file itself, with `node:sqlite`, on first use. */
export interface SqliteFileOptions {
  /** The database file; `:memory:` for one that lives as long as the storage. */
  path: string
  database?: undefined
  /** @default 'process' */
  durability?: Durability | undefined
  /**
   * How long one call waits, in total, for another process that is writing. Other calls and requests continue
   * meanwhile. @default 5000 @reason Longer than a write of Kith takes; a lock that is held longer belongs to a process
   * that hangs.
   */
  busyTimeoutMillis?: number | undefined
  /**
   * The size to which the `-wal` file shrinks after a long read has made it grow. @default 16777216 @reason Four times
   * what it needs without such reads, so that it is rarely truncated and grown again.
   */
  walSizeLimitBytes?: number | undefined
  /**
   * Refuses a database that is missing, empty or without the tables of Kith, instead of creating a new one. @default
   * false
   */
  mustExist?: boolean | undefined
}

/** Kith uses a database that the caller opened and will close. Its settings stay unless an option changes them. */
export interface SqliteHandleOptions {
  /** A `DatabaseSync` of `node:sqlite` or a `Database` of better-sqlite3. */
  database: SqliteDatabase
  path?: undefined
  durability?: Durability | undefined
  busyTimeoutMillis?: number | undefined
  walSizeLimitBytes?: number | undefined
  /**
   * Refuses a database that is missing, empty or without the tables of Kith, instead of creating a new one. @default
   * false
   */
  mustExist?: boolean | undefined
}

/** Where the data is stored: a file by its path, or an open database. */
export type SqliteStorageOptions = SqliteFileOptions | SqliteHandleOptions

/** Refuses what a type checker would have found. */
export function checkOptions(options: SqliteStorageOptions): void {
  const { path, database, durability, busyTimeoutMillis, walSizeLimitBytes, mustExist } = options
  if (path === undefined && database === undefined)
    throw new TypeError(
      "createSqliteStorage: give the path of a file, { path: 'app.db' }, or an open { database }",
    )
  if (path !== undefined && database !== undefined)
    throw new TypeError('createSqliteStorage: give a path or a database, not both')
  if (path !== undefined && (typeof path !== 'string' || path === '')) {
    throw new TypeError('path must be a file name')
  }
  if (durability !== undefined && durability !== 'process' && durability !== 'power') {
    throw new TypeError("durability must be 'process' or 'power'")
  }
  if (!isCount(busyTimeoutMillis))
    throw new TypeError('busyTimeoutMillis must be a whole number of milliseconds')
  if (!isCount(walSizeLimitBytes)) throw new TypeError('walSizeLimitBytes must be a whole number of bytes')
  if (mustExist !== undefined && typeof mustExist !== 'boolean')
    throw new TypeError('mustExist must be true or false')
  if (mustExist && path === ':memory:') throw new TypeError('mustExist needs a database that lasts')
}

function isCount(value: number | undefined): boolean {
  return value === undefined || (Number.isSafeInteger(value) && value >= 0)
}
