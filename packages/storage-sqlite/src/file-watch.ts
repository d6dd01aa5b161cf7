import { statSync } from 'node:fs'
import { RetryLaterError } from '@kith/core'
import { prepare, type SqliteDatabase } from './sqlite-database.ts'

/** Notices that the open database is no longer the one at its path. */
export interface FileWatch {
  /**
   * Compares the files at the path with those that are open, once a second at most.
   * @throws `storage-unavailable` while they differ: what is written then would be lost.
   */
  look(): void
}

const everyMillis = 1000

/** Watches the file of a database that was just opened, and its WAL. A database in memory has none. */
export function watchFiles(database: SqliteDatabase): FileWatch {
  const file = fileOf(database)
  if (file === '') return { look: () => {} }
  const known = new Map([[file, identityOf(file)]])
  let lookedAt = performance.now()
  let problem: Error | null = null

  /** The WAL and its index appear at the first use; while a connection is open nobody but a person removes them. */
  function lostWal(): boolean {
    const names = [`${file}-wal`, `${file}-shm`]
    for (const name of names) {
      const identity = identityOf(name)
      const before = known.get(name)
      if (before === undefined && identity !== null) known.set(name, identity)
      if (before === undefined || before === identity) continue
      if (usesWal(database)) return true
      known.delete(name)
    }
    return false
  }

  function findProblem(): Error | null {
    const identity = identityOf(file)
    if (identity === null) return new Error(`The database file is gone. ${remedy}`)
    if (identity !== known.get(file)) return new Error(`The database file was replaced by another. ${remedy}`)
    return lostWal()
      ? new Error(`The -wal or -shm file of the database was deleted or replaced. ${remedy}`)
      : null
  }

  return {
    look() {
      const now = performance.now()
      if (now - lookedAt >= everyMillis) {
        lookedAt = now
        problem = findProblem()
      }
      if (problem) throw new RetryLaterError('storage-unavailable', 5, problem)
    },
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
