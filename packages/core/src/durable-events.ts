import { durability, type KithEventName, type KithEvents } from './events.ts'

/** The name of an event that can be durable. */
export type DurableEventName = {
  [Name in KithEventName]: (typeof durability)[Name] extends true ? Name : never
}[KithEventName]

/** The names of all events that can be durable. */
export const durableEventNames: readonly DurableEventName[] = Object.freeze(
  (Object.keys(durability) as KithEventName[]).filter(isDurable),
)

/** Whether an event can be durable. */
export function isDurable(name: KithEventName): name is DurableEventName {
  return durability[name] === true
}

/** An event as `kith.outbox` delivers it: its payload, name and id. */
export type OutboxEvent = { [Name in DurableEventName]: DurableEvent<Name> }[DurableEventName]

type DurableEvent<Name extends DurableEventName> = KithEvents[Name] & {
  readonly name: Name
  /** The same for every delivery of the event, so that a consumer can detect duplicates. */
  readonly id: string
  /** When it happened. */
  readonly at: Date
  /** The administrator who did it, as in {@link EventStamp}. */
  readonly actorId?: string | undefined
}
