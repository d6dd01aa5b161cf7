import type { Stores } from './storage.ts'

/** The stores that read and write each other's rows, so all of them must come from one adapter. */
export const joinedNames = [
  'users',
  'edges',
  'posts',
  'media',
  'feed',
  'outbox',
  'messages',
  'audit',
  'codes',
  'credentials',
] as const

/** The same symbol in every copy of the package; `{ ...store }` copies it, as a wrapper of a store should. */
const mark = Symbol.for('kith.joined-stores')

/**
 * Marks the stores of an adapter that read and write each other's rows: all but `sessions` and `facts`. `createKith`
 * then refuses a storage in which only some of them come from this adapter. Returns the storage.
 */
export function joinStores<Joined extends Pick<Stores, (typeof joinedNames)[number]>>(
  storage: Joined,
): Joined {
  const value = Object.freeze({})
  for (const name of joinedNames)
    Object.defineProperty(storage[name], mark, { value, enumerable: true, configurable: true })
  return storage
}

/** Whether the stores that join each other's rows come from one adapter, or none of them is marked. */
export function isJoined(storage: Stores): boolean {
  const marks = joinedNames.map((name) => (storage[name] as { [mark]?: object })[mark])
  // A proxy that turns every property into a function does not reveal whose store it wraps.
  return new Set(marks.filter((each) => typeof each !== 'function')).size <= 1
}

/** What to do if they do not. */
export const joinedAdvice: string = `${joinedNames.map((name) => `\`${name}\``).join(', ')} read each other's rows, so use those of one \
adapter, or start your own store from \`...storage.users\`; \`sessions\` and \`facts\` can come from another adapter`
