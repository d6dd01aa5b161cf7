import assert from 'node:assert/strict'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { SessionStore } from '@kith/core/ports'
import type { Case } from '../case.ts'
import { race, repeat } from '../race.ts'
import { later, nextId, sampleSession } from '../records.ts'
import { stepOf } from './rotation.ts'

/** What `revoke` and `revokeAll` promise. */
export const revocationCases: readonly Case<SessionStore>[] = [
  {
    id: 'sessions/revoke',
    title: 'revoke ends a live session once and keeps the time of the first call',
    async run(sessions) {
      const session = sampleSession()
      await sessions.open(session, 1_000)
      assert.equal(await sessions.revoke(session, later(1000)), true)
      assert.equal(await sessions.revoke(session, later(2000)), false)
      assert.deepEqual(await sessions.byId(session.id), { ...session, revokedAt: later(1000) })
    },
  },
  {
    id: 'sessions/revoke-unknown',
    title: 'revoke of an unknown session returns false',
    async run(sessions) {
      assert.equal(await sessions.revoke({ id: nextId(), userId: nextId() }, later()), false)
    },
  },
  {
    id: 'sessions/revoke-other-user',
    title: "revoke leaves another user's session alone",
    async run(sessions) {
      const session = sampleSession()
      await sessions.open(session, 1_000)
      assert.equal(await sessions.revoke({ id: session.id, userId: nextId() }, later(1000)), false)
      assert.deepEqual(await sessions.byId(session.id), session)
    },
  },
  {
    id: 'sessions/revoke-expired',
    title: 'revoke of a session that has expired by then returns false',
    async run(sessions) {
      const [early, late] = [sampleSession(), sampleSession()]
      for (const session of [early, late]) await sessions.open(session, 1_000)
      const end = early.expiresAt.getTime()
      assert.equal(await sessions.revoke(early, new Date(end - 1)), true)
      assert.equal(await sessions.revoke(late, new Date(end)), false)
    },
  },
  {
    id: 'sessions/parallel-revokes',
    title: 'of 20 parallel revocations of one session exactly one returns true',
    async run(sessions) {
      await repeat(3, async () => {
        const session = sampleSession()
        await sessions.open(session, 1_000)
        const answers = await race(20, (index) => sessions.revoke(session, later(index)))
        assert.equal(answers.filter(Boolean).length, 1)
        const { revokedAt } = (await sessions.byId(session.id)) ?? {}
        assert.deepEqual(revokedAt, later(answers.indexOf(true)), 'the row carries the time of the winner')
      })
    },
  },
  {
    // asvs: 7.4.1
    id: 'sessions/rotate-revoked',
    title: 'a revoked session cannot be rotated',
    async run(sessions) {
      const session = sampleSession()
      await sessions.open(session, 1_000)
      await sessions.revoke(session, later(1000))
      const revoked = { ...session, revokedAt: later(1000) }
      assert.deepEqual(await sessions.rotate(stepOf(session)), { rotated: false, session: revoked })
      assert.deepEqual(await sessions.byId(session.id), revoked)
    },
  },
  {
    id: 'sessions/rotate-revoke-race',
    title: 'a session that is rotated and revoked concurrently ends revoked, whichever came first',
    async run(sessions) {
      await repeat(20, async (round) => {
        const session = sampleSession()
        await sessions.open(session, 1_000)
        const revoke = (): Promise<boolean> => sessions.revoke(session, later(1000))
        const revokeAll = async (): Promise<boolean> =>
          (await sessions.revokeAll(session.userId, later(1000), null)).includes(session.id)
        const rotations = (): Promise<unknown> => race(5, () => sessions.rotate(stepOf(session)))
        const ending = round % 4 < 2 ? revoke : revokeAll
        const [, ended] =
          round % 2 ? await Promise.all([rotations(), ending()]) : await endFirst(ending, rotations)
        assert.equal(ended, true, 'the session was live until this call')
        const now = await sessions.byId(session.id)
        assert.deepEqual(now?.revokedAt, later(1000), 'no rotation undoes a revocation')
        assert.equal((await sessions.rotate(stepOf(now))).rotated, false)
      })
    },
  },
  {
    id: 'sessions/revoke-all-but-one',
    title: 'revokeAll ends the live sessions of a user but one, and names those it ended',
    async run(sessions) {
      const userId = nextId()
      const expiresAt = later(1000)
      const [kept, first, second, revoked, expired] = [
        sampleSession({ userId }),
        sampleSession({ userId }),
        sampleSession({ userId }),
        sampleSession({ userId, revokedAt: later(500) }),
        sampleSession({ userId, expiresAt }),
      ]
      const others = sampleSession()
      for (const session of [kept, first, second, revoked, expired, others])
        await sessions.open(session, 1_000)
      const ended = await sessions.revokeAll(userId, expiresAt, kept.id)
      assert.deepEqual([...ended].sort(), [first.id, second.id])
      for (const session of [first, second]) {
        assert.deepEqual(await sessions.byId(session.id), { ...session, revokedAt: expiresAt })
      }
      for (const session of [kept, revoked, expired, others]) {
        assert.deepEqual(await sessions.byId(session.id), session)
      }
    },
  },
  {
    id: 'sessions/revoke-all',
    title: 'revokeAll without an exception ends every live session of the user',
    async run(sessions) {
      const userId = nextId()
      const all = Array.from({ length: 30 }, () => sampleSession({ userId }))
      for (const session of all) await sessions.open(session, 1_000)
      const ended = await sessions.revokeAll(userId, later(1000), null)
      assert.deepEqual(
        [...ended].sort(),
        all.map(({ id }) => id),
      )
      assert.deepEqual(await sessions.revokeAll(userId, later(2000), null), [])
      assert.deepEqual(await sessions.revokeAll(nextId(), later(2000), null), [])
    },
  },
  {
    id: 'sessions/revoke-all-race',
    title: 'of parallel revokeAll and revoke calls exactly one claims each session',
    async run(sessions) {
      await repeat(5, async () => {
        const userId = nextId()
        const all = Array.from({ length: 5 }, () => sampleSession({ userId }))
        for (const session of all) await sessions.open(session, 1_000)
        const claims = await race(20, async (index) => {
          if (index % 4) return sessions.revokeAll(userId, later(1000), null)
          const session = all[index / 4]
          return session && (await sessions.revoke(session, later(1000))) ? [session.id] : []
        })
        assert.deepEqual(
          claims.flat().sort(),
          all.map(({ id }) => id),
        )
      })
    },
  },
  {
    id: 'sessions/revoke-all-open-race',
    title: 'revokeAll while sessions are opened names exactly those that it ended',
    async run(sessions) {
      await repeat(5, async () => {
        const userId = nextId()
        const all = Array.from({ length: 20 }, () => sampleSession({ userId }))
        const [first, ...rest] = all
        if (first) await sessions.open(first, 1_000)
        const [ended] = await Promise.all([
          sessions.revokeAll(userId, later(1000), null),
          ...rest.map(async (session, index) => {
            // Spread over the time that the call may take.
            for (let turn = 0; turn < index >> 2; turn++) await nextTurn()
            await sessions.open(session, 1_000)
          }),
        ])
        const now = await Promise.all(all.map(({ id }) => sessions.byId(id)))
        const revoked = now.flatMap((session) => (session?.revokedAt ? [session.id] : []))
        assert.deepEqual([...ended].sort(), revoked)
        assert.ok(now[0]?.revokedAt, 'a session that was open before the call is ended by it')
        assert.ok(now.every(Boolean), 'every session that was opened is there')
      })
    },
  },
]

async function endFirst(
  ending: () => Promise<boolean>,
  rotations: () => Promise<unknown>,
): Promise<[unknown, boolean]> {
  const [ended, rotated] = await Promise.all([ending(), rotations()])
  return [rotated, ended]
}
