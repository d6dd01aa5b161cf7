import type { SessionRecord, SessionStore } from '@kith/core/ports'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { sampleRow, sampleSession } from '../../../test/kit-samples.ts'
import { describeWithMongo } from '../../../test/servers/describe-servers.ts'
import { createMongoStorage } from '../src/index.ts'
import { timeoutMillis } from './emptied-storage.ts'
import { type SentCommand, type WatchedClient, watchCommands } from './sent-commands.ts'

const latest = { limit: 10, before: null }
const countOf = (sent: readonly SentCommand[], name: string): number =>
  sent.filter((command) => command.name === name).length

await describeWithMongo('the session store', { topology: 'replica-set' }, (mongo) => {
  let watched: WatchedClient
  let sessions: SessionStore
  beforeAll(async () => {
    watched = await watchCommands(mongo().uri)
    const database = mongo().freshDatabase()
    const storage = createMongoStorage({ client: watched.client, database, timeoutMillis })
    await storage.migrate()
    sessions = storage.sessions
  })
  afterAll(() => watched.client.close())

  async function opened(fields: Partial<SessionRecord> = {}): Promise<SessionRecord> {
    const session = sampleSession(fields)
    await sessions.open(session, 100)
    return session
  }

  test('sends the name of each call with its commands, for the logs of the server', async () => {
    const session = sampleSession()
    const { id, userId, generation, createdAt: at, expiresAt } = session
    const used = { address: null, userAgent: null }
    const calls: Record<keyof SessionStore, () => Promise<unknown>> = {
      open: () => sessions.open(session, 5),
      byId: () => sessions.byId(id),
      rotate: () => sessions.rotate({ id, generation, boundKey: null, now: at, expiresAt, ...used }),
      bind: () => sessions.bind({ id, userId, key: 'key', now: at }),
      revoke: () => sessions.revoke({ id, userId }, at),
      revokeAll: () => sessions.revokeAll(userId, at, null),
      list: () => sessions.list(userId, at, latest),
      purgeEnded: () => sessions.purgeEnded(expiresAt, 10),
    }
    for (const [name, call] of Object.entries(calls)) {
      // Those that end a transaction have no name.
      const named = (await watched.during(call)).filter(({ verb }) => verb !== '')
      expect(new Set(named.map(({ verb }) => verb))).toEqual(new Set([`sessions.${name}`]))
    }
  })

  interface Change {
    verb: string
    /** Makes a change of a session of an account, whose rows are numbered for that account. */
    change(session: SessionRecord, key: string): Promise<unknown>
  }
  const changes: Change[] = [
    {
      verb: 'open',
      change: ({ userId }, key) =>
        sessions.open(sampleSession({ userId }), 100, () => [sampleRow('events', { key })]),
    },
    {
      verb: 'bind',
      change: ({ id, userId, createdAt }, key) =>
        sessions.bind({ id, userId, key: 'key', now: createdAt }, () => [sampleRow('events', { key })]),
    },
    {
      verb: 'revoke',
      change: ({ id, userId, createdAt }, key) =>
        sessions.revoke({ id, userId }, createdAt, () => [sampleRow('events', { key })]),
    },
    {
      verb: 'revokeAll',
      change: ({ userId, createdAt }, key) =>
        sessions.revokeAll(userId, createdAt, null, () => [sampleRow('events', { key })]),
    },
  ]

  test.each(changes)(
    'concurrent calls of $verb with rows take turns: their transactions would end each other',
    async ({ change }) => {
      const { userId } = sampleSession()
      const all = await Promise.all(Array.from({ length: 6 }, () => opened({ userId })))
      const sent = await watched.during(() => Promise.all(all.map((session) => change(session, userId))))
      expect(countOf(sent, 'abortTransaction')).toBe(0)
    },
  )

  test('an id in use is an error of the host that says so', async () => {
    const session = await opened()
    const again = sessions.open(session, 100, () => [sampleRow('events')])
    await expect(again).rejects.toMatchObject({
      code: 'storage-failed',
      detail: 'The id of the session is in use: every id must be new.',
    })
  })

  test('ending and purging read no more than ids, and a purge without ended sessions removes nothing', async () => {
    const { userId, createdAt: at } = await opened()
    const ending = await watched.during(() => sessions.revokeAll(userId, at, null))
    const purging = await watched.during(() => sessions.purgeEnded(at, 100))
    for (const sent of [ending, purging])
      expect(sent.find(({ name }) => name === 'find')?.command['projection']).toEqual({ _id: 1 })
    const nothing = await watched.during(() => sessions.purgeEnded(new Date(0), 100))
    expect(countOf(nothing, 'delete')).toBe(0)
  })

  test('asks the server for an order, whatever index it chooses', async () => {
    const { userId, createdAt: at } = await opened()
    const listing = await watched.during(() => sessions.list(userId, at, latest))
    const purging = await watched.during(() => sessions.purgeEnded(new Date(0), 100))
    const orderOf = (sent: readonly SentCommand[]): unknown =>
      sent.find(({ name }) => name === 'find')?.command['sort']
    expect(orderOf(listing)).toEqual(new Map([['_id', -1]]))
    expect(orderOf(purging)).toEqual(new Map([['endsAt', 1]]))
  })
})
