import { deepStrictEqual } from 'node:assert/strict'
import { isKithError } from '@kith/core'
import { edgeKinds, type RecountResult, type Storage } from '@kith/core/ports'
import { createMemoryStorage } from '@kith/core/memory'
import fc from 'fast-check'
import { ban, type Call, call, everything, id, idOf, moment, name, ownerId, people } from './history-calls.ts'
import { sampleMeasures, sampleMedia, samplePost, sampleSession, sampleUser } from './kit-samples.ts'
import { codeCalls, credentialBeginnings, credentialCalls } from './ways-histories.ts'

// Posts and accounts have different ids.
const writings = [200, 201, 202, 203, 204, 205].map(idOf)
const writing = fc.constantFrom(...writings)
const node = fc.oneof(id, writing)
const limit = fc.integer({ min: 1, max: 4 })
const userId = fc.constantFrom(idOf(91), idOf(92))
const profile = fc.record({
  username: fc.option(name),
  email: fc.option(name),
  emailVerifiedAt: fc.option(moment),
  phone: fc.option(name),
  phoneVerifiedAt: fc.option(moment),
  name,
  bio: name,
  bannedAt: fc.option(moment),
})
const user = fc
  .record({ id, profile, passwordHash: fc.option(name) })
  .map(({ profile, ...fields }) => sampleUser({ ...profile, ...fields, createdAt: new Date(1) }))
const changes = profile
  .chain((all) => fc.subarray(Object.entries(all)))
  .map((some) => Object.fromEntries(some))
const verified = fc.option(moment, { freq: 2 })
const expected = fc.record({ emailVerifiedAt: verified, phoneVerifiedAt: verified }, { requiredKeys: [] })
const givenUp = fc.record(
  { username: fc.constant(null), email: fc.constant(null), mayLackLogin: fc.boolean() },
  { requiredKeys: ['mayLackLogin'] },
)
const methods = fc.constantFrom<string[]>([], ['pwd'], ['pwd', 'otp'])
const times = { createdAt: moment, rotatedAt: moment, expiresAt: moment, provedAt: moment }
const boundKey = fc.option(fc.constantFrom('key-1', 'key-2'), { freq: 2 })
const session = fc
  .record({ id, userId, ...times, address: fc.option(name), methods, boundKey })
  .map((fields) => sampleSession(fields))
const rotation = fc.record({
  id,
  generation: fc.nat({ max: 2 }),
  boundKey,
  now: moment,
  expiresAt: moment,
  address: fc.option(name),
  userAgent: fc.option(name),
  methods: fc.option(methods, { nil: undefined }),
})

const keyset = fc.record({ limit, before: fc.option(id) })
// Edges, and the posts of a feed, get ids from their position in the history.
const placeKeyset = fc.record({ limit, before: fc.option(fc.nat({ max: 80 }).map(idOf)) })
const kind = fc.constantFrom(...edgeKinds)
const follow = fc
  .record({ id, kind: fc.constant('follow' as const), from: id, to: id })
  .filter(({ from, to }) => from !== to)
const namedFollow = fc.record({ id, from: id, username: id.map((each) => `name-${each}`) })
const mark = fc.record({ id, kind: fc.constantFrom('like', 'save'), from: id, to: writing })
const edge = fc.oneof({ weight: 1, arbitrary: follow }, { weight: 2, arbitrary: mark })
const side = fc.record({ kind, side: fc.constantFrom('out', 'in'), node })
const ids = fc.uniqueArray(id)
const nodes = fc.uniqueArray(node)
const post = (authorId: fc.Arbitrary<string>) =>
  fc.record({ id, authorId, caption: name, createdAt: moment }).map((fields) => samplePost(fields))
const postMedia = fc.uniqueArray(fc.record({ id, alt: name }), { selector: (item) => item.id, maxLength: 2 })
const medium = fc.record({ id, ownerId, createdAt: moment }).map((fields) => sampleMedia(fields))
const measures = fc.constant(sampleMeasures)
const use = fc.constantFrom('avatar', 'cover')

