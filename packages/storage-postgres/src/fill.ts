import { setTimeout as sleep } from 'node:timers/promises'
import type { LongWork } from './long-work.ts'
import type { FillStep } from './migration.ts'

/** How long a transaction should take: anyone who wants to change one of its rows waits for it. */
const goalMillis = 50

/** How many blocks of a table the first transaction reads, and the maximum for later ones. */
const [firstBlocks, mostBlocks] = [16, 4096]

/**
 * Walks the blocks of a table, independent of indexes. A row that somebody else has locked is left for the next walk,
 * so that nobody waits for two transactions and there is no deadlock; so is one that moves to a block behind us. False
 * if another process took over.
 */
export async function runFill({ short, long, lease, report }: LongWork, step: FillStep): Promise<boolean> {
  const { on, where } = step
  while ((await long.get(`SELECT 1 AS found FROM kith.${on} WHERE ${where} LIMIT 1`)) !== null) {
    const size = await short.get<{ blocks: number }>(
      `SELECT (pg_relation_size('kith.${on}') / current_setting('block_size')::int)::int AS blocks`,
    )
    const blocks = size?.blocks ?? 0
    let count = firstBlocks
    for (let block = 0; block < blocks;) {
      const range = { from: `(${block},0)`, to: `(${block + count},0)` }
      let took = 0
      const isOurs = await short.atomically(async (statements) => {
        if (!(await lease.renew(statements))) return false
        const started = performance.now()
        await statements.run(batchOf(step), range)
        took = performance.now() - started
        return true
      })
      if (!isOurs) return false
      block += count
      count = Math.max(
        1,
        Math.min(mostBlocks, count * 2, Math.floor((count * goalMillis) / Math.max(took, 1))),
      )
      report(Math.min(1, block / blocks))
    }
    await sleep(10)
  }
  return true
}

function batchOf({ on, set, where }: FillStep): string {
  return `UPDATE kith.${on} SET ${set} WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM kith.${on} WHERE ctid >= @from::tid AND ctid < @to::tid AND (${where}) FOR NO KEY UPDATE SKIP LOCKED))`
}

/**
 * The same for operators who run migrations themselves: a statement that commits by itself, so it runs outside of a
 * transaction.
 */
export function fillScript({ on, set, where }: FillStep): string {
  return `DO $fill$
DECLARE block bigint;
BEGIN
  WHILE EXISTS (SELECT 1 FROM kith.${on} WHERE ${where}) LOOP
    block := 0;
    WHILE block * current_setting('block_size')::int < pg_relation_size('kith.${on}') LOOP
      UPDATE kith.${on} SET ${set} WHERE ctid = ANY (ARRAY(
        SELECT ctid FROM kith.${on} WHERE ctid >= format('(%s,0)', block)::tid AND ctid < format('(%s,0)', block + 64)::tid
          AND (${where}) FOR NO KEY UPDATE SKIP LOCKED));
      COMMIT;
      block := block + 64;
    END LOOP;
  END LOOP;
END $fill$`
}
