import type { DatabaseSync } from 'node:sqlite'
import type { Kith, WithinTransaction } from '@kith/core'

/**
 * Runs work in one transaction of the app and Kith. `database` is a separate connection to Kith's file, with one transaction at a time.
 */
export async function inOneTransaction<Result>(
  { kith, database }: { kith: Kith; database: DatabaseSync },
  work: (within: WithinTransaction) => Promise<Result>,
): Promise<Result> {
  database.exec('BEGIN IMMEDIATE')
  try {
    const within = kith.within(database)
    const result = await work(within)
    database.exec('COMMIT')
    await within.committed()
    return result
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK')
    throw error
  }
}
