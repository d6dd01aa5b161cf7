import type { Clock, MakeId } from '../id.ts'
import { createSingleFlight } from '../single-flight.ts'
import { JobStopped, type Steps } from '../steps.ts'
import type { OutboxBatch, OutboxRow, OutboxStore } from './outbox-store.ts'

/** The result of one `deliver` call. */
export interface DeliveryReport {
  /** Events that were handled and acknowledged. */
  delivered: number
  /** Accounts with an event that failed: it is retried later, and the account's other events after it. */
  postponed: number
  /** Whether it stopped at its limit, so more may be waiting. */
  more: boolean
}

/** One call of `deliver`. */
export interface Delivery {
  run(): Promise<DeliveryReport>
}

/** The dependencies of {@link createDelivery}. */
export interface DeliveryParts {
  steps: Steps
  clock: Clock
  makeId: MakeId
}

/** The settings of {@link createDelivery}. */
export interface DeliverySettings {
  store: OutboxStore
  limit: number
  concurrency: number
  leaseSeconds: number
  /** Handles one row; done when the returned promise resolves. */
  handle(row: OutboxRow): void | Promise<void>
  /** A row was handled. */
  delivered(row: OutboxRow): void
  /** A row failed, and is retried. */
  failed(row: OutboxRow, failure: DeliveryFailure): void
}

/** How a row failed. */
interface DeliveryFailure {
  error: unknown
  attempt: number
  againInSeconds: number
}

interface Lease extends OutboxBatch {
  by: string
  until: Date
}

/** How many events of one account are read at a time, so that one with very many does not delay the others. */
const rowsAtOnce = 20
const [firstPauseSeconds, longestPauseSeconds] = [1, 3_600]

/** Creates one. */
export function createDelivery(
  { steps, clock, makeId }: DeliveryParts,
  { store, limit, concurrency, leaseSeconds, ...settings }: DeliverySettings,
): Delivery {
  const report: DeliveryReport = { delivered: 0, postponed: 0, more: false }
  const leased: Lease[] = []
  let left = limit
  /** Nothing can be claimed, as far as known. */
  let drained = false
  let stopped = false

  const inSeconds = (seconds: number): Date => new Date(clock().getTime() + seconds * 1000)

  const claiming = createSingleFlight<void>()
  async function claim(): Promise<void> {
    const [by, until] = [makeId(), inSeconds(leaseSeconds)]
    const wanted = { by, now: clock(), until, keys: concurrency, rows: rowsAtOnce }
    const batches = await steps.once(() => store.claim(wanted))
    leased.push(...batches.map((batch) => ({ ...batch, by, until })))
    drained = batches.length === 0
  }

  async function next(): Promise<Lease | null> {
    for (;;) {
      const lease = stopped ? null : leased.shift()
      if (lease) return lease
      if (drained || stopped || left <= 0) return null
      await claiming('claim', claim)
    }
  }

  /** Removes handled rows; `isLast` releases the account. Resolves to whether the lease was still ours. */
  function acknowledge(lease: Lease, ids: readonly string[], isLast: boolean): Promise<boolean> {
    const { key, by } = lease
    lease.until = inSeconds(leaseSeconds)
    const until = isLast ? null : lease.until
    return steps.once(() => store.acknowledge({ key, by, ids, now: clock(), until }))
  }

  async function postpone(
    { key, by, attempts }: Lease,
    { row, error }: { row: OutboxRow; error: unknown },
  ): Promise<void> {
    const seconds = Math.min(firstPauseSeconds * 2 ** attempts, longestPauseSeconds)
    settings.failed(row, { error, attempt: attempts + 1, againInSeconds: seconds })
    report.postponed++
    await steps.once(() => store.postpone({ key, by, until: inSeconds(seconds) }))
  }

  async function handle(lease: Lease): Promise<void> {
    const { rows } = lease
    for (const [index, row] of rows.entries()) {
      if (left <= 0) {
        await acknowledge(lease, [], true)
        return
      }
      // It waited so long for its turn here that another process may have it.
      if (lease.until <= clock()) return
      left--
      try {
        await settings.handle(row)
      } catch (error) {
        await postpone(lease, { row, error })
        return
      }
      // A process that has claimed the account meanwhile continues with this event.
      if (!(await acknowledge(lease, [row.id], index === rows.length - 1))) return
      report.delivered++
      settings.delivered(row)
    }
    if (rows.length === rowsAtOnce) drained = false
  }

  async function work(): Promise<void> {
    try {
      for (let lease = await next(); lease; lease = await next()) await handle(lease)
    } catch (error) {
      stopped = true
      if (!(error instanceof JobStopped)) throw error
    }
  }

  return {
    async run() {
      const workers = await Promise.allSettled(Array.from({ length: concurrency }, work))
      for (const worker of workers) if (worker.status === 'rejected') throw worker.reason
      return { ...report, more: left <= 0 && !drained }
    },
  }
}
