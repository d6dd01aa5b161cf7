import { setTimeout as sleep } from 'node:timers/promises'
import type {
  OutboxBatch,
  OutboxClaim,
  OutboxQueue,
  OutboxRow,
  OutboxRows,
  OutboxStore,
} from '@kith/core/ports'
import { auditStatements } from './audit-store.ts'
import type { Connection, Statements } from './connection.ts'
import type { Values } from './values.ts'
import { toId, toIds } from './ids.ts'
import { fromMillis, fromMillisOrNull, moment, toMillis } from './moments.ts'

interface LeasedRow {
  account_id: string
  attempts: number
  place: number
}

interface WaitingRow {
  account_id: string
  id: string
  name: string
  at: number
  payload: string
}

type OutboxStatement =
  'add' | 'lease' | 'isFree' | 'oldest' | 'hold' | 'settle' | 'postpone' | 'count' | 'since'

/** The statements of the queue whose rows are in `table`. A key has its own row while rows of it wait. */
function statementsOf(table: string): Readonly<Record<OutboxStatement, string>> {
  const [rows, accounts] = [`kith.${table}`, `kith.${table}_accounts`]
  const held = 'account_id = @key AND held_by = @by'
  return Object.freeze({
    // The update that changes nothing waits for the lock of the key. A row is numbered when its key is returned, so
    // after those of every change that had the lock before. The keys are locked in the order of their ids, so that two
    // changes never deadlock.
    add: `WITH added AS (
        SELECT * FROM unnest(@ids::uuid[], @keys::uuid[], @names::text[], @ats::bigint[], @payloads::text[])
          WITH ORDINALITY AS added (id, account_id, name, at, payload, place)
      ), woken AS (
        INSERT INTO ${accounts} AS accounts (account_id, since)
          SELECT account_id, to_timestamp(min(at) / 1000.0) FROM added GROUP BY account_id ORDER BY account_id
          ON CONFLICT (account_id) DO UPDATE SET since = accounts.since
          RETURNING account_id
      )
      INSERT INTO ${rows} (id, account_id, name, at, payload)
        SELECT id, account_id, name, to_timestamp(at / 1000.0), payload
          FROM added JOIN woken USING (account_id) ORDER BY place`,
    // A key that a change or another claim has locked is theirs for now. What is read before its lock is taken is
    // checked again by the server as it is then. The list of chosen keys prevents a plan that does not know their
    // number from reading the table.
    lease: `WITH over AS MATERIALIZED (
        SELECT account_id, held_until FROM ${accounts} WHERE held_until <= ${moment('now')}
          ORDER BY held_until LIMIT @wanted::int FOR UPDATE SKIP LOCKED
      ), free AS MATERIALIZED (
        SELECT account_id, since FROM ${accounts} WHERE held_until IS NULL
          ORDER BY since LIMIT @wanted::int - (SELECT count(*) FROM over) FOR UPDATE SKIP LOCKED
      ), chosen AS (
        SELECT account_id, row_number() OVER (ORDER BY turn, begin) AS place FROM (
          SELECT account_id, 0 AS turn, held_until AS begin FROM over
          UNION ALL SELECT account_id, 1, since FROM free
        ) AS either
      )
      UPDATE ${accounts} AS accounts SET held_by = @by, held_until = ${moment('until')}
        FROM chosen WHERE accounts.account_id = chosen.account_id
          AND accounts.account_id = ANY (ARRAY(SELECT account_id FROM chosen))
        RETURNING accounts.account_id, attempts, place`,
    isFree: `SELECT 1 AS free FROM (
        (SELECT 1 FROM ${accounts} WHERE held_until <= ${moment('now')} ORDER BY held_until LIMIT 1)
        UNION ALL (SELECT 1 FROM ${accounts} WHERE held_until IS NULL ORDER BY since LIMIT 1)
      ) AS either LIMIT 1`,
    oldest: `SELECT oldest.* FROM unnest(@keys::uuid[]) AS leased (key) CROSS JOIN LATERAL (
        SELECT account_id, id, name, at, payload FROM ${rows} WHERE account_id = leased.key
          ORDER BY sequence LIMIT @limit::int
      ) AS oldest`,
    hold: `SELECT 1 AS held FROM ${accounts} WHERE ${held} FOR UPDATE`,
    // The statement does not see what it removes, so what is left is what it does not remove.
    settle: `WITH removed AS (
        DELETE FROM ${rows} WHERE id = ANY (@ids::uuid[]) AND account_id = @key
      ), rest AS (
        SELECT 1 FROM ${rows} WHERE account_id = @key AND id <> ALL (@ids::uuid[]) LIMIT 1
      ), forgotten AS (
        DELETE FROM ${accounts} WHERE account_id = @key AND NOT EXISTS (SELECT 1 FROM rest)
      )
      UPDATE ${accounts} SET held_until = ${moment('until')},
          held_by = CASE WHEN @until::float8 IS NULL THEN NULL ELSE held_by END,
          since = CASE WHEN @until::float8 IS NULL THEN ${moment('now')} ELSE since END,
          attempts = CASE WHEN @handled THEN 0 ELSE attempts END
        WHERE account_id = @key AND EXISTS (SELECT 1 FROM rest)`,
    postpone: `UPDATE ${accounts} SET held_by = NULL, held_until = ${moment('until')}, attempts = attempts + 1
      WHERE ${held}`,
    count: `SELECT count(*) AS waiting FROM (SELECT 1 FROM ${rows} LIMIT @limit::int) AS counted`,
    since: `SELECT at FROM ${rows} ORDER BY sequence LIMIT 1`,
  })
}

