import { KithError } from '@kith/core'
import type { SqliteFileOptions, SqliteHandleOptions, SqliteStorageOptions } from './options.ts'
import {
  prepare,
  type SqliteDatabase,
  type SqliteParameters,
  type SqliteStatement,
} from './sqlite-database.ts'
import { isBusy, toStorageError } from './storage-error.ts'

/** A database that opens at its first use, keeps its statements and raises Kith's errors. */
export interface Connection {
  /** Runs a statement and answers how many rows it changed. */
  run(sql: string, parameters?: SqliteParameters): number
  /** The first row of a query. Only for queries: a write that answers rows commits when the last one is read. */
  get<Row>(sql: string, parameters?: SqliteParameters): Row | null
  /** Every row that a query, or a write with `RETURNING`, answers. */
  all<Row>(sql: string, parameters?: SqliteParameters): Row[]
  /** Runs statements that take no values and are needed once. */
  script(sql: string): void
  /** Runs `work`, which must not wait, as one transaction that holds the write lock from its start. */
  atomically<Result>(work: () => Result): Result
  /** Runs queries, which must not wait, that all see the same moment. Writers go on meanwhile. */
  consistently<Result>(work: () => Result): Result
  /** Closes what was opened here. */
  close(): void
}

/** Creates the connection of one storage; nothing is opened yet. */
export function createConnection(options: SqliteStorageOptions): Connection {
  const statements = new Map<string, SqliteStatement>()
  let database: SqliteDatabase | null = null
  let closed = false

  function open(): SqliteDatabase {
    if (closed) throw new KithError('storage-failed', { detail: 'The storage was closed: create a new one.' })
    database ??= options.database === undefined ? openFile(options) : useHandle(options)
    return database
  }

  function statement(sql: string): SqliteStatement {
    const known = statements.get(sql)
    if (known) return known
    const prepared = prepare(open(), sql)
    statements.set(sql, prepared)
    return prepared
  }

  function inTransaction<Result>(begin: string, work: () => Result): Result {
    connection.run(begin)
    try {
      const result = work()
      connection.run('COMMIT')
      return result
    } catch (error) {
      rollBack(connection)
      throw error
    }
  }

  const connection: Connection = {
    run: (sql, parameters = {}) => guarded(() => Number(statement(sql).run(parameters).changes)),
    get: <Row>(sql: string, parameters: SqliteParameters = {}) =>
      guarded(() => (statement(sql).get(parameters) as Row | undefined) ?? null),
    all: <Row>(sql: string, parameters: SqliteParameters = {}) =>
      guarded(() => statement(sql).all(parameters) as Row[]),
    script: (sql) => guarded(() => void open().exec(sql)),
    atomically: (work) => inTransaction('BEGIN IMMEDIATE', work),
    consistently: (work) => inTransaction('BEGIN', work),
    close() {
      closed = true
      statements.clear()
      if (options.database === undefined) database?.close()
      database = null
    },
  }
  return connection
}

function guarded<Result>(work: () => Result): Result {
  try {
    return work()
  } catch (error) {
    throw toStorageError(error)
  }
}

function rollBack(connection: Connection): void {
  try {
    connection.run('ROLLBACK')
  } catch {
    // A full disk or an I/O error has rolled back already; the first error is the one to report.
  }
}

function openFile({
  path,
  durability = 'process',
  busyTimeoutMillis = 5000,
}: SqliteFileOptions): SqliteDatabase {
  // Loaded here, because Node 22 prints an ExperimentalWarning at import, also to those who pass a database.
  const { DatabaseSync } = process.getBuiltinModule('node:sqlite')
  const database = new DatabaseSync(path)
  try {
    applySettings(database, { durability, busyTimeoutMillis })
    useWriteAheadLog(database, busyTimeoutMillis)
  } catch (error) {
    database.close()
    throw error
  }
  return database
}

/** SQLite does not wait by itself when two processes switch one new file to WAL at once. */
function useWriteAheadLog(database: SqliteDatabase, waitMillis: number): void {
  const end = Date.now() + waitMillis
  for (;;) {
    try {
      database.exec('PRAGMA journal_mode = WAL')
      // In KiB. With the 2 MiB of SQLite's default, a feed over millions of posts takes about twice as long.
      database.exec('PRAGMA cache_size = -32768')
      return
    } catch (error) {
      if (!isBusy(error) || Date.now() >= end) throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5)
    }
  }
}

function useHandle({ database, ...settings }: SqliteHandleOptions): SqliteDatabase {
  applySettings(database, settings)
  return database
}

function applySettings(
  database: SqliteDatabase,
  { durability, busyTimeoutMillis }: Pick<SqliteStorageOptions, 'durability' | 'busyTimeoutMillis'>,
): void {
  if (busyTimeoutMillis !== undefined) database.exec(`PRAGMA busy_timeout = ${busyTimeoutMillis}`)
  if (durability === 'process') database.exec('PRAGMA synchronous = NORMAL')
  // macOS empties the cache of the drive only when asked to; elsewhere fullfsync changes nothing.
  if (durability === 'power') database.exec('PRAGMA synchronous = FULL; PRAGMA fullfsync = ON')
}
