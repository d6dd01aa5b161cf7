import { statSync } from 'node:fs'
import type * as Sqlite from 'node:sqlite'
import { KithError, RetryLaterError } from '@kith/core'
import type { SqliteFileOptions, SqliteHandleOptions, SqliteStorageOptions } from './options.ts'
import { setWaitingTime, shortWaitMillis } from './short-wait.ts'
import { prepare, type SqliteDatabase } from './sqlite-database.ts'

const mebibyte = 1024 * 1024

/** Opens a file, creating it if needed. Raises SQLITE_BUSY if another process switches the same new file to WAL. */
export function openFile(options: SqliteFileOptions): SqliteDatabase {
  const {
    path,
    durability = 'process',
    busyTimeoutMillis = 5000,
    walSizeLimitBytes = 16 * mebibyte,
  } = options
  // Before it is opened, which would create it.
  if (options.mustExist && !path.startsWith('file:') && isMissing(path)) refuseEmpty()
  // Loaded here, because Node 22 prints an ExperimentalWarning on import, even to apps that pass a database.
  const { DatabaseSync } = loadSqlite()
  const database = new DatabaseSync(path)
  try {
    setWaitingTime(database, Math.min(busyTimeoutMillis, shortWaitMillis))
    applySettings(database, { durability, walSizeLimitBytes })
    database.exec('PRAGMA journal_mode = WAL')
    // In KiB. With the 2 MiB of SQLite's default, a feed over millions of posts takes about twice as long.
    database.exec('PRAGMA cache_size = -32768')
    // In pages; SQLite's default is 1,000. A checkpoint runs within some commit: with 1,000 the longest step of a long
    // job on a file of 1.6 GB takes 27 ms, of the 25 that it may. With 250 a like or a post costs an eighth more.
    database.exec('PRAGMA wal_autocheckpoint = 500')
    if (options.mustExist) demandSchema(database)
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

/** Node's module, which older versions do not have. */
function loadSqlite(): typeof Sqlite {
  // The types are those of a Node version that has both.
  const load = process.getBuiltinModule as ((name: string) => unknown) | undefined
  const found = load?.('node:sqlite')
  if (found) return found as typeof Sqlite
  throw new KithError('storage-failed', {
    detail:
      `A file is opened with node:sqlite, which needs Node 22.13 or newer; this is ${process.version}. Take a newer Node, or give ` +
      'createSqliteStorage a `database` of better-sqlite3.',
  })
}

/** Takes over a database of the caller, whose settings change only as the options require. */
export function useHandle({ database, ...settings }: SqliteHandleOptions): SqliteDatabase {
  if (settings.busyTimeoutMillis !== undefined) setWaitingTime(database, settings.busyTimeoutMillis)
  applySettings(database, settings)
  if (settings.mustExist) demandSchema(database)
  return database
}

function applySettings(
  database: SqliteDatabase,
  { durability, walSizeLimitBytes }: Pick<SqliteStorageOptions, 'durability' | 'walSizeLimitBytes'>,
): void {
  if (durability === 'process') database.exec('PRAGMA synchronous = NORMAL')
  // macOS flushes the drive's cache only on request; elsewhere fullfsync changes nothing.
  if (durability === 'power') database.exec('PRAGMA synchronous = FULL; PRAGMA fullfsync = ON')
  if (walSizeLimitBytes !== undefined) database.exec(`PRAGMA journal_size_limit = ${walSizeLimitBytes}`)
}

function isMissing(path: string): boolean {
  return (statSync(path, { throwIfNoEntry: false })?.size ?? 0) === 0
}

function demandSchema(database: SqliteDatabase): void {
  const found = prepare(database, "SELECT 1 FROM sqlite_schema WHERE name = 'kith_schema'").get({})
  if (!found) refuseEmpty()
}

function refuseEmpty(): never {
  const detail =
    'The database is missing or holds nothing of Kith, and the option mustExist is set: mount its volume or correct the path. ' +
    'For a new app, run migrate() once without the option.'
  throw new RetryLaterError('storage-unavailable', { seconds: 5, detail })
}
