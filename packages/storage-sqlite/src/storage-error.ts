import { KithError, RetryLaterError } from '@kith/core'

const codes = Object.freeze({
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

/** Primary result codes (https://www.sqlite.org/rescode.html) that no retry fixes, and what does. */
const remedies: Readonly<Record<number, string>> = Object.freeze({
  [codes.SQLITE_CORRUPT]: 'The database file is damaged: stop writing, keep a copy, restore a backup.',
  [codes.SQLITE_CONSTRAINT]: 'The record breaks a rule of the schema: every id must be new.',
  [codes.SQLITE_NOTADB]: 'The file is not an SQLite database: check the path.',
})

/** Temporary failures, and those that an operator can fix on the disk. */
const passing: Readonly<Record<number, (cause: Error) => RetryLaterError>> = Object.freeze({
  [codes.SQLITE_BUSY]: (cause) => new RetryLaterError('storage-busy', 1, cause),
  [codes.SQLITE_LOCKED]: (cause) => new RetryLaterError('storage-busy', 1, cause),
  [codes.SQLITE_FULL]: (cause) => new RetryLaterError('storage-full', 60, cause),
  [codes.SQLITE_READONLY]: (cause) =>
    new RetryLaterError('storage-read-only', { seconds: 30, detail: readOnly }, cause),
  [codes.SQLITE_IOERR]: (cause) =>
    new RetryLaterError('storage-unavailable', { seconds: 30, detail: failing }, cause),
  [codes.SQLITE_CANTOPEN]: (cause) =>
    new RetryLaterError('storage-unavailable', { seconds: 5, detail: unopened }, cause),
})

const readOnly =
  'The database is read-only: let this process write the file and its folder, and mount the disk for writing.'
const failing =
  'The disk failed to read or write: look for a disk that became read-only, and check its health and quota; then run `integrity()`.'
const unopened =
  'The database file cannot be opened: check that its folder is mounted, that this process may write there, and its limit of open files.'

/**
 * Converts an error of either driver to a Kith error, with the original as the cause; returns any other error
 * unchanged.
 */
export function toStorageError(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  const code = primaryCode(error)
  if (code === null) return error
  return (
    passing[code]?.(error) ??
    new KithError('storage-failed', { detail: remedy(code, error.message), cause: error })
  )
}

function remedy(code: number, message: string): string {
  if (/no such (table|column)/.test(message))
    return 'The schema is not there yet: run kith.storage.migrate() first.'
  if (message.includes('within a transaction'))
    return 'The app has a transaction open on this database: end it before the next await.'
  return remedies[code] ?? 'SQLite refused the statement: see the cause of this error in the log.'
}

/** node:sqlite has the extended code as a number in `errcode`, better-sqlite3 has its name in `code`. */
function primaryCode(error: Error & { code?: unknown; errcode?: unknown }): number | null {
  if (typeof error.errcode === 'number') return error.errcode & 0xff
  if (typeof error.code !== 'string' || !error.code.startsWith('SQLITE_')) return null
  const [, primary = ''] = /^(SQLITE_[A-Z]+)/.exec(error.code) ?? []
  return codes[primary as keyof typeof codes] ?? 1
}
