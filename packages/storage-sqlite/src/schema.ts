import { KithError } from '@kith/core'
import type { Migration } from './migration.ts'
import { moves, newPrefix, putInPlace, setAside } from './moves.ts'
import type { Statements } from './sqlite-database.ts'
import { factTable, longCountTables, tablesOf } from './tables.ts'
import { textIdVersions } from './text-ids.ts'

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
