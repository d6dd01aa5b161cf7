import type { Stores } from './storage.ts'

/** The stores that read and write each other's rows, so that all of them come from one adapter. */
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

/** Found in every copy of the package, and copied by `{ ...store }`, as a wrapper of a store should. */
const mark = Symbol.for('kith.joined-stores')

/**
 * Marks the stores of an adapter that read and write each other's rows: all but `sessions` and `facts`. `createKith` then refuses a
 * storage in which only some of them are of this adapter. Returns the storage.
 */
export function joinStores<Joined extends Pick<Stores, (typeof joinedNames)[number]>>(
  storage: Joined,
): Joined {
  const value = Object.freeze({})
  for (const name of joinedNames)
    Object.defineProperty(storage[name], mark, { value, enumerable: true, configurable: true })
  return storage
}

/** Whether the stores that join each other's rows are of one adapter, or none of them says of which it is. */
export function isJoined(storage: Stores): boolean {
  const marks = joinedNames.map((name) => (storage[name] as { [mark]?: object })[mark])
  // A proxy that makes a function of all that it is asked for does not say whose store it holds.
  return new Set(marks.filter((each) => typeof each !== 'function')).size <= 1
}

/** What to do where they are not. */
export const joinedAdvice: string = `${joinedNames.map((name) => `\`${name}\``).join(', ')} read each other's rows, so give those of one \
adapter, or begin a store of your own with \`...storage.users\`; \`sessions\` and \`facts\` can be of another one`
