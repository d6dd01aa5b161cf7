import { createMemoryStorage } from '@kith/core/memory'
import type { Storage } from '@kith/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { sampleSession, sampleUser } from '../test/samples.ts'
import type { Call } from '../test/store-workers.ts'
import { createSqliteStorage } from './index.ts'

// Few names and few moments, so that calls meet each other.
const id = fc.nat({ max: 5 }).map((n) => `01900000-0000-7000-8000-00000000000${n}`)
const name = fc.constantFrom('a', 'A', 'b', '', "'", '💥')
const moment = fc.nat({ max: 12 }).map((millis) => new Date(millis))
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

const calls: Record<'users' | 'sessions', fc.Arbitrary<Call>> = {
  users: fc.oneof(
    call('users', 'create', user),
    call('users', 'byId', id),
    call('users', 'byLogin', fc.oneof(fc.record({ username: name }), fc.record({ email: name }))),
    call('users', 'update', id, changes),
    call('users', 'replacePassword', id, fc.option(name), name),
    call('users', 'markDeleted', id, moment),
    call('users', 'deletedIds', limit),
    call('users', 'purge', id),
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
}

function call(
  ...[port, verb, ...values]: [Call['port'], string, ...fc.Arbitrary<unknown>[]]
): fc.Arbitrary<Call> {
  return fc.tuple(...values).map((values) => ({ port, verb, values }))
}

/** What a second `create` or `open` with one id does is not promised. */
function withFreshIds(history: Call[]): Call[] {
  const used = new Set<unknown>()
  return history.filter(({ verb, values: [record] }) => {
    if (verb !== 'create' && verb !== 'open') return true
    const { id } = record as { id: string }
    return !used.has(id) && used.add(id)
  })
}

async function answerOf(storage: Storage, { port, verb, values }: Call): Promise<unknown> {
  const verbs = storage[port as 'users'] as unknown as Record<
    string,
    (...values: unknown[]) => Promise<unknown>
  >
  const answer = await verbs[verb]?.(...values)
  // The order in which ended sessions are named is not promised.
  return verb === 'revokeAll' && Array.isArray(answer) ? answer.sort() : answer
}

test.each(['users', 'sessions'] as const)(
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
