import { RetryLaterError } from '@kith/core'
import { compareFiles } from './open-files.ts'
import { findOvertaken } from './schema-version.ts'
import type { SqliteDatabase } from './sqlite-database.ts'

/** Notices that an open database can no longer be used. */
export interface DatabaseWatch {
  /**
   * Compares the files at the path with those that are open, and the schema with the one this release knows; once a second
   * at most unless `now` is set.
   * @throws `storage-unavailable` as long as they do not fit.
   */
  look(now?: boolean): void
  /** Has to be called after work was done: the first makes files that are watched from then on. */
  used(): void
}

const everyMillis = 1000

/** Watches a database that was just opened. */
export function watchDatabase(database: SqliteDatabase): DatabaseWatch {
  const compare = compareFiles(database)
  let lookedAt = -Infinity
  let problem: string | null = null
  let used = false

  return {
    look(now = false) {
      const time = performance.now()
      if (now || time - lookedAt >= everyMillis) {
        lookedAt = time
        problem = compare() ?? findOvertaken(database)
      }
      if (problem) throw new RetryLaterError('storage-unavailable', { seconds: 5, detail: problem })
    },
    used() {
      if (!used) problem = compare()
      used = true
    },
  }
}
