/** A value as a statement takes it. A list is one parameter, for `= ANY (@ids)`. */
export type Value = string | number | boolean | null | readonly string[]

/** The values of a statement by name, without the `@`. */
export type Values = Readonly<Record<string, Value>>

/**
 * Statements on the tables of Kith. They are written for a schema named `kith` and with named values, `SELECT name FROM kith.users
 * WHERE id = @id`, which the connection turns into the schema that the app has chosen and into `$1`.
 *
 * A row holds booleans, numbers (also of `bigint` and `count(*)`) and else texts, whatever parsers the app has given its driver.
 * A moment is a `timestamptz` in the tables, written as `to_timestamp(@at / 1000.0)` is and read as milliseconds.
 */
export interface Statements {
  /** How many rows a statement has changed. */
  run(sql: string, values?: Values): Promise<number>
  /** The first row, or null. */
  get<Row>(sql: string, values?: Values): Promise<Row | null>
  all<Row>(sql: string, values?: Values): Promise<Row[]>
}

/** What the stores use. A statement by itself is its own transaction. Raises Kith's errors. */
export interface Connection extends Statements {
  /**
   * One transaction at READ COMMITTED. Work may be run several times: where the server has ended a transaction for a deadlock or a
   * conflict, which has then changed nothing, it begins again, for a bounded time.
   */
  atomically<Result>(work: (statements: Statements) => Promise<Result>): Promise<Result>
  /** Queries that all see the same moment: one transaction that is REPEATABLE READ and READ ONLY. */
  consistently<Result>(work: (statements: Statements) => Promise<Result>): Promise<Result>
  /** Lets go of what Kith itself has opened. */
  close(): Promise<void>
}
