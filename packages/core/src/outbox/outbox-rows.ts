import type { DurableEventName } from '../durable-events.ts'
import type { KithEvents } from '../events.ts'
import type { Clock, MakeId } from '../id.ts'
import type { OutboxRows } from './outbox-store.ts'

/**
 * What a verb of a store takes as `outbox` so that an event is stored with its cause; `undefined` where the app did not ask for that
 * event, and then the storage does no more than without.
 */
export type RowsOf = <Name extends DurableEventName, Change = void>(
  name: Name,
  payloadOf: (change: Change) => KithEvents[Name] | null,
) => OutboxRows<Change> | undefined

/** Creates it from the events that the app wants durable. */
export function createRowsOf(
  wanted: ReadonlySet<DurableEventName>,
  { makeId, clock }: { makeId: MakeId; clock: Clock },
): RowsOf {
  return (name, payloadOf) => {
    if (!wanted.has(name)) return undefined
    return (change) => {
      const payload = payloadOf(change)
      if (!payload) return []
      return [
        {
          queue: 'events',
          id: makeId(),
          key: payload.userId,
          name,
          at: clock(),
          payload: JSON.stringify(payload),
        },
      ]
    }
  }
}

/** The rows of all that are wanted, in this order. */
export function joinRows<Change = void>(
  ...all: readonly (OutboxRows<Change> | undefined)[]
): OutboxRows<Change> | undefined {
  const wanted = all.filter((each) => each !== undefined)
  return wanted.length > 0 ? (change) => wanted.flatMap((rowsOf) => rowsOf(change)) : undefined
}