/** Every statement of each queue. */
export const outboxStatements: Readonly<Record<OutboxQueue, ReturnType<typeof statementsOf>>> = Object.freeze(
  { events: statementsOf('outbox'), messages: statementsOf('messages') },
)

/**
 * Stores the rows of a change in their queues and the audit log, as part of its transaction. It locks the keys of the
 * rows until the transaction ends, so it comes last.
 */
export async function addToOutbox({ run }: Statements, rows: readonly OutboxRow[]): Promise<void> {
  for (const queue of ['events', 'messages', 'audit'] as const) {
    const own = rows.filter((row) => row.queue === queue)
    if (own.length === 0) continue
    await run(queue === 'audit' ? auditStatements.add : outboxStatements[queue].add, valuesOf(own))
  }
}

function valuesOf(rows: readonly OutboxRow[]): Values {
  return {
    ids: rows.map(({ id }) => id),
    keys: rows.map(({ key }) => key),
    names: rows.map(({ name }) => name),
    ats: rows.map(({ at }) => String(toMillis(at))),
    payloads: rows.map(({ payload }) => payload),
  }
}

/** Runs work that is one statement, or with rows to store one transaction. */
export function writing<Change, Result>(
  connection: Connection,
  outbox: OutboxRows<Change> | undefined,
  work: (statements: Statements) => Promise<Result>,
): Promise<Result> {
  return outbox ? connection.atomically(work) : work(connection)
}

/**
 * All keys that a claim could have are locked, usually for a moment: it waits briefly for one of them, and leaves those
 * whose transaction stays open, as one of the app may, to the next claim.
 */
const longestPauseMillis = 32

/** Creates the store of one queue on a connection. */
export function createOutboxStore(connection: Connection, queue: OutboxQueue): OutboxStore {
  const statements = outboxStatements[queue]

  function lease({ by, now, until, keys: wanted, rows: limit }: OutboxClaim): Promise<OutboxBatch[]> {
    const values = { by, now: toMillis(now), until: toMillis(until), wanted }
    return connection.atomically(async ({ all }) => {
      const leased = await all<LeasedRow>(statements.lease, values)
      if (leased.length === 0) return []
      // A second statement, which sees what was committed until the locks were taken.
      const keys = leased.map(({ account_id: key }) => key)
      const found = await all<WaitingRow>(statements.oldest, { keys, limit })
      const byKey = Map.groupBy(found, (row) => row.account_id)
      return leased
        .sort((one, other) => one.place - other.place)
        .map(({ account_id: key, attempts }) => ({
          key,
          attempts,
          rows: (byKey.get(key) ?? []).map((row) => rowFrom(queue, row)),
        }))
    })
  }

  return {
    async claim(claim) {
      for (let pauseMillis = 1; ; pauseMillis *= 2) {
        const batches = await lease(claim)
        const isLast = batches.length > 0 || pauseMillis > longestPauseMillis
        if (isLast || !(await connection.get(statements.isFree, { now: toMillis(claim.now) }))) return batches
        await sleep(pauseMillis)
      }
    },
    acknowledge({ key: account, by, ids, now, until }) {
      const key = toId(account)
      const lease = { now: toMillis(now), until: toMillis(until) }
      return connection.atomically(async ({ get, run }) => {
        if (!(await get(statements.hold, { key, by }))) return false
        await run(statements.settle, { key, ids: toIds(ids), ...lease, handled: ids.length > 0 })
        return true
      })
    },
    async postpone({ key, by, until }) {
      return (await connection.run(statements.postpone, { key: toId(key), by, until: toMillis(until) })) === 1
    },
    backlog(limit) {
      return connection.consistently(async ({ get }) => {
        const counted = await get<{ waiting: number }>(statements.count, { limit })
        const oldest = await get<{ at: number }>(statements.since)
        return { count: counted?.waiting ?? 0, oldestAt: fromMillisOrNull(oldest?.at ?? null) }
      })
    },
  }
}

function rowFrom(queue: OutboxQueue, { account_id: key, at, ...row }: WaitingRow): OutboxRow {
  return { queue, ...row, key, at: fromMillis(at) }
}
