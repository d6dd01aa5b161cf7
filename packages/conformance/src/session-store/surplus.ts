import assert from 'node:assert/strict'
import type { SessionRecord, SessionStore } from '@kith/core/ports'
import type { Case } from '../case.ts'
import { race, repeat } from '../race.ts'
import { later, nextId, sampleSession } from '../records.ts'
import { stepOf } from './rotation.ts'

/** What `open` promises about excess sessions. */
export const surplusCases: readonly Case<SessionStore>[] = [
  {
    id: 'sessions/surplus-oldest',
    title: 'open ends the least recently used one past `maxLive`, and names it',
    async run(sessions) {
      const [first, second, third, fourth] = sessionsOf(nextId(), 4)
      for (const session of [first, second, third])
        assert.deepEqual(await sessions.open(session, 3), [], 'as many as may live')
      // Used just now, so the second is the least recently used one.
      await sessions.rotate(stepOf(first))
      assert.deepEqual(await sessions.open(fourth, 3), [second.id])
      assert.deepEqual(await sessions.byId(second.id), { ...second, revokedAt: fourth.createdAt })
      const live = await sessions.list(first.userId, later(4), { limit: 10, before: null })
      assert.deepEqual(
        live.map(({ id }) => id),
        [fourth.id, third.id, first.id],
      )
    },
  },
  {
    id: 'sessions/surplus-many',
    title: 'open ends as many as exceed the limit, and of the same time those with the lowest ids',
    async run(sessions) {
      const userId = nextId()
      const all = Array.from({ length: 5 }, () => sampleSession({ userId }))
      // The insertion order does not matter.
      for (const session of all.slice(0, 4).reverse()) await sessions.open(session, 10)
      const last = all.at(-1) ?? sampleSession()
      const ended = await sessions.open(last, 2)
      assert.deepEqual([...ended].sort(), idsOf(all.slice(0, 3)))
      const live = await sessions.list(userId, later(), { limit: 10, before: null })
      assert.deepEqual(idsOf(live), idsOf(all.slice(3)))
    },
  },
  {
    id: 'sessions/surplus-own-live',
    title: 'open counts neither ended sessions nor those of others, and leaves them as they are',
    async run(sessions) {
      const userId = nextId()
      const [revoked, expired, other, first, second] = [
        sampleSession({ userId, revokedAt: later(-500) }),
        sampleSession({ userId, createdAt: later(-9_000), rotatedAt: later(-9_000), expiresAt: later() }),
        sampleSession(),
        sampleSession({ userId }),
        sampleSession({ userId }),
      ]
      for (const session of [revoked, expired, other, first]) await sessions.open(session, 10)
      assert.deepEqual(await sessions.open(second, 2), [])
      for (const session of [revoked, expired, other, first, second])
        assert.deepEqual(await sessions.byId(session.id), session)
    },
  },
  {
    id: 'sessions/parallel-surplus',
    title: 'of 12 that are opened concurrently the most recent 3 stay, and each of the others is named once',
    async run(sessions) {
      await repeat(5, async () => {
        const userId = nextId()
        const before = sampleSession({ userId })
        await sessions.open(before, 3)
        const all = sessionsOf(userId, 12)
        const named = (await race(12, (index) => sessions.open(all[index] ?? before, 3))).flat()
        const live = await sessions.list(userId, later(12), { limit: 100, before: null })
        assert.deepEqual(idsOf(live), idsOf(all.slice(9)))
        assert.deepEqual(named.sort(), idsOf([before, ...all.slice(0, 9)]))
      })
    },
  },
]

/** Sessions of a user, each used a millisecond after the previous one. */
function sessionsOf<Count extends number>(userId: string, count: Count): Sessions<Count> {
  return Array.from({ length: count }, (_, index) =>
    sampleSession({ userId, createdAt: later(index + 1), rotatedAt: later(index + 1) }),
  ) as SessionRecord[] as Sessions<Count>
}

type Sessions<Count extends number> = Count extends 4
  ? [SessionRecord, SessionRecord, SessionRecord, SessionRecord]
  : SessionRecord[]

function idsOf(sessions: readonly SessionRecord[]): string[] {
  return sessions.map(({ id }) => id).sort()
}
