/** A value as both drivers bind and return it. */
export type SqliteValue = string | number | Uint8Array | null

/** The values of a statement by name, without the `@`. */
export type SqliteParameters = Record<string, SqliteValue>

/** The part of a prepared statement that `node:sqlite` and better-sqlite3 share. */
export interface SqliteStatement {
  run(parameters: SqliteParameters): { changes: number | bigint }
  get(parameters: SqliteParameters): unknown
  all(parameters: SqliteParameters): unknown[]
}

/**
 * The part of an open database that `DatabaseSync` of `node:sqlite` and `Database` of better-sqlite3 share. Kith uses
 * nothing else of either, so it need not distinguish them.
 */
export interface SqliteDatabase {
  exec(sql: string): unknown
  prepare(sql: string): SqliteStatement
  close(): unknown
}

/** Switches of one driver or the other. A database that the caller opened may have any of them set. */
interface StatementSwitches {
  setAllowBareNamedParameters?(enabled: boolean): void
  setReadBigInts?(enabled: boolean): void
  setReturnArrays?(enabled: boolean): void
  safeIntegers?(enabled: boolean): unknown
}

/** Prepares a statement that takes bare names and returns numbers and objects, whatever the database's settings. */
export function prepare(database: SqliteDatabase, sql: string): SqliteStatement {
  const statement: SqliteStatement & StatementSwitches = database.prepare(sql)
  statement.setAllowBareNamedParameters?.(true)
  statement.setReadBigInts?.(false)
  statement.setReturnArrays?.(false)
  statement.safeIntegers?.(false)
  return statement
}
