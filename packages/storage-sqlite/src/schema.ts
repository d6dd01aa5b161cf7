import { KithError } from '@kith/core'
import { actorColumns } from './actor-columns.ts'
import { boundKeyColumn } from './bound-key.ts'
import type { Migration } from './migration.ts'
import { moves, newPrefix, putInPlace, setAside } from './moves.ts'
import type { Statements } from './statements.ts'
import {
  auditTable,
  codeTable,
  credentialTable,
  factTable,
  longCountTables,
  queueTables,
  signUpColumns,
  tablesOf,
} from './tables.ts'

/**
 * A new database gets the tables of this version directly; only files of {@link oldestVersion} go through the steps.
 */
export const baseVersion = 9

/** The oldest version that can be upgraded. */
export const oldestVersion = 7

/** The tables of {@link baseVersion}. */
export const baseTables: string = tablesOf('kith_') + factTable + longCountTables

/**
 * The schema, step by step. A released step never changes; a change is a new step. docs/architecture.md says which
 * changes go into one release.
 */
export const migrations: readonly Migration[] = Object.freeze([
  {
    // Ids become bytes. Stores find no table until all rows are moved and version 9 puts the tables in place.
    version: 8,
    contracts: true,
    demand: refuseDependents,
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
  {
    version: 10,
    statements: `
      ALTER TABLE kith_users ADD COLUMN banned_until INTEGER;
      ALTER TABLE kith_users ADD COLUMN ban_reason TEXT;
      CREATE INDEX kith_users_ban_ends ON kith_users (banned_until) WHERE banned_until IS NOT NULL;
      CREATE INDEX kith_users_of_role ON kith_users (role, id) WHERE role <> 'member';
      ALTER TABLE kith_users ADD COLUMN fields TEXT;
      ALTER TABLE kith_posts ADD COLUMN fields TEXT;
      ${queueTables('kith_outbox')}`,
  },
  {
    version: 11,
    // Rows of earlier releases have NULL in both columns, which is read as their defaults: no row is written.
    statements: `
      ALTER TABLE kith_sessions ADD COLUMN proved_at INTEGER;
      ALTER TABLE kith_sessions ADD COLUMN methods TEXT;
      ${queueTables('kith_messages')}
      ${auditTable}
      ${codeTable}
      ${credentialTable}`,
  },
  {
    version: 12,
    // Parts of several independent features.
    statements: [actorColumns, boundKeyColumn, signUpColumns].join('\n'),
  },
])

/** The version of this release. */
export const newestVersion: number = migrations.at(-1)?.version ?? baseVersion

/**
 * What an app has added to the tables of Kith. A moved row would affect rows that refer to it with a foreign key, a
 * view or a trigger would continue with the table that is dropped, and anything on that table would be dropped with it.
 */
function refuseDependents({ all }: Statements): void {
  const foreign = all<{ name: string }>(
    `SELECT DISTINCT tables.name AS name FROM sqlite_schema AS tables, pragma_foreign_key_list(tables.name) AS keys
      WHERE tables.type = 'table' AND keys."table" LIKE 'kith!_%' ESCAPE '!'`,
  )
  if (foreign.length > 0)
    throw new KithError('storage-failed', {
      detail: `Foreign keys refer to tables of Kith, whose ids become bytes (BLOB): remove them from ${namesOf(
        foreign,
      )}, migrate, and create them again with ids as bytes.`,
    })
  const others = all<{ name: string }>(
    `SELECT DISTINCT part.name AS name FROM sqlite_schema AS part, sqlite_schema AS tables
      WHERE part.type <> 'table' AND part.sql IS NOT NULL AND part.name NOT LIKE 'kith!_%' ESCAPE '!'
        AND tables.type = 'table' AND tables.name LIKE 'kith!_%' ESCAPE '!'
        AND (part.tbl_name = tables.name OR part.type <> 'index' AND instr(lower(part.sql), tables.name) > 0)
      ORDER BY name`,
  )
  if (others.length > 0)
    throw new KithError('storage-failed', {
      detail: `Your own views, triggers or indexes use tables of Kith, which are recreated: drop ${namesOf(
        others,
      )}, migrate, and create them again with ids as bytes.`,
    })
}

function namesOf(rows: readonly { name: string }[]): string {
  return rows.map(({ name }) => name).join(', ')
}
