import { RetryLaterError } from '@kith/core'
import { openFilesOf } from './open-files.ts'
import { findOvertaken } from './schema-version.ts'
import type { SqliteDatabase } from './sqlite-database.ts'

/** Detects that an open database can no longer be used. */
export interface DatabaseWatch {
  /**
   * Compares the files at the path with those that are open, and the schema with the one of this release; at most once
   * a second unless `now` is set.
   * @throws `storage-unavailable` as long as they do not match.
   */
  look(now?: boolean): void
  /** Call it after work, which creates or opens files that are watched from then on. */
  used(): void
}

const everyMillis = 1000

/** Watches a database that was just opened. */
export function watchDatabase(database: SqliteDatabase): DatabaseWatch {
  const files = openFilesOf(database)
  let lookedAt = -Infinity
  let problem: string | null = null
  let isNew = true

  return {
    look(now = false) {
      const time = performance.now()
      if (now || time - lookedAt >= everyMillis) {
        lookedAt = time
        isNew = true
        problem = files.problem() ?? findOvertaken(database)
      }
      if (problem) throw new RetryLaterError('storage-unavailable', { seconds: 5, detail: problem })
    },
    used() {
      if (isNew) files.used()
      isNew = false
    },
  }
}
