import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'

/** Rows that another transaction has locked, so that other writers wait. */
export interface HeldRows {
  /** Resolves when this many statements wait for locks. Otherwise it releases the rows and rejects. */
  waiting(count: number): Promise<void>
  /** Releases the rows. */
  release(): Promise<void>
}

const patienceMillis = 10_000

/** Locks the rows of a query with `FOR UPDATE`. */
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

/** Whether a call is still running after a moment in which it would have finished. */
export async function isPending(call: Promise<unknown>): Promise<boolean> {
  return await Promise.race([call.then(() => false), sleep(100, true)])
}
