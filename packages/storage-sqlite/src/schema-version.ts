import { KithError, RetryLaterError } from '@kith/core'
import type { Statements } from './statements.ts'
import type { Migration } from './migration.ts'
import { newestVersion, oldestVersion } from './schema.ts'
import { prepare, type SqliteDatabase } from './sqlite-database.ts'

/**
 * The progress of the schema. `kith_schema` lists the versions that a release has to support to use the database; its
 * newest is the oldest release that may, and all that releases up to version 6 read. `kith_schema_steps` lists
 * everything that was done since. PRAGMA user_version belongs to the app that may share this file.
 */
export const versionTables = `
  CREATE TABLE IF NOT EXISTS kith_schema (version INTEGER PRIMARY KEY, applied_at INTEGER NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS kith_schema_steps (
    version INTEGER NOT NULL,
    name TEXT NOT NULL,
    applied_at INTEGER NOT NULL,
    PRIMARY KEY (version, name)
  ) STRICT, WITHOUT ROWID`

/** What was done to a database. */
export interface Applied {
  /** The version that a release has to support; 0 for a database without the schema. */
  readonly needed: number
  /** The newest version any step of which was done. */
  readonly newest: number
  /** Whether a step was done. */
  has(version: number, name: string): boolean
}

/** Reads it. */
export function readApplied({ get, all }: Statements): Applied {
  const tables = all<{ name: string }>(
    "SELECT name FROM sqlite_schema WHERE name IN ('kith_schema', 'kith_schema_steps')",
  ).map(({ name }) => name)
  const needed = tables.includes('kith_schema')
    ? (get<VersionRow>('SELECT max(version) AS version FROM kith_schema')?.version ?? 0)
    : 0
  const steps = tables.includes('kith_schema_steps')
    ? all<{ version: number; name: string }>('SELECT version, name FROM kith_schema_steps')
    : []
  return {
    needed,
    newest: Math.max(needed, ...steps.map(({ version }) => version)),
    has: (version, name) => steps.some((step) => step.version === version && step.name === name),
  }
}

/** Records that a step was done, as part of its transaction. */
export function noteStep({ run }: Statements, { version, contracts }: Migration, name: string | null): void {
  const at = Date.now()
  if (name === null && contracts) run('INSERT INTO kith_schema VALUES (@version, @at)', { version, at })
  run('INSERT INTO kith_schema_steps VALUES (@version, @name, @at)', { version, name: name ?? '', at })
}

/**
 * Refuses a database that a newer release has changed so that this one cannot use it, and one that is too old to
 * upgrade.
 */
export function refuseOthers({ needed, newest }: Applied, known: number): void {
  if (needed > known) throw new RetryLaterError('storage-unavailable', { seconds: 5, detail: tooNew })
  if (newest > 0 && newest < oldestVersion)
    throw new KithError('storage-failed', {
      detail: `The schema has version ${newest}, and this release upgrades version ${oldestVersion} and later: migrate with an earlier release first.`,
    })
}

/** The problem if a newer release has done that under a running process; `null` if it has not. */
export function findOvertaken(database: SqliteDatabase): string | null {
  try {
    const row = prepare(database, 'SELECT max(version) AS version FROM kith_schema').get({}) as VersionRow
    return (row.version ?? 0) > newestVersion ? tooNew : null
  } catch {
    // Not migrated yet, locked or not readable: the call itself reports that better.
    return null
  }
}

interface VersionRow {
  version: number | null
}

const tooNew =
  'A newer release of @kith/storage-sqlite has changed this database so that this release cannot use it: update the package.'
