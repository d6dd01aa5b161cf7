import type { Core } from '../core.ts'
import { type Duration, durationAdvice, readDuration } from '../duration.ts'
import { JobStopped } from '../steps.ts'
import { createOutboxObserver } from '../telemetry/observe-outbox.ts'
import type { OutboxEvent } from '../durable-events.ts'
import { createDelivery, type DeliveryReport } from './delivery.ts'
import type { OutboxBacklog, OutboxRow } from './outbox-store.ts'

/** Is given one event after the other of an account. It has handled an event when it has returned, or what it returned has resolved. */
export type OutboxHandler = (event: OutboxEvent) => void | Promise<void>

/** Options of {@link Outbox.deliver}. */
export interface DeliverOptions {
  /** How many events are handed over at most. @default 1000 @reason So that a call ends, and a loop of calls can be stopped. */
  limit?: number | undefined
  /** Of how many accounts events are handed over at the same time. @default 8 @reason Enough to wait for a network, few enough for a pool of connections. */
  concurrency?: number | undefined
  /** How long the handling of one event may take. If it takes longer, another process may begin it as well. @default '1m' @reason Much longer than a call over a network, and a process that died holds an account up no longer than that. */
  lease?: Duration | undefined
}

/** Events that are stored with their causes, for a consumer that must miss none. */
export interface Outbox {
  /**
   * Hands over what waits: every event at least once, those of one account one after the other and in their order, also after a crash.
   * An event that `handler` rejects is logged and comes again after a pause that grows from a second to an hour. Safe in several
   * processes; Kith calls it never by itself. Call it in a loop.
   * @throws TypeError where `createKith` was not given `outbox`
   */
  deliver(handler: OutboxHandler, options?: DeliverOptions): Promise<DeliveryReport>
  /** How much waits, counted up to `limit` (10,000 by default), and since when the oldest event does. */
  backlog(limit?: number): Promise<OutboxBacklog>
}

/** How far events that wait are counted. */
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
      // Nobody else asks for it where nobody calls `backlog`.
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
      throw new TypeError(`${name} must be a whole number from 1 on`)
  const leaseSeconds = readDuration(lease)
  if (leaseSeconds === null) throw new TypeError(`lease: ${durationAdvice}`)
  return { limit, concurrency, leaseSeconds }
}
