import { type AuditAction, auditPayload, isAudited } from '../audit/audit-entries.ts'
import { actorOf, type Cause } from '../cause.ts'
import type { KithConfig } from '../config.ts'
import type { DurableEventName } from '../durable-events.ts'
import type { KithEvents } from '../events.ts'
import type { Clock, MakeId } from '../id.ts'
import type { OutboxRow, OutboxRows } from './outbox-store.ts'

/**
 * The `outbox` argument that stores an event, and its audit log entry, with their cause; `undefined` if the app asked
 * for neither, and then the storage does no extra work. `cause` says who makes the change, for the entry.
 */
export type RowsOf = <Name extends DurableEventName, Change = void>(
  name: Name,
  payloadOf: (change: Change) => KithEvents[Name] | null,
  cause?: Cause,
) => OutboxRows<Change> | undefined

/** Creates it from the options of the app. */
export function createRowsOf(
  { outbox, audit }: Pick<KithConfig, 'outbox' | 'audit'>,
  { makeId, clock }: { makeId: MakeId; clock: Clock },
): RowsOf {
  return (name, payloadOf, cause = {}) => {
    const isEvent = outbox?.events.has(name) ?? false
    const isEntry = audit !== null && isAudited(name)
    if (!isEvent && !isEntry) return undefined
    const actor = actorOf(cause)
    return (change) => {
      const event = payloadOf(change)
      if (!event) return []
      const rowIn = (queue: OutboxRow['queue'], payload: string): OutboxRow => ({
        queue,
        id: makeId(),
        key: event.userId,
        name,
        at: clock(),
        payload,
      })
      const entry = isEntry ? auditPayload(event as KithEvents[AuditAction], cause) : null
      return [
        ...(isEvent
          ? [rowIn('events', JSON.stringify(actor ? { ...event, actorId: actor.userId } : event))]
          : []),
        ...(entry === null ? [] : [rowIn('audit', entry)]),
      ]
    }
  }
}

/** The rows of all wanted events, in this order. */
export function joinRows<Change = void>(
  ...all: readonly (OutboxRows<Change> | undefined)[]
): OutboxRows<Change> | undefined {
  const wanted = all.filter((each) => each !== undefined)
  return wanted.length > 0 ? (change) => wanted.flatMap((rowsOf) => rowsOf(change)) : undefined
}
