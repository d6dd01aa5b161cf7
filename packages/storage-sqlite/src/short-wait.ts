import { prepare, type SqliteDatabase } from './sqlite-database.ts'

/**
 * How long SQLite itself waits for a lock, which blocks the entire process: about as long as other writers of Kith
 * take.
 */
export const shortWaitMillis = 5

/**
 * Runs work on a database of the caller, whose own timeout may be seconds, with the short one. `report` gets the
 * caller's, which is restored afterwards.
 */
export function withShortWait<Result>(
  database: SqliteDatabase,
  work: () => Result,
  report: (millis: number) => void,
): Result {
  const own = waitingTimeOf(database)
  report(own)
  if (own <= shortWaitMillis) return work()
  setWaitingTime(database, shortWaitMillis)
  try {
    return work()
  } finally {
    setWaitingTime(database, own)
  }
}

/** Sets how long SQLite itself waits. */
export function setWaitingTime(database: SqliteDatabase, millis: number): void {
  database.exec(`PRAGMA busy_timeout = ${millis}`)
}

/** Read each time: SQLite returns this one when the statement is prepared. */
function waitingTimeOf(database: SqliteDatabase): number {
  const row = prepare(database, 'PRAGMA busy_timeout').get({}) as { timeout: number }
  return row.timeout
}
