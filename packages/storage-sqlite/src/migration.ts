import type { Statements } from './statements.ts'

/** One version of the schema. */
export interface Migration {
  readonly version: number
  /** Run as one transaction, which should be short: it holds the write lock, and an index takes a second per million rows. */
  readonly statements: string
  /** Throws where the database cannot be brought to this version. */
  readonly demand?: (statements: Statements) => void
  /** Changes of rows that come after it. */
  readonly fills?: readonly Fill[]
  /**
   * Whether releases that do not know this version must not use the database any more. A version normally only adds, and
   * takes away in a later release what nobody reads by then; old INSERTs must work beside new columns.
   */
  readonly contracts?: true
}

/** Brings rows that are there up to date, in many short transactions; nothing but the rows says how far it has come. */
export interface Fill {
  /** What is changed, for the person who waits. */
  readonly name: string
  /** How many rows are left to change, about. */
  left(statements: Statements): number
  /** The same before the statements of its version; 0 where that cannot be counted. */
  due?(statements: Statements): number
  /** Changes at most `limit` of them and returns how many; 0 when none is left. */
  change(statements: Statements, limit: number): number
}
