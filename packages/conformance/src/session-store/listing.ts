import assert from 'node:assert/strict'
import type { SessionStore } from '@kith/core/ports'
import type { Case } from '../case.ts'
import { race } from '../race.ts'
import { later, nextId, sampleSession } from '../records.ts'

const page = { limit: 10, before: null }

/** What `list` and `purgeEnded` promise. */
export const listingCases: readonly Case<SessionStore>[] = [
  {
    id: 'sessions/list',
    title: 'list returns the sessions of a user, newest id first',
    async run(sessions) {
      const userId = nextId()
      const [first, second, third] = [
        sampleSession({ userId, createdAt: later(3000) }),
        sampleSession({ userId, createdAt: later(2000), generation: 2 }),
        sampleSession({ userId, createdAt: later(1000) }),
      ]
      for (const session of [second, sampleSession(), third, first]) await sessions.open(session, 1_000)
      assert.deepEqual(await sessions.list(userId, later(), page), [third, second, first])
      assert.deepEqual(await sessions.list(nextId(), later(), page), [])
    },
  },
  {
    id: 'sessions/list-without-revoked',
    title: 'list leaves out revoked sessions',
    async run(sessions) {
      const live = sampleSession()
      const revoked = sampleSession({ userId: live.userId })
      for (const session of [live, revoked]) await sessions.open(session, 1_000)
      await sessions.revoke(revoked, later())
      assert.deepEqual(await sessions.list(live.userId, later(), page), [live])
    },
  },
  {
    id: 'sessions/list-until-expiry',
    title: 'list has a session until the millisecond before it expires',
    async run(sessions) {
      const session = sampleSession()
      await sessions.open(session, 1_000)
      const end = session.expiresAt.getTime()
      assert.deepEqual(await sessions.list(session.userId, new Date(end - 1), page), [session])
      assert.deepEqual(await sessions.list(session.userId, new Date(end), page), [])
    },
  },
  {
    id: 'sessions/list-page',
    title: 'list returns at most `limit` and continues before an id, which itself may no longer exist',
    async run(sessions) {
      const userId = nextId()
      const all = Array.from({ length: 5 }, () => sampleSession({ userId }))
      const gap = nextId()
      all.push(sampleSession({ userId }))
      for (const session of all) await sessions.open(session, 1_000)
      const ids = async (limit: number, before: string | null): Promise<number[]> => {
        const rows = await sessions.list(userId, later(), { limit, before })
        return rows.map(({ id }) => all.findIndex((session) => session.id === id))
      }
      assert.deepEqual(await ids(2, null), [5, 4])
      assert.deepEqual(await ids(2, all[4]?.id ?? ''), [3, 2])
      assert.deepEqual(await ids(10, all[2]?.id ?? ''), [1, 0])
      assert.deepEqual(await ids(2, gap), [4, 3])
      assert.deepEqual(await ids(2, all[0]?.id ?? ''), [])
    },
  },
  {
    id: 'sessions/purge-ended',
    title: 'purgeEnded removes sessions that ended at or before the time, and no other',
    async run(sessions) {
      const [expiring, revoked, live] = [
        sampleSession({ expiresAt: later(5000) }),
        sampleSession({ revokedAt: later(7000) }),
        sampleSession(),
      ]
      for (const session of [expiring, revoked, live]) await sessions.open(session, 1_000)
      assert.equal(await sessions.purgeEnded(later(4999), 10), 0)
      assert.equal(await sessions.purgeEnded(later(5000), 10), 1)
      assert.equal(await sessions.byId(expiring.id), null)
      assert.equal(await sessions.purgeEnded(later(6999), 10), 0)
      assert.deepEqual(await sessions.byId(revoked.id), revoked)
      assert.equal(await sessions.purgeEnded(later(7000), 10), 1)
      assert.equal(await sessions.byId(revoked.id), null)
      assert.deepEqual(await sessions.byId(live.id), live)
    },
  },
  {
    id: 'sessions/purge-ended-limit',
    title: 'purgeEnded removes at most `limit` and returns how many',
    async run(sessions) {
      const ended = Array.from({ length: 5 }, () => sampleSession({ expiresAt: later(1000) }))
      for (const session of ended) await sessions.open(session, 1_000)
      for (const expected of [2, 2, 1, 0]) {
        assert.equal(await sessions.purgeEnded(later(1000), 2), expected)
      }
      for (const { id } of ended) assert.equal(await sessions.byId(id), null)
    },
  },
  {
    id: 'sessions/parallel-purges',
    title: 'parallel purgeEnded calls together count each removed session once',
    async run(sessions) {
      const ended = Array.from({ length: 20 }, () => sampleSession({ expiresAt: later(1000) }))
      for (const session of ended) await sessions.open(session, 1_000)
      const counts = await race(20, () => sessions.purgeEnded(later(1000), 20))
      assert.equal(
        counts.reduce((sum, count) => sum + count, 0),
        20,
      )
    },
  },
]
