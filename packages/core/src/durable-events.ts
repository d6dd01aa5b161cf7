import type { KithEventName, KithEvents } from './events.ts'

/**
 * Whether `kith.outbox` can hand an event on, by its name: `true`, or why not. An event can be durable where its cause is one step of
 * the storage, which then stores the event as well. `docs/events.md` is made from this and from {@link KithEvents}.
 */
export const durability = {
  'account.registered': true,
  'account.imported': true,
  'account.edited': true,
  'account.password-changed': true,
  'password.breach-check-failed': 'A password was looked up, and nothing is stored of that.',
  'account.banned': true,
  'account.unbanned': true,
  'account.deleted': true,
  'account.role-changed': true,
  'session.opened': true,
  'session.refreshed':
    'It comes every few minutes from each device, and the session itself says when it was used last.',
  'session.revoked': true,
  'session.grace-used': 'Nothing is stored when a token is used again within the grace.',
  'session.reuse-detected': true,
  'follow.added': true,
  'follow.removed': true,
  'like.added': true,
  'like.removed': true,
  'post.created': true,
  'post.edited': true,
  'post.deleted': true,
  'media.missing': 'A file was asked for, and nothing is stored of that.',
  'caption.suggested': 'Suggestions are given and not stored.',
  'caption.failed': 'Suggestions are given and not stored.',
  'passkey.copy-suspected': 'What is refused stores nothing.',
  'login.failed': 'Nothing is stored of a wrong password.',
  'login.locked': 'Nothing is stored of a password that is not looked at.',
  'limit.reached': 'What is refused stores nothing.',
  'work.refused': 'What is refused stores nothing.',
} as const

Object.freeze(durability)

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
}
