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

/** The stores that may be of another adapter, as long as nothing is stored in one step with their rows. */
export const looseNames = ['sessions', 'facts'] as const

/** Found in every copy of the package, and copied by `{ ...store }`, as a wrapper of a store should. */
const mark = Symbol.for('kith.joined-stores')

/**
 * Marks the stores of an adapter. `createKith` then refuses a storage in which only some of those that read and write each other's rows
 * are of this adapter: all but `sessions` and `facts`, and these too where something is stored in one step with their rows. Returns the
 * storage.
 */
export function joinStores<
  Joined extends Pick<Stores, (typeof joinedNames)[number]> &
    Partial<Pick<Stores, (typeof looseNames)[number]>>,
>(storage: Joined): Joined {
  const value = Object.freeze({})
  for (const name of [...joinedNames, ...looseNames])
    if (storage[name])
      Object.defineProperty(storage[name], mark, { value, enumerable: true, configurable: true })
  return storage
}

/** Whether the stores that join each other's rows, and `others`, are of one adapter, or none of them says of which it is. */
export function isJoined(storage: Stores, others: readonly (typeof looseNames)[number][] = []): boolean {
  const marks = [...joinedNames, ...others].map((name) => (storage[name] as { [mark]?: object })[mark])
  // A proxy that makes a function of all that it is asked for does not say whose store it holds.
  return new Set(marks.filter((each) => typeof each !== 'function')).size <= 1
}

/** What to do if they do not. */
export const joinedAdvice: string = `${joinedNames.map((name) => `\`${name}\``).join(', ')} read each other's rows, so use those of one \
adapter, or start your own store from \`...storage.users\`; \`sessions\` and \`facts\` can come from another adapter`
