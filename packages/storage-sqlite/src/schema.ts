import { KithError } from '@kith/core'
import { moves, newPrefix, putInPlace, setAside } from './moves.ts'
import type { Statements } from './sqlite-database.ts'
import { factTable, longCountTables, tablesOf } from './tables.ts'
import { textIdVersions } from './text-ids.ts'

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

/** A new database gets the tables of this version in one go; only files of earlier releases go through the versions before. */
export const baseVersion = 9

/** The tables of {@link baseVersion}. */
export const baseTables: string = tablesOf('kith_') + factTable + longCountTables

/**
 * The schema, step by step. A released step never changes; a change is a new step. docs/architecture.md says which changes
 * go into one release.
 */
export const migrations: readonly Migration[] = Object.freeze([
  ...textIdVersions,
  {
    // Ids become bytes. Stores find no table until all rows are moved and version 9 puts the tables in place.
    version: 8,
    contracts: true,
    demand: refuseForeignKeys,
    statements: `
      DROP TRIGGER kith_edges_counted;
      DROP TRIGGER kith_edges_uncounted;
      DROP TRIGGER kith_edges_turned;
      DROP TRIGGER kith_posts_counted;
      DROP TRIGGER kith_posts_uncounted;
      DROP TABLE kith_long_counts;
      ${setAside}
      ${tablesOf(newPrefix)}`,
    fills: moves,
  },
  { version: baseVersion, contracts: true, statements: putInPlace + longCountTables },
])

/** A row that is moved would take with it what refers to it, and what refers to text would find nothing afterwards. */
function refuseForeignKeys({ all }: Statements): void {
  const found = all<{ name: string }>(
    `SELECT DISTINCT tables.name AS name FROM sqlite_schema AS tables, pragma_foreign_key_list(tables.name) AS keys
      WHERE tables.type = 'table' AND keys."table" LIKE 'kith!_%' ESCAPE '!'`,
  )
  if (found.length === 0) return
  throw new KithError('storage-failed', {
    detail: `Foreign keys refer to tables of Kith, whose ids become bytes (BLOB): remove them from ${found
      .map(({ name }) => name)
      .join(', ')}, migrate, and make them anew with ids as bytes.`,
  })
}