/** The subjects of a history. */
export const themes = ['users', 'sessions', 'edges', 'posts', 'feed', 'codes', 'credentials'] as const

type Theme = (typeof themes)[number]

const calls: Readonly<Record<Theme, fc.Arbitrary<Call>>> = {
  users: fc.oneof(
    call('users', 'create', user),
    call('users', 'byId', id),
    call('users', 'byIds', ids),
    call('users', 'bannedIds', keyset),
    call('users', 'byLogin', fc.oneof(fc.record({ username: name }), fc.record({ email: name }))),
    call('users', 'update', id, changes),
    call('users', 'update', id, fc.record({ bio: name, expected })),
    call('users', 'update', id, givenUp),
    call('users', 'replacePassword', id, fc.option(name), name),
    call('users', 'upgradeHash', id, fc.option(name), name),
    call('users', 'markDeleted', id, moment),
    call('users', 'toPurge', limit),
    call('users', 'purge', id),
  ),
  sessions: fc.oneof(
    call('sessions', 'open', session, fc.integer({ min: 1, max: 3 })),
    call('sessions', 'byId', id),
    call('sessions', 'rotate', rotation),
    call('sessions', 'bind', fc.record({ id, userId, key: fc.constantFrom('key-1', 'key-2'), now: moment })),
    call('sessions', 'revoke', fc.record({ id, userId }), moment),
    call('sessions', 'revokeAll', userId, moment, fc.option(id)),
    call('sessions', 'list', userId, moment, keyset),
    // The order in which several ended sessions are removed is not specified, so all of them are.
    call('sessions', 'purgeEnded', moment, fc.constant(100)),
  ),
  edges: fc.oneof(
    { weight: 12, arbitrary: call('edges', 'add', edge) },
    { weight: 4, arbitrary: call('edges', 'follow', namedFollow) },
    { weight: 3, arbitrary: call('edges', 'remove', edge) },
    { weight: 3, arbitrary: call('edges', 'list', side, placeKeyset) },
    { weight: 3, arbitrary: call('edges', 'among', side, nodes) },
    { weight: 3, arbitrary: call('edges', 'counts', kind, nodes) },
    { weight: 3, arbitrary: call('edges', 'setHidden', id, fc.boolean(), everything) },
    { weight: 3, arbitrary: call('edges', 'hiddenNodes', keyset) },
    { weight: 2, arbitrary: call('edges', 'drop', node, everything) },
    { weight: 2, arbitrary: call('users', 'update', id, ban) },
    call('users', 'markDeleted', id, moment),
    call('posts', 'remove', writing),
  ),
  posts: fc.oneof(
    { weight: 3, arbitrary: call('posts', 'create', post(ownerId), postMedia) },
    call('posts', 'byIds', ids),
    call('posts', 'edit', id, fc.record({ caption: name, editedAt: moment })),
    call('posts', 'remove', id),
    call('posts', 'removeAll', ownerId, everything),
    call('posts', 'byAuthor', ownerId, keyset),
    call('posts', 'counts', ids),
    call('posts', 'toPurge', limit),
    call('posts', 'purge', id),
    call('users', 'update', ownerId, ban),
    { weight: 3, arbitrary: call('media', 'reserve', medium) },
    { weight: 4, arbitrary: call('media', 'ready', id, measures) },
    call('media', 'byIds', ids),
    call('media', 'byOwner', ownerId, keyset),
    call('media', 'bySubjects', fc.constantFrom('post', 'avatar', 'cover'), ids),
    call('media', 'attach', id, ownerId, use),
    call('media', 'detach', use, ownerId),
    call('media', 'releaseAll', ownerId, everything),
    call('media', 'sweep', moment, everything),
    call('media', 'forget', id),
  ),
  codes: codeCalls,
  credentials: credentialCalls,
  feed: fc.oneof(
    { weight: 5, arbitrary: call('posts', 'create', post(id), fc.constant([])) },
    { weight: 4, arbitrary: call('edges', 'add', follow) },
    { weight: 4, arbitrary: call('feed', 'home', id, placeKeyset) },
    call('edges', 'remove', follow),
    call('edges', 'setHidden', id, fc.boolean(), everything),
    call('edges', 'drop', id, everything),
    call('posts', 'remove', fc.nat({ max: 80 }).map(idOf)),
    call('posts', 'removeAll', id, everything),
    call('users', 'update', id, ban),
    call('users', 'markDeleted', id, moment),
  ),
}

