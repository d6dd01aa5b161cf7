/** A statement in the form of postgres.js. */
export interface PostgresJsQuery extends PromiseLike<unknown> {
  raw(): PostgresJsQuery
  cancel(): void
}

/** The part of a transaction of postgres.js that Kith uses. */
export interface PostgresJsTransaction {
  unsafe(text: string, values?: unknown[], options?: { prepare?: boolean; simple?: boolean }): unknown
  typed(value: unknown, type: number): unknown
  savepoint<Result>(name: string, work: (sql: PostgresJsTransaction) => Promise<Result>): Promise<Result>
}

/** The part of `sql` of postgres.js that Kith uses. */
export interface PostgresJsSql extends Omit<PostgresJsTransaction, 'savepoint'> {
  begin(options: string, work: (sql: PostgresJsTransaction) => Promise<unknown>): Promise<unknown>
  readonly options: {
    readonly prepare?: boolean | undefined
    readonly ssl?: unknown
    readonly transform: {
      readonly column: { readonly from?: unknown }
      readonly row: { readonly from?: unknown }
    }
  }
}
