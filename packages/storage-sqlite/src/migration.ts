import type { Statements } from './statements.ts'

/** One version of the schema. */
export interface Migration {
  readonly version: number
  /**
   * Run as one transaction, which should be short: it holds the write lock, and an index takes a second per million
   * rows.
   */
  readonly statements: string
  /** Throws if the database cannot be brought to this version. */
  readonly demand?: (statements: Statements) => void
  /** Changes of rows that follow. */
  readonly fills?: readonly Fill[]
  /**
   * Whether releases without this version must not use the database any more. A version normally only adds, and a later
   * release removes what nobody reads by then; old INSERTs must work with new columns.
   */
  readonly contracts?: true
}

/** Brings existing rows up to date, in many short transactions; only the rows record its progress. */
export interface Fill {
  /** What is changed, for the person who waits. */
  readonly name: string
  /** About how many rows are left to change. */
  left(statements: Statements): number
  /** The same before the statements of its version; 0 if that cannot be counted. */
  due?(statements: Statements): number
  /** Changes at most `limit` of them and returns how many; 0 when none is left. */
  change(statements: Statements, limit: number): number
}
