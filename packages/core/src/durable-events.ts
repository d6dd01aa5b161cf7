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

/** An event as `kith.outbox` hands it on: its payload with what names it. */
export type OutboxEvent = { [Name in DurableEventName]: DurableEvent<Name> }[DurableEventName]

type DurableEvent<Name extends DurableEventName> = KithEvents[Name] & {
  readonly name: Name
  /** The same at every delivery of the event, so that a consumer knows one that it has had. */
  readonly id: string
  /** When it happened. */
  readonly at: Date
  /** The administrator who did it, as in {@link EventStamp}. */
  readonly actorId?: string | undefined
}
