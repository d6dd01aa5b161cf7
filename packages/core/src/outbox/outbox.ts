import type { Core } from '../core.ts'
import { type Duration, durationAdvice, readDuration } from '../duration.ts'
import { JobStopped } from '../steps.ts'
import { createOutboxObserver } from '../telemetry/observe-outbox.ts'
import type { OutboxEvent } from '../durable-events.ts'
import { createDelivery, type DeliveryReport } from './delivery.ts'
import type { OutboxBacklog, OutboxRow } from './outbox-store.ts'

/**
 * Called with the events of an account, one after the other. An event is handled when it has returned, or the returned
 * promise has resolved.
 */
export type OutboxHandler = (event: OutboxEvent) => void | Promise<void>

/** Options of {@link Outbox.deliver}. */
export interface DeliverOptions {
  /** The maximum number of events. @default 1000 @reason So that a call ends, and a loop of calls can be stopped. */
  limit?: number | undefined
  /**
   * For how many accounts events are delivered concurrently. @default 8 @reason Enough to hide network latency, few
   * enough for a connection pool.
   */
  concurrency?: number | undefined
  /**
   * How long handling one event may take. After that, another process may start it as well. @default '1m' @reason Much
   * longer than a network call, and the longest time that a dead process blocks an account.
   */
  lease?: Duration | undefined
}

/** Events that are stored in one step with their causes, for a consumer that must not miss any. */
export interface Outbox {
  /**
   * Delivers waiting events: each at least once, those of one account one after the other and in order, even after a
   * crash. If `handler` rejects, the event is logged and retried after a pause that grows from a second to an hour.
   * Safe in several processes. Kith never calls it: call it in a loop.
   * @throws TypeError if `createKith` was not given `outbox`
   */
  deliver(handler: OutboxHandler, options?: DeliverOptions): Promise<DeliveryReport>
  /** How many events are waiting, counted up to `limit` (10,000 by default), and since when the oldest one is. */
  backlog(limit?: number): Promise<OutboxBacklog>
}

/** The default limit for counting waiting events. */
const countedBacklog = 10_000

/** Creates the outbox of one Kith instance. */
export function createOutbox(core: Core): Outbox {
  const { config, storage, steps } = core
  const observer = createOutboxObserver(config.telemetry, core.clock)

  async function backlog(limit = countedBacklog): Promise<OutboxBacklog> {
    const found = await storage.outbox.backlog(limit)
    observer.backlog(found)
    return found
  }

  return {
    backlog,
    async deliver(handler, options = {}) {
      if (!config.outbox)
        throw new TypeError(
          "createKith was not given `outbox`, such as { events: 'all' }: no event is stored",
        )
      if (typeof handler !== 'function') throw new TypeError('kith.outbox.deliver needs a function')
      const delivery = createDelivery(core, {
        ...readDeliverOptions(options),
        store: storage.outbox,
        handle: (row) => handler(eventOf(row)),
        delivered: ({ name }) => observer.handled(name, 'delivered'),
        failed({ id, name }, { error, ...tries }) {
          const fields = { event: name, eventId: id, ...tries }
          config.log.error('outbox.not-handled', { error, fields })
          observer.handled(name, 'failed')
        },
      })
      const report = await delivery.run()
      // Nobody else calls it if nobody calls `backlog`.
      if (observer.listens) await steps.once(() => backlog()).catch(ignoreStop)
      return report
    },
  }
}

function eventOf({ id, name, at, payload }: OutboxRow): OutboxEvent {
  return Object.freeze({ ...(JSON.parse(payload) as object), name, id, at }) as OutboxEvent
}

function ignoreStop(error: unknown): void {
  if (!(error instanceof JobStopped)) throw error
}

function readDeliverOptions({ limit = 1_000, concurrency = 8, lease = '1m' }: DeliverOptions): {
  limit: number
  concurrency: number
  leaseSeconds: number
} {
  for (const [name, value] of Object.entries({ limit, concurrency }))
    if (!Number.isSafeInteger(value) || value < 1)
      throw new TypeError(`${name} must be a whole number of at least 1`)
  const leaseSeconds = readDuration(lease)
  if (leaseSeconds === null) throw new TypeError(`lease: ${durationAdvice}`)
  return { limit, concurrency, leaseSeconds }
}
