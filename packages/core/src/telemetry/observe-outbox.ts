import type { Clock } from '../id.ts'
import type { OutboxBacklog } from '../outbox/outbox-store.ts'
import { silentTelemetry, type Telemetry } from './telemetry.ts'

/** Measures outbox deliveries and its backlog. */
export interface OutboxObserver {
  /** Whether anyone reads the measurements. */
  readonly listens: boolean
  /** An event was handed to the consumer. */
  handled(event: string, outcome: 'delivered' | 'failed'): void
  /** This many were found waiting. */
  backlog(found: OutboxBacklog): void
}

/** Creates the observer of the outbox of one Kith instance. */
export function createOutboxObserver(telemetry: Telemetry, clock: Clock): OutboxObserver {
  let last: OutboxBacklog | null = null
  telemetry.gauge('kith.outbox.waiting', () => (last ? [{ value: last.count, attributes: {} }] : []))
  telemetry.gauge('kith.outbox.age', () => (last ? [{ value: ageOf(last.oldestAt), attributes: {} }] : []))

  function ageOf(at: Date | null): number {
    return at ? Math.max(0, (clock().getTime() - at.getTime()) / 1000) : 0
  }

  return {
    listens: telemetry !== silentTelemetry,
    handled: (event, outcome) =>
      telemetry.count('kith.outbox.events', 1, { 'kith.event': event, 'kith.outcome': outcome }),
    backlog: (found) => void (last = found),
  }
}
