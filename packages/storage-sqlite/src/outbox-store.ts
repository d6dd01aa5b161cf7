import type { OutboxBatch, OutboxRow, OutboxRows, OutboxStore } from '@kith/core/ports'
import type { Connection } from './database.ts'
import { fromHex, listOf, toStored, toStoredList } from './ids.ts'
import { fromMillis, fromMillisOrNull, toMillis } from './millis.ts'

interface WaitingRow {
  id: string
  name: string
  at: number
  payload: string
}

type OutboxStatement =
  | 'add'
  | 'wake'
  | 'over'
  | 'free'
  | 'lease'
  | 'oldest'
  | 'isHeld'
  | 'remove'
  | 'isEmpty'
  | 'forget'
  | 'renew'
  | 'giveBack'
  | 'postpone'
  | 'count'
  | 'since'

const claimable = (condition: string): string =>
  `SELECT hex(account_id) AS account_id, attempts FROM kith_outbox_accounts WHERE ${condition} LIMIT @keys`
const held = 'account_id = @key AND held_by = @by'

/** Every statement of the store. An account has a row of its own while events of it wait. */
export const outboxStatements: Readonly<Record<OutboxStatement, string>> = Object.freeze({
  add: 'INSERT INTO kith_outbox (id, account_id, name, at, payload) VALUES (@id, @key, @name, @at, @payload)',
  wake: 'INSERT INTO kith_outbox_accounts (account_id, since) VALUES (@key, @at) ON CONFLICT DO NOTHING',
  over: claimable('held_until <= @now ORDER BY held_until'),
  free: claimable('held_until IS NULL ORDER BY since'),
  lease: 'UPDATE kith_outbox_accounts SET held_by = @by, held_until = @until WHERE account_id = @key',
  oldest: `SELECT hex(id) AS id, name, at, payload FROM kith_outbox WHERE account_id = @key
    ORDER BY sequence LIMIT @rows`,
  isHeld: `SELECT 1 FROM kith_outbox_accounts WHERE ${held}`,
  remove: `DELETE FROM kith_outbox WHERE id IN ${listOf('ids')} AND account_id = @key`,
  isEmpty: 'SELECT 1 FROM kith_outbox WHERE account_id = @key LIMIT 1',
  forget: 'DELETE FROM kith_outbox_accounts WHERE account_id = @key',
  renew: `UPDATE kith_outbox_accounts SET held_until = @until, attempts = CASE WHEN @handled THEN 0 ELSE attempts END
    WHERE account_id = @key`,
  giveBack: `UPDATE kith_outbox_accounts SET held_by = NULL, held_until = NULL, since = @now,
    attempts = CASE WHEN @handled THEN 0 ELSE attempts END WHERE account_id = @key`,
  postpone: `UPDATE kith_outbox_accounts SET held_by = NULL, held_until = @until, attempts = attempts + 1 WHERE ${held}`,
  count: 'SELECT count(*) AS waiting FROM (SELECT 1 FROM kith_outbox LIMIT @limit)',
  since: 'SELECT at FROM kith_outbox WHERE sequence > 0 ORDER BY sequence LIMIT 1',
})

/** Stores the rows of a change, as part of its transaction. */
export function addToOutbox({ run }: Connection, rows: readonly OutboxRow[]): void {
  for (const row of rows) {
    const [key, at] = [toStored(row.key), toMillis(row.at)]
    run(outboxStatements.add, { id: toStored(row.id), key, name: row.name, at, payload: row.payload })
    run(outboxStatements.wake, { key, at })
  }
}

/** Runs work that is one statement, or with rows to store one transaction. */
export function writing<Change, Result>(
  { write, atomically }: Connection,
  outbox: OutboxRows<Change> | undefined,
  work: () => Result,
): Promise<Result> {
  return outbox ? atomically(work) : write(work)
}

/** Creates the outbox on a connection. */
export function createOutboxStore({ run, get, all, read, atomically, write }: Connection): OutboxStore {
  function claimable(now: number, keys: number): { account_id: string; attempts: number }[] {
    const over = all<{ account_id: string; attempts: number }>(outboxStatements.over, { now, keys })
    const rest = keys - over.length
    return rest > 0 ? [...over, ...all<(typeof over)[number]>(outboxStatements.free, { keys: rest })] : over
  }

  return {
    claim({ by, now, until, keys, rows }) {
      return atomically(() =>
        claimable(toMillis(now), keys).map(({ account_id: hex, attempts }): OutboxBatch => {
          const key = fromHex(hex)
          const stored = toStored(key)
          run(outboxStatements.lease, { key: stored, by, until: toMillis(until) })
          const found = all<WaitingRow>(outboxStatements.oldest, { key: stored, rows })
          return { key, attempts, rows: found.map((row) => rowFrom(row, key)) }
        }),
      )
    },
    acknowledge({ key: id, by, ids, now, until }) {
      return atomically(() => {
        const key = toStored(id)
        if (!get(outboxStatements.isHeld, { key, by })) return false
        run(outboxStatements.remove, { key, ids: toStoredList(ids) })
        const handled = ids.length > 0 ? 1 : 0
        if (!get(outboxStatements.isEmpty, { key })) run(outboxStatements.forget, { key })
        else if (until) run(outboxStatements.renew, { key, handled, until: toMillis(until) })
        else run(outboxStatements.giveBack, { key, handled, now: toMillis(now) })
        return true
      })
    },
    postpone({ key, by, until }) {
      const values = { key: toStored(key), by, until: toMillis(until) }
      return write(() => run(outboxStatements.postpone, values) === 1)
    },
    backlog(limit) {
      return read(() => ({
        count: get<{ waiting: number }>(outboxStatements.count, { limit })?.waiting ?? 0,
        oldestAt: fromMillisOrNull(get<{ at: number }>(outboxStatements.since)?.at ?? null),
      }))
    },
  }
}

function rowFrom({ id, name, at, payload }: WaitingRow, key: string): OutboxRow {
  return { id: fromHex(id), key, name, at: fromMillis(at), payload }
}