const births: Call[] = people.map((id) => {
  const values = [sampleUser({ id, username: `name-${id}`, bannedAt: null })]
  return { port: 'users', verb: 'create', values }
})

/** The first calls: accounts exist, and edges lead to accounts or posts. */
const beginnings: Readonly<Record<Theme, Call[]>> = {
  users: [],
  sessions: [],
  edges: [
    ...births,
    ...writings.map((id): Call => {
      const values = [samplePost({ id, authorId: people[0] ?? '' }), []]
      return { port: 'posts', verb: 'create', values }
    }),
  ],
  posts: births,
  feed: births,
  codes: [],
  credentials: credentialBeginnings,
}

/** The last calls: whatever happened, no count is wrong. */
const endings: readonly Call[] = (['edges', 'posts'] as const).map((port) => {
  return { port, verb: 'recount', values: [null, 1000] }
})

/** Edges and credentials are sorted by id, and so are the posts of a feed: each gets a distinct one. */
function withFreshIds(theme: Theme, history: Call[]): Call[] {
  return history.map((each, index) => {
    const isFresh = ['add', 'follow'].includes(each.verb) || (theme === 'feed' && each.verb === 'create')
    const [record, ...others] = each.values
    return isFresh ? { ...each, values: [{ ...(record as object), id: idOf(index) }, ...others] } : each
  })
}

/** A later sweep may return what an earlier one with a wider range has seen, so no range is narrower than before. */
function withGrowingSweeps(history: Call[]): Call[] {
  let latest = new Date(0)
  return history.map((each) => {
    if (each.verb !== 'sweep') return each
    const [before, ...others] = each.values
    if ((before as Date) > latest) latest = before as Date
    return { ...each, values: [latest, ...others] }
  })
}

/** Verbs whose results have no specified order. */
const unordered = ['open', 'revokeAll', 'removeAll', 'removeOf', 'among', 'byIds', 'bySubjects']

async function answerOf(storage: Storage, { port, verb, values }: Call): Promise<unknown> {
  const verbs = storage[port] as unknown as Record<string, (...values: unknown[]) => Promise<unknown>>
  try {
    const answer = await verbs[verb]?.(...values)
    // How many rows are compared is up to the storage.
    if (verb === 'recount') return (answer as RecountResult).differences
    const sorted = Array.isArray(answer) && unordered.includes(verb)
    return sorted ? answer.map((item) => JSON.stringify(item)).sort() : answer
  } catch (error) {
    if (isKithError(error)) return error.code
    throw error
  }
}

/** The number of histories: more of them find rarer failures, as in `KITH_HISTORIES=500`. A quick run plays a fifth. */
export function numberOfHistories(usually: number): number {
  const here = process.env['KITH_TEST_QUICK'] === '1' ? Math.ceil(usually / 5) : usually
  return Number(process.env['KITH_HISTORIES'] ?? here)
}

/**
 * Generates random histories and asserts for each that a storage returns the results of the memory reference. `play` provides
 * an empty storage. A failure contains the seed.
 */
export async function demandAnswersOfMemory(
  theme: Theme,
  histories: number,
  play: (compare: (storage: Storage) => Promise<void>) => Promise<void>,
): Promise<void> {
  const history = fc
    .array(calls[theme], { minLength: 30, maxLength: 80 })
    .map((middle) => [...beginnings[theme], ...withGrowingSweeps(withFreshIds(theme, middle)), ...endings])
  const property = fc.asyncProperty(history, (all) =>
    play(async (ours) => {
      const memory = createMemoryStorage()
      for (const each of all) {
        const [is, shouldBe] = [await answerOf(ours, each), await answerOf(memory, each)]
        deepStrictEqual(is, shouldBe, `${each.port}.${each.verb}`)
      }
    }),
  )
  await fc.assert(property, { numRuns: histories })
}
