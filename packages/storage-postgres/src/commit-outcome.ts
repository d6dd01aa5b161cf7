import { setTimeout as sleep } from 'node:timers/promises'
import { ConnectionFault, type Driver, type Mark, timeline } from './drivers/driver.ts'
import { sqlStateOf } from './drivers/sql-state.ts'

/**
 * The outcome of a transaction. Numbers are reused if a crash has lost the log of those that were not committed, so
 * `committed` counts only on a server that has neither restarted nor recovered since the transaction began.
 */
const ask = `SELECT CASE WHEN pg_is_in_recovery() THEN NULL ELSE pg_xact_status($1::xid8) END, coalesce(
    inet_server_addr()::text IS NOT DISTINCT FROM $3::text
      AND CASE WHEN pg_is_in_recovery() THEN false ELSE ${timeline} = $4::text END
      AND pg_postmaster_start_time() < to_timestamp($2::float8)
      AND (SELECT stats_reset FROM pg_stat_bgwriter) < to_timestamp($2::float8), false)`

/** Ends a transaction whose client is gone, as the server may not notice for hours. A running commit continues. */
const end =
  "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_xid = $1::xid8::xid\n  AND wait_event IS DISTINCT FROM 'SyncRep'"

/** How long a commit may take before it is ended. */
const patienceMillis = 500
const pauseMillis = 50

/**
 * Determines whether a transaction was committed whose connection was lost during its COMMIT; null if that is
 * impossible.
 */
export async function wasCommitted(driver: Driver, mark: Mark, deadline: number): Promise<boolean | null> {
  const started = performance.now()
  for (;;) {
    const status = await statusOf(driver, mark, deadline)
    if (status === 'committed' || status === 'aborted') return status === 'committed'
    if (status === 'unknown') return null
    if (performance.now() + pauseMillis >= deadline) return null
    if (status === 'in progress' && performance.now() - started > patienceMillis)
      await driver.query({ text: end, name: null, values: [mark.transaction] }, deadline).catch(() => {})
    await sleep(pauseMillis)
  }
}

type Status = 'committed' | 'aborted' | 'in progress' | 'unknown' | 'unreachable'

async function statusOf(
  driver: Driver,
  { transaction, at, server, timeline: its }: Mark,
  deadline: number,
): Promise<Status> {
  try {
    const { rows } = await driver.query(
      { text: ask, name: null, values: [transaction, at, server, its] },
      deadline,
    )
    const [status = null, isSame = null] = rows[0] ?? []
    // No matter which transaction had the number: it was reused only because this transaction had left no trace.
    if (status === 'aborted') return 'aborted'
    if (isSame !== 't') return 'unknown'
    return status === 'committed' || status === 'in progress' ? status : 'unknown'
  } catch (error) {
    // The number is in the future: its transaction left no trace before a crash.
    if (sqlStateOf(error) === '22023') return 'aborted'
    if (error instanceof ConnectionFault || /^(57P0|53)/.test(sqlStateOf(error) ?? '')) return 'unreachable'
    return 'unknown'
  }
}
