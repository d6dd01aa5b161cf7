import type { SqliteDatabase, SqliteParameters, SqliteStatement } from './sqlite-database.ts'
import { toStorageError } from './storage-error.ts'

/** The operations of a connection's work. Outside of such work each of these is a TypeError. */
export interface Statements {
  /** Runs a statement and returns how many rows it changed. */
  run(sql: string, parameters?: SqliteParameters): number
  /** The first row of a query. Only for queries: a write that returns rows commits when the last one is read. */
  get<Row>(sql: string, parameters?: SqliteParameters): Row | null
  /** Every row that a query, or a write with `RETURNING`, returns. */
  all<Row>(sql: string, parameters?: SqliteParameters): Row[]
  /** Runs statements without values that are needed once. */
  script(sql: string): void
}

/** Statements on a database. Each runs many times in one call, so none creates a closure. */
export function statementsOf(
  statement: (sql: string) => SqliteStatement,
  database: () => SqliteDatabase | null,
): Statements {
  return {
    run(sql, parameters = {}) {
      try {
        return Number(statement(sql).run(parameters).changes)
      } catch (error) {
        throw toStorageError(error)
      }
    },
    get<Row>(sql: string, parameters: SqliteParameters = {}) {
      try {
        return (statement(sql).get(parameters) as Row | undefined) ?? null
      } catch (error) {
        throw toStorageError(error)
      }
    },
    all<Row>(sql: string, parameters: SqliteParameters = {}) {
      try {
        return statement(sql).all(parameters) as Row[]
      } catch (error) {
        throw toStorageError(error)
      }
    },
    script(sql) {
      try {
        database()?.exec(sql)
      } catch (error) {
        throw toStorageError(error)
      }
    },
  }
}
