import type { OutboxBatch, OutboxQueue, OutboxRow, OutboxRows, OutboxStore } from '@kith/core/ports'
import { auditStatements } from './audit-store.ts'
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

/** The statements of the queue whose rows are in `table`. A key has its own row while rows of it wait. */
function statementsOf(table: string): Readonly<Record<OutboxStatement, string>> {
  const keys = `${table}_accounts`
  const held = 'account_id = @key AND held_by = @by'
  const claimable = (condition: string): string =>
    `SELECT hex(account_id) AS account_id, attempts FROM ${keys} WHERE ${condition} LIMIT @keys`
  return Object.freeze({
    add: `INSERT INTO ${table} (id, account_id, name, at, payload) VALUES (@id, @key, @name, @at, @payload)`,
    wake: `INSERT INTO ${keys} (account_id, since) VALUES (@key, @at) ON CONFLICT DO NOTHING`,
    over: claimable('held_until <= @now ORDER BY held_until'),
    free: claimable('held_until IS NULL ORDER BY since'),
    lease: `UPDATE ${keys} SET held_by = @by, held_until = @until WHERE account_id = @key`,
    oldest: `SELECT hex(id) AS id, name, at, payload FROM ${table} WHERE account_id = @key
      ORDER BY sequence LIMIT @rows`,
    isHeld: `SELECT 1 FROM ${keys} WHERE ${held}`,
    remove: `DELETE FROM ${table} WHERE id IN ${listOf('ids')} AND account_id = @key`,
    isEmpty: `SELECT 1 FROM ${table} WHERE account_id = @key LIMIT 1`,
    forget: `DELETE FROM ${keys} WHERE account_id = @key`,
    renew: `UPDATE ${keys} SET held_until = @until, attempts = CASE WHEN @handled THEN 0 ELSE attempts END
      WHERE account_id = @key`,
    giveBack: `UPDATE ${keys} SET held_by = NULL, held_until = NULL, since = @now,
      attempts = CASE WHEN @handled THEN 0 ELSE attempts END WHERE account_id = @key`,
    postpone: `UPDATE ${keys} SET held_by = NULL, held_until = @until, attempts = attempts + 1 WHERE ${held}`,
    count: `SELECT count(*) AS waiting FROM (SELECT 1 FROM ${table} LIMIT @limit)`,
    since: `SELECT at FROM ${table} WHERE sequence > 0 ORDER BY sequence LIMIT 1`,
  })
}

/** Every statement of each queue. */
export const outboxStatements: Readonly<Record<OutboxQueue, ReturnType<typeof statementsOf>>> = Object.freeze(
  { events: statementsOf('kith_outbox'), messages: statementsOf('kith_messages') },
)

/** Stores the rows of a change in their queues and the audit log, as part of its transaction. */
export function addToOutbox({ run }: Connection, rows: readonly OutboxRow[]): void {
  for (const { queue, id, name, payload, ...row } of rows) {
    const [key, at] = [toStored(row.key), toMillis(row.at)]
    const values = { id: toStored(id), key, name, at, payload }
    if (queue === 'audit') run(auditStatements.add, values)
    else {
      const { add, wake } = outboxStatements[queue]
      run(add, values)
      run(wake, { key, at })
    }
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

/** Creates the store of one queue on a connection. */
export function createOutboxStore(
  { run, get, all, read, atomically, write }: Connection,
  queue: OutboxQueue,
): OutboxStore {
  const statements = outboxStatements[queue]

  function claimable(now: number, keys: number): { account_id: string; attempts: number }[] {
    const over = all<{ account_id: string; attempts: number }>(statements.over, { now, keys })
    const rest = keys - over.length
    return rest > 0 ? [...over, ...all<(typeof over)[number]>(statements.free, { keys: rest })] : over
  }

  return {
    claim({ by, now, until, keys, rows }) {
      return atomically(() =>
        claimable(toMillis(now), keys).map(({ account_id: hex, attempts }): OutboxBatch => {
          const key = fromHex(hex)
          const stored = toStored(key)
          run(statements.lease, { key: stored, by, until: toMillis(until) })
          const found = all<WaitingRow>(statements.oldest, { key: stored, rows })
          return { key, attempts, rows: found.map((row) => rowFrom(row, { queue, key })) }
        }),
      )
    },
    acknowledge({ key: id, by, ids, now, until }) {
      return atomically(() => {
        const key = toStored(id)
        if (!get(statements.isHeld, { key, by })) return false
        run(statements.remove, { key, ids: toStoredList(ids) })
        const handled = ids.length > 0 ? 1 : 0
        if (!get(statements.isEmpty, { key })) run(statements.forget, { key })
        else if (until) run(statements.renew, { key, handled, until: toMillis(until) })
        else run(statements.giveBack, { key, handled, now: toMillis(now) })
        return true
      })
    },
    postpone({ key, by, until }) {
      const values = { key: toStored(key), by, until: toMillis(until) }
      return write(() => run(statements.postpone, values) === 1)
    },
    backlog(limit) {
      return read(() => ({
        count: get<{ waiting: number }>(statements.count, { limit })?.waiting ?? 0,
        oldestAt: fromMillisOrNull(get<{ at: number }>(statements.since)?.at ?? null),
      }))
    },
  }
}

function rowFrom(
  { id, name, at, payload }: WaitingRow,
  { queue, key }: Pick<OutboxRow, 'queue' | 'key'>,
): OutboxRow {
  return { queue, id: fromHex(id), key, name, at: fromMillis(at), payload }
}
