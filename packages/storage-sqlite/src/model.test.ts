import { edgeKinds, isKithError, type Storage } from '@kith/core'
import { createMemoryStorage } from '@kith/core/memory'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { sampleMeasures, sampleMedia, samplePost, sampleSession, sampleUser } from '../test/samples.ts'
import type { Call } from '../test/store-workers.ts'
import { createSqliteStorage } from './index.ts'

// Few names and few moments, so that calls meet each other.
const idOf = (n: number) => `01900000-0000-7000-8000-${String(n).padStart(12, '0')}`
const id = fc.nat({ max: 5 }).map(idOf)
const name = fc.constantFrom('a', 'A', 'b', '', "'", '💥')
const moment = fc.nat({ max: 12 }).map((millis) => new Date(millis))
// SQLite keeps 1970 for what was never purged.
const again = fc.integer({ min: 1, max: 12 }).map((millis) => new Date(millis))
const limit = fc.integer({ min: 1, max: 4 })
const userId = fc.constantFrom('u1', 'u2')
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
const session = fc
  .record({ id, userId, createdAt: moment, rotatedAt: moment, expiresAt: moment, address: fc.option(name) })
  .map((fields) => sampleSession(fields))
const rotation = fc.record({
  id,
  generation: fc.nat({ max: 2 }),
  now: moment,
  expiresAt: moment,
  address: fc.option(name),
})

const keyset = fc.record({ limit, before: fc.option(id) })
const kind = fc.constantFrom(...edgeKinds)
const edge = fc.record({ id, kind, from: id, to: id }).filter(({ from, to }) => from !== to)
const side = fc.record({ kind, side: fc.constantFrom('out', 'in'), node: id })
const ids = fc.uniqueArray(id)
// Which of several edges or posts a step takes is not promised, so it takes all of them.
const everything = fc.constant(1000)
const ownerId = fc.constantFrom(idOf(1), idOf(2))
const post = fc
  .record({ id, authorId: ownerId, caption: name, createdAt: moment })
  .map((fields) => samplePost(fields))
const postMedia = fc.uniqueArray(fc.record({ id, alt: name }), { selector: (item) => item.id, maxLength: 2 })
const medium = fc.record({ id, ownerId, createdAt: moment }).map((fields) => sampleMedia(fields))
const measures = fc.constant(sampleMeasures)
const use = fc.constantFrom('avatar', 'cover')

const calls: Record<'users' | 'sessions' | 'edges' | 'posts', fc.Arbitrary<Call>> = {
  users: fc.oneof(
    call('users', 'create', user),
    call('users', 'byId', id),
    call('users', 'byIds', ids),
    call('users', 'bannedIds', keyset),
    call('users', 'byLogin', fc.oneof(fc.record({ username: name }), fc.record({ email: name }))),
    call('users', 'update', id, changes),
    call('users', 'replacePassword', id, fc.option(name), name),
    call('users', 'markDeleted', id, moment),
    call('users', 'toPurge', moment, limit),
    call('users', 'purge', id, fc.option(again)),
  ),
  sessions: fc.oneof(
    call('sessions', 'open', session),
    call('sessions', 'byId', id),
    call('sessions', 'rotate', rotation),
    call('sessions', 'revoke', fc.record({ id, userId }), moment),
    call('sessions', 'revokeAll', userId, moment, fc.option(id)),
    call('sessions', 'list', userId, moment, fc.record({ limit, before: fc.option(id) })),
    // Which of several ended sessions go first is not promised, so all of them go.
    call('sessions', 'purgeEnded', moment, fc.constant(100)),
  ),
  edges: fc.oneof(
    { weight: 4, arbitrary: call('edges', 'add', edge) },
    call('edges', 'remove', edge),
    call('edges', 'list', side, fc.record({ limit, before: fc.option(fc.nat({ max: 80 }).map(idOf)) })),
    call('edges', 'among', side, ids),
    call('edges', 'counts', kind, ids),
    call('edges', 'setHidden', id, fc.boolean(), everything),
    call('edges', 'hiddenNodes', keyset),
    call('edges', 'drop', id, everything),
  ),
  posts: fc.oneof(
    { weight: 3, arbitrary: call('posts', 'create', post, postMedia) },
    call('posts', 'byIds', ids),
    call('posts', 'edit', id, name, moment),
    call('posts', 'remove', id),
    call('posts', 'removeAll', ownerId, everything),
    call('posts', 'byAuthor', ownerId, keyset),
    call('posts', 'counts', ids),
    call('posts', 'toPurge', moment, limit),
    call('posts', 'purge', id, fc.option(again)),
    { weight: 3, arbitrary: call('media', 'reserve', medium) },
    { weight: 4, arbitrary: call('media', 'ready', id, measures) },
    call('media', 'byIds', ids),
    call('media', 'byOwner', ownerId, keyset),
    call('media', 'bySubjects', fc.constantFrom('post', 'avatar', 'cover'), ids),
    call('media', 'attach', id, ownerId, use),
    call('media', 'detach', use, ownerId),
    call('media', 'releaseAll', ownerId),
    call('media', 'sweep', moment, everything),
    call('media', 'forget', id),
  ),
}

function call(
  ...[port, verb, ...values]: [Call['port'], string, ...fc.Arbitrary<unknown>[]]
): fc.Arbitrary<Call> {
  return fc.tuple(...values).map((values) => ({ port, verb, values }))
}

/** Edges sort by their ids, so each gets one of its own. */
function withFreshIds(history: Call[]): Call[] {
  return history.map((each, index) =>
    each.verb === 'add' ? { ...each, values: [{ ...(each.values[0] as object), id: idOf(index) }] } : each,
  )
}

/** Verbs whose answers come in any order. */
const unordered = ['revokeAll', 'among', 'byIds', 'bySubjects']

async function answerOf(storage: Storage, { port, verb, values }: Call): Promise<unknown> {
  const verbs = storage[port as 'users'] as unknown as Record<
    string,
    (...values: unknown[]) => Promise<unknown>
  >
  try {
    const answer = await verbs[verb]?.(...values)
    const sorted = Array.isArray(answer) && unordered.includes(verb)
    return sorted ? answer.map((item) => JSON.stringify(item)).sort() : answer
  } catch (error) {
    if (isKithError(error)) return error.code
    throw error
  }
}

test.each(['users', 'sessions', 'edges', 'posts'] as const)(
  'any history of %s gives the answers of the memory reference',
  async (port) => {
    const histories = fc.array(calls[port], { minLength: 30, maxLength: 80 }).map(withFreshIds)
    const property = fc.asyncProperty(histories, async (history) => {
      const memory = createMemoryStorage()
      const sqlite = createSqliteStorage({ path: ':memory:' })
      await sqlite.migrate()
      for (const each of history) expect(await answerOf(sqlite, each)).toEqual(await answerOf(memory, each))
      await sqlite.close()
    })
    await fc.assert(property, { numRuns: 300 })
  },
)
