import { statSync } from 'node:fs'
import { prepare, type SqliteDatabase } from './sqlite-database.ts'

/**
 * Remembers which files a database that was just opened has open. The result says what became of them, or `null` while
 * they are still the ones at their paths: otherwise whatever is written goes where nobody finds it. To be called once more
 * after the first use, which makes the WAL.
 */
export function compareFiles(database: SqliteDatabase): () => string | null {
  const file = fileOf(database)
  if (file === '') return () => null
  const known = new Map([[file, identityOf(file)]])

  /** The WAL and its index appear at the first use; while a connection is open nobody but a person removes them. */
  function lostWal(): boolean {
    for (const name of [`${file}-wal`, `${file}-shm`]) {
      const identity = identityOf(name)
      const before = known.get(name)
      if (before === undefined && identity !== null) known.set(name, identity)
      if (before === undefined || before === identity) continue
      if (usesWal(database)) return true
      known.delete(name)
    }
    return false
  }

  return () => {
    const identity = identityOf(file)
    if (identity === null) return `The database file is gone. ${remedy}`
    if (identity !== known.get(file)) return `The database file was replaced by another. ${remedy}`
    return lostWal() ? `The -wal or -shm file of the database was deleted or replaced. ${remedy}` : null
  }
}

const remedy =
  'This process has the one it opened still open, and refuses calls so that nothing is written there and lost. ' +
  'Mount the volume or put the file back, then restart this process.'

function identityOf(name: string): string | null {
  try {
    const found = statSync(name, { bigint: true, throwIfNoEntry: false })
    return found ? `${found.dev}:${found.ino}` : null
  } catch {
    // A folder that is a file now, a network that is gone, a disk that does not read: the file cannot be seen.
    return null
  }
}

function fileOf(database: SqliteDatabase): string {
  const rows = prepare(database, 'PRAGMA database_list').all({}) as { name: string; file: string | null }[]
  return rows.find(({ name }) => name === 'main')?.file ?? ''
}

function usesWal(database: SqliteDatabase): boolean {
  const row = prepare(database, 'PRAGMA journal_mode').get({}) as { journal_mode: string }
  return row.journal_mode === 'wal'
}
