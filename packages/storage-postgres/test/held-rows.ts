import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'

/** Rows that another transaction has locked, so that others who want to change them wait. */
export interface HeldRows {
  /** Resolves when so many statements wait for locks. Lets go and rejects where they do not. */
  waiting(count: number): Promise<void>
  /** Lets go of the rows. */
  release(): Promise<void>
}

const patienceMillis = 10_000

/** Locks the rows that a query gives with `FOR UPDATE`. */
export async function holdRows(pool: pg.Pool, query: string, values: string[]): Promise<HeldRows> {
  const client = await pool.connect()
  await client.query('BEGIN')
  const { rows } = await client.query(query, values)
  if (rows.length === 0) throw new Error('There was no row to hold')
  return {
    async waiting(count) {
      for (const until = performance.now() + patienceMillis; performance.now() < until;) {
        const waits = await pool.query(
          "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
        )
        if (waits.rows.length >= count) return
        await sleep(5)
      }
      await client.query('COMMIT')
      client.release()
      throw new Error(`So many statements never waited: ${count}`)
    },
    async release() {
      await client.query('COMMIT')
      client.release()
    },
  }
}

/** Whether a call is still under way after a moment in which it would have ended. */
export async function isPending(call: Promise<unknown>): Promise<boolean> {
  return await Promise.race([call.then(() => false), sleep(100, true)])
}
