import { statSync } from 'node:fs'
import { systemCode } from '@kith/core/adapter'
import { prepare, type SqliteDatabase } from './sqlite-database.ts'

/** The files of an open database, and those at their paths. */
export interface OpenFiles {
  /**
   * What happened to them, or `null` while they are still the ones at their paths: otherwise writes would go where
   * nobody finds them.
   */
  problem(): string | null
  /** Call it after work, which creates the WAL or opens an existing one: from then on it is watched too. */
  used(): void
}

/** Remembers which files a database that was just opened has open. */
export function openFilesOf(database: SqliteDatabase): OpenFiles {
  const file = fileOf(database)
  if (file === '') return { problem: () => null, used: () => {} }
  const own = identityOf(file)
  const besides = new Map<string, Identity>()

  /**
   * While a connection has them open only a person removes them. Files that are not open may come and go with other
   * connections.
   */
  function lostWal(): boolean {
    for (const [name, before] of besides) {
      const identity = identityOf(name)
      if (identity === 'unknown' || identity === before) continue
      if (usesWal(database)) return true
      besides.delete(name)
    }
    return false
  }

  return {
    problem() {
      const identity = identityOf(file)
      if (identity === null) return `The database file is gone. ${remedy}`
      if (identity !== 'unknown' && own !== 'unknown' && identity !== own)
        return `The database file was replaced by another. ${remedy}`
      return lostWal() ? `The -wal or -shm file of the database was deleted or replaced. ${remedy}` : null
    },
    used() {
      for (const name of [`${file}-wal`, `${file}-shm`]) {
        if (besides.has(name)) continue
        const identity = identityOf(name)
        if (identity !== null && identity !== 'unknown') besides.set(name, identity)
      }
    },
  }
}

/** Which file is at a path; `null` if there is none, `unknown` if this process cannot check now. */
type Identity = string | null

const remedy =
  'This process has the one it opened still open, and refuses calls so that nothing is written there and lost. ' +
  'Mount the volume or put the file back, and it continues. If the file is a different one now, for example from a backup, restart this process.'

/** Errors that say nothing about the file: permissions that a folder lost, and a process that is out of a resource. */
const tellNothing: readonly string[] = ['EACCES', 'EPERM', 'EMFILE', 'ENFILE', 'ENOMEM', 'EINTR', 'EAGAIN']

function identityOf(name: string): Identity {
  try {
    const found = statSync(name, { bigint: true, throwIfNoEntry: false })
    return found ? `${found.dev}:${found.ino}` : null
  } catch (error) {
    // A network that is gone, a disk that does not read: the file cannot be used.
    return tellNothing.includes(systemCode(error) ?? '') ? 'unknown' : null
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
