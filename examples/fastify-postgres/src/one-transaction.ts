import type { Kith, WithinTransaction } from '@kith/core'
import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres'
import type { Pool } from 'pg'

/** The two halves of a transaction. */
interface Halves {
  /** Kith's services. */
  within: WithinTransaction
  /** The tables of the app. */
  tables: NodePgDatabase
}

/** Runs work in one transaction of the app and Kith: all of its writes are committed, or none. */
export async function inOneTransaction<Result>(
  { kith, pool }: { kith: Kith; pool: Pool },
  work: (halves: Halves) => Promise<Result>,
): Promise<Result> {
  const client = await pool.connect()
  let broken = false
  try {
    await client.query('BEGIN')
    const within = kith.within(client)
    const result = await work({ within, tables: drizzle(client) })
    await client.query('COMMIT')
    await within.committed()
    return result
  } catch (error) {
    await client.query('ROLLBACK').catch(() => (broken = true))
    throw error
  } finally {
    client.release(broken)
  }
}
