import { KithError, RetryLaterError } from '@kith/core'

/** Primary result codes (https://www.sqlite.org/rescode.html) that no retry mends, and what mends them. */
const remedies: Readonly<Record<number, string>> = Object.freeze({
  8: 'The database is read-only: let this process write the file and its folder.',
  10: 'The disk failed to read or write: check the disk and its quota, then run PRAGMA integrity_check.',
  11: 'The database file is damaged: stop writing, keep a copy, restore a backup.',
  14: 'The database file cannot be opened: check that its folder exists and that this process may write there.',
  19: 'The record breaks a rule of the schema: every id must be new.',
  26: 'The file is not an SQLite database: check the path.',
})

const primaryCodes: Readonly<Record<string, number>> = Object.freeze({
  SQLITE_BUSY: 5,
  SQLITE_LOCKED: 6,
  SQLITE_READONLY: 8,
  SQLITE_IOERR: 10,
  SQLITE_CORRUPT: 11,
  SQLITE_FULL: 13,
  SQLITE_CANTOPEN: 14,
  SQLITE_CONSTRAINT: 19,
  SQLITE_NOTADB: 26,
})

/** Gives an error of either driver its Kith code, with the original as the cause; passes any other error on. */
export function toStorageError(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  const code = primaryCode(error)
  if (code === null) return error
  if (isBusy(error)) return new RetryLaterError('storage-busy', 1, error)
  if (code === 13) return new RetryLaterError('storage-full', 60, error)
  return new KithError('storage-failed', { detail: remedy(code, error.message), cause: error })
}

/** Whether a driver's error says that another connection holds the lock. */
export function isBusy(error: unknown): boolean {
  return error instanceof Error && [5, 6].includes(primaryCode(error) ?? 0)
}

function remedy(code: number, message: string): string {
  if (/no such (table|column)/.test(message))
    return 'The schema is not there yet: run kith.storage.migrate() first.'
  return remedies[code] ?? 'SQLite refused the statement: see the cause of this error in the log.'
}

/** node:sqlite gives the extended code as a number in `errcode`, better-sqlite3 gives its name in `code`. */
function primaryCode(error: Error & { code?: unknown; errcode?: unknown }): number | null {
  if (typeof error.errcode === 'number') return error.errcode & 0xff
  if (typeof error.code !== 'string' || !error.code.startsWith('SQLITE_')) return null
  const [, primary = ''] = /^(SQLITE_[A-Z]+)/.exec(error.code) ?? []
  return primaryCodes[primary] ?? 1
}
