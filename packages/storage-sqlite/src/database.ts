import { KithError } from '@kith/core'
import { type DatabaseWatch, watchDatabase } from './database-watch.ts'
import { createLockLane, isStorageBusy, type LockLane } from './lock-lane.ts'
import { openFile, useHandle } from './open-database.ts'
import type { SqliteStorageOptions } from './options.ts'
import { withShortWait } from './short-wait.ts'
import {
  prepare,
  type SqliteDatabase,
  type SqliteParameters,
  type SqliteStatement,
} from './sqlite-database.ts'
import { type Statements, statementsOf } from './statements.ts'
import { toStorageError } from './storage-error.ts'

/**
 * A database that opens on first use, caches its statements and raises Kith's errors. Work must not await, and may be
 * run several times: if another process holds the lock, it is undone and run again later, in the order of the calls.
 */
export interface Connection extends Statements {
  /** Runs queries. What they see may change between two of them. */
  read<Result>(work: () => Result): Promise<Result>
  /** Runs one statement that writes. */
  write<Result>(work: () => Result): Promise<Result>
  /** Runs one transaction that holds the write lock from its start. */
  atomically<Result>(work: () => Result): Promise<Result>
  /** Runs queries that all see the same moment. Writers go on meanwhile. */
  consistently<Result>(work: () => Result): Promise<Result>
  /** Closes what was opened here, after the pending calls. */
  close(): Promise<void>
}

/** Creates the connection of one storage, without opening the file. */
export function createConnection(options: SqliteStorageOptions): Connection {
  const statements = new Map<string, SqliteStatement>()
  let opened: { database: SqliteDatabase; watch: DatabaseWatch } | null = null
  let closed = false
  /** The database while work is running. */
  let current: SqliteDatabase | null = null
  let limitMillis = options.busyTimeoutMillis ?? 5000

  function open(): { database: SqliteDatabase; watch: DatabaseWatch } {
    if (opened) return opened
    const database = options.database === undefined ? openFile(options) : useHandle(options)
    opened = { database, watch: watchDatabase(database) }
    return opened
  }

  function statement(sql: string): SqliteStatement {
    if (!current) throw new TypeError('a statement must be part of read, write, atomically or consistently')
    const known = statements.get(sql)
    if (known) return known
    const prepared = prepare(current, sql)
    statements.set(sql, prepared)
    return prepared
  }

  /** Runs work now. Waits only a few milliseconds for a lock that another process holds. */
  function attempt<Result>(work: () => Result): Result {
    try {
      const { database, watch } = opened ?? open()
      watch.look()
      current = database
      try {
        const result =
          options.database === undefined
            ? work()
            : withShortWait(database, work, (millis) => (limitMillis = options.busyTimeoutMillis ?? millis))
        watch.used()
        return result
      } catch (error) {
        // If the file or the schema was changed under this process any error can result, even within the second.
        if (!isStorageBusy(error)) watch.look(true)
        throw error
      } finally {
        current = null
      }
    } catch (error) {
      throw toStorageError(error)
    }
  }

  function inLane<Result>(lane: LockLane, work: () => Result): Promise<Result> {
    if (!closed) return lane.run(() => attempt(work))
    return Promise.reject(
      new KithError('storage-failed', { detail: 'The storage was closed: create a new one.' }),
    )
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

  const [readers, writers] = [createLockLane(() => limitMillis), createLockLane(() => limitMillis)]
  const connection: Connection = {
    ...statementsOf(statement, () => current),
    read: (work) => inLane(readers, work),
    write: (work) => inLane(writers, work),
    atomically: (work) => inLane(writers, () => inTransaction('BEGIN IMMEDIATE', work)),
    consistently: (work) => inLane(readers, () => inTransaction('BEGIN', work)),
    async close() {
      closed = true
      await Promise.all([readers.idle(), writers.idle()])
      statements.clear()
      if (options.database === undefined) opened?.database.close()
      opened = null
    },
  }
  return connection
}

function rollBack(connection: Connection): void {
  try {
    connection.run('ROLLBACK')
  } catch {
    // A full disk or an I/O error has rolled back already; the first error is the one to report.
  }
}
