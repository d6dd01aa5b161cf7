import { KithError } from '@kith/core'
import type { Connection } from './database.ts'
import { prepare, type SqliteDatabase, type SqliteStatement } from './sqlite-database.ts'
import { statementsOf } from './statements.ts'
import { toStorageError } from './storage-error.ts'

/**
 * The connection of stores on a transaction that the caller has begun on this database, and will end. Each transaction
 * of a store is a part of it that can be undone separately.
 * @throws TypeError if none was begun
 */
export function createConnectionWithin(database: SqliteDatabase & TransactionState): Connection {
  const statement = statementCacheOf(database)
  const { run, get, all, script } = statementsOf(statement, () => database)
  if (!isInTransaction(database))
    throw new TypeError('kith.within: begin a transaction on this database first, with BEGIN IMMEDIATE')

  async function attempt<Result>(work: () => Result): Promise<Result> {
    if (!isInTransaction(database)) {
      const detail = 'The transaction is over: call kith.within again in the next one.'
      throw new KithError('storage-failed', { detail })
    }
    try {
      return work()
    } catch (error) {
      throw toStorageError(error)
    }
  }

  function inSavepoint<Result>(work: () => Result): Result {
    run('SAVEPOINT kith')
    try {
      const result = work()
      run('RELEASE kith')
      return result
    } catch (error) {
      try {
        run('ROLLBACK TO kith')
        run('RELEASE kith')
      } catch {
        // A full disk or an I/O error has ended the whole transaction; the first error is the one to report.
      }
      throw error
    }
  }

  const atomically: Connection['atomically'] = (work) => attempt(() => inSavepoint(work))
  return {
    run,
    get,
    all,
    script,
    read: attempt,
    write: attempt,
    atomically,
    consistently: attempt,
    close: async () => {},
  }
}

/** How `node:sqlite` and better-sqlite3 report whether a transaction was begun. */
interface TransactionState {
  isTransaction?: boolean
  inTransaction?: boolean
}

function isInTransaction(database: SqliteDatabase & TransactionState): boolean {
  return database.isTransaction ?? database.inTransaction ?? refusesToBegin(database)
}

/** For `node:sqlite` before Node 22.16, which does not report it. */
function refusesToBegin(database: SqliteDatabase): boolean {
  try {
    database.exec('BEGIN')
  } catch {
    return true
  }
  database.exec('ROLLBACK')
  return false
}

/** Prepared once for each database, however often an app begins a transaction on it. */
const preparedOn = new WeakMap<SqliteDatabase, Map<string, SqliteStatement>>()

function statementCacheOf(database: SqliteDatabase): (sql: string) => SqliteStatement {
  const statements = preparedOn.get(database) ?? new Map<string, SqliteStatement>()
  preparedOn.set(database, statements)
  return (sql) => {
    const statement = statements.get(sql) ?? prepare(database, sql)
    statements.set(sql, statement)
    return statement
  }
}
