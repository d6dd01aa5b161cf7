import assert from 'node:assert/strict'
import type { Rotation, SessionRecord, SessionStore } from '@kith/core/ports'
import type { Case } from '../case.ts'
import { race, repeat } from '../race.ts'
import { difficultTexts, later, nextId, sampleSession } from '../records.ts'

const nextEnd = later(7_200_000)

/** A rotation by the holder of `session` a minute later. */
export function stepOf(session: SessionRecord, fields: Partial<Rotation> = {}): Rotation {
  return {
    id: session.id,
    generation: session.generation,
    boundKey: session.boundKey,
    now: later(60_000),
    expiresAt: nextEnd,
    address: null,
    userAgent: null,
    ...fields,
  }
}

/** What `open`, `byId` and `rotate` promise. */
export const rotationCases: readonly Case<SessionStore>[] = [
  {
    id: 'sessions/open',
    title: 'open saves every field unchanged',
    async run(sessions) {
      const ended = sampleSession({
        generation: 7,
        rotatedAt: later(1000),
        revokedAt: later(2000),
        methods: [],
        boundKey: '{"kty":"EC"}',
      })
      const bare = sampleSession({
        deviceName: null,
        address: null,
        userAgent: null,
        methods: ['otp', 'hwk', 'pwd'],
        actorId: null,
        actorSessionId: null,
      })
      const byHost = sampleSession({ actorSessionId: null })
      for (const session of [ended, bare, byHost]) {
        await sessions.open(session, 1_000)
        assert.deepEqual(await sessions.byId(session.id), session)
      }
    },
  },
  {
    id: 'sessions/texts',
    title: 'strings are returned unchanged',
    async run(sessions) {
      for (const text of difficultTexts) {
        const session = sampleSession({ deviceName: text, address: text, userAgent: text })
        await sessions.open(session, 1_000)
        assert.deepEqual(await sessions.byId(session.id), session)
      }
    },
  },
  {
    id: 'sessions/dates',
    title: 'dates keep their milliseconds',
    async run(sessions) {
      const dates = { createdAt: later(1), rotatedAt: later(123), expiresAt: later(3_600_999) }
      const session = sampleSession({ ...dates, revokedAt: later(2501), provedAt: later(77) })
      await sessions.open(session, 1_000)
      assert.deepEqual(await sessions.byId(session.id), session)
    },
  },
  {
    id: 'sessions/unknown',
    title: 'an unknown id is null, and cannot be rotated',
    async run(sessions) {
      await sessions.open(sampleSession(), 1_000)
      assert.equal(await sessions.byId(nextId()), null)
      assert.deepEqual(await sessions.rotate(stepOf(sampleSession())), { rotated: false, session: null })
    },
  },
  {
    id: 'sessions/by-id-ended',
    title: 'byId also returns ended sessions',
    async run(sessions) {
      const expired = sampleSession({
        createdAt: later(-2000),
        rotatedAt: later(-2000),
        expiresAt: later(-1000),
      })
      const revoked = sampleSession()
      for (const session of [expired, revoked]) await sessions.open(session, 1_000)
      await sessions.revoke(revoked, later(1000))
      assert.deepEqual(await sessions.byId(expired.id), expired)
      assert.deepEqual(await sessions.byId(revoked.id), { ...revoked, revokedAt: later(1000) })
    },
  },
  {
    id: 'sessions/rotate',
    title: 'rotate steps to the next generation and returns the row as it is now',
    async run(sessions) {
      let session = sampleSession()
      await sessions.open(session, 1_000)
      for (const address of ['198.51.100.7', '2001:db8::1']) {
        const userAgent = `Browser at ${address}`
        const step = stepOf(session, { address, userAgent })
        const generation = session.generation + 1
        session = { ...session, generation, rotatedAt: step.now, expiresAt: nextEnd, address, userAgent }
        assert.deepEqual(await sessions.rotate(step), { rotated: true, session })
        assert.deepEqual(await sessions.byId(session.id), session)
      }
    },
  },
  {
    id: 'sessions/rotate-keeps-client',
    title: 'rotate without an address or a user agent keeps the stored one',
    async run(sessions) {
      const session = sampleSession({ address: '192.0.2.1' })
      await sessions.open(session, 1_000)
      const { session: rotated } = await sessions.rotate(stepOf(session))
      assert.equal(rotated?.address, session.address)
      assert.equal(rotated?.userAgent, session.userAgent)
    },
  },
  {
    id: 'sessions/rotate-keeps-proof',
    title: 'rotate without methods keeps when and how the session was proved',
    async run(sessions) {
      const session = sampleSession({ provedAt: later(501), methods: ['pwd', 'otp'] })
      await sessions.open(session, 1_000)
      const { provedAt, methods } = session
      for (const [generation, fields] of [{}, { methods: undefined }].entries()) {
        const { rotated, session: stepped } = await sessions.rotate(
          stepOf(session, { generation, ...fields }),
        )
        assert.equal(rotated, true)
        assert.deepEqual([stepped.provedAt, stepped.methods], [provedAt, methods])
      }
      const stored = await sessions.byId(session.id)
      assert.deepEqual([stored?.provedAt, stored?.methods], [provedAt, methods])
    },
  },
  {
    id: 'sessions/rotate-proves',
    title: 'rotate with methods records when and how the session was proved, if it steps',
    async run(sessions) {
      const session = sampleSession()
      await sessions.open(session, 1_000)
      for (const [generation, methods] of [['hwk', 'user'], [], ['pwd']].entries()) {
        const now = later(60_001 + generation)
        const step = stepOf(session, { generation, now, methods })
        const { session: stepped } = await sessions.rotate(step)
        const { address, userAgent, expiresAt } = { ...session, expiresAt: nextEnd }
        const proved = { rotatedAt: now, provedAt: now, methods, address, userAgent, expiresAt }
        assert.deepEqual(stepped, { ...session, generation: generation + 1, ...proved })
        assert.deepEqual(await sessions.byId(session.id), stepped)
        const late = await sessions.rotate({ ...step, now: later(90_000), methods: ['otp'] })
        assert.deepEqual(late, { rotated: false, session: stepped })
        assert.deepEqual(await sessions.byId(session.id), stepped)
      }
    },
  },
  {
    id: 'sessions/rotate-other-generation',
    title: 'rotate from another generation changes nothing and returns the row',
    async run(sessions) {
      const session = sampleSession({ generation: 3 })
      await sessions.open(session, 1_000)
      for (const generation of [0, 2, 4]) {
        const answer = await sessions.rotate(stepOf(session, { generation }))
        assert.deepEqual(
          answer,
          { rotated: false, session },
          `the session is at 3, the caller holds ${generation}`,
        )
      }
      assert.deepEqual(await sessions.byId(session.id), session)
    },
  },
  {
    id: 'sessions/rotate-until-expiry',
    title: 'a session can be rotated until the millisecond before it expires, and not from then on',
    async run(sessions) {
      const [early, late] = [sampleSession(), sampleSession()]
      for (const session of [early, late]) await sessions.open(session, 1_000)
      const end = early.expiresAt.getTime()
      const before = await sessions.rotate(stepOf(early, { now: new Date(end - 1) }))
      assert.equal(before.rotated, true, 'one millisecond before its end it is live')
      const at = await sessions.rotate(stepOf(late, { now: new Date(end) }))
      assert.deepEqual(at, { rotated: false, session: late }, 'at its end it has expired')
    },
  },
  {
    id: 'sessions/parallel-rotations',
    title: 'of 20 parallel rotations of one generation exactly one wins, and the others see its row',
    async run(sessions) {
      await repeat(3, async () => {
        const session = sampleSession()
        await sessions.open(session, 1_000)
        const answers = await race(20, (index) =>
          sessions.rotate(
            stepOf(session, {
              now: later(60_000 + index),
              expiresAt: later(7_200_000 + index),
              address: `${index}`,
              methods: [`${index}`, 'pwd'],
            }),
          ),
        )
        const winner = answers.findIndex(({ rotated }) => rotated)
        assert.equal(answers.filter(({ rotated }) => rotated).length, 1)
        const now = {
          ...session,
          generation: 1,
          rotatedAt: later(60_000 + winner),
          expiresAt: later(7_200_000 + winner),
          address: `${winner}`,
          provedAt: later(60_000 + winner),
          methods: [`${winner}`, 'pwd'],
        }
        for (const answer of answers) assert.deepEqual(answer.session, now, 'the row as the winner left it')
      })
    },
  },
  {
    id: 'sessions/open-copies',
    title: 'the store copies the session it is given',
    async run(sessions) {
      const session = sampleSession()
      const given = structuredClone(session)
      await sessions.open(given, 1_000)
      given.deviceName = 'changed'
      given.expiresAt.setTime(0)
      given.provedAt.setTime(0)
      given.methods.push('changed')
      assert.deepEqual(await sessions.byId(session.id), session)
    },
  },
  {
    id: 'sessions/rotate-copies',
    title: 'the store copies the dates and methods of a rotation',
    async run(sessions) {
      const session = sampleSession()
      await sessions.open(session, 1_000)
      const step = structuredClone(stepOf(session, { methods: ['hwk'] }))
      const { session: rotated } = await sessions.rotate(step)
      step.now.setTime(0)
      step.expiresAt.setTime(0)
      step.methods?.push('changed')
      assert.deepEqual(await sessions.byId(session.id), rotated)
    },
  },
  {
    id: 'sessions/id-in-use',
    title: 'an id that is in use is refused, so a revoked session cannot be opened again',
    async run(sessions) {
      const session = sampleSession()
      await sessions.open(session, 1_000)
      await sessions.revoke(session, later(1000))
      await assert.rejects(async () => sessions.open(session, 1_000))
      assert.deepEqual((await sessions.byId(session.id))?.revokedAt, later(1000))
    },
  },
  {
    id: 'sessions/answer-is-copy',
    title: 'a returned session is a copy',
    async run(sessions) {
      const session = sampleSession({ generation: 1 })
      await sessions.open(session, 1_000)
      const answers = [
        await sessions.byId(session.id),
        (await sessions.rotate(stepOf(session, { generation: 0 }))).session,
        ...(await sessions.list(session.userId, later(), { limit: 1, before: null })),
      ]
      for (const answer of answers) {
        assert.ok(answer)
        answer.deviceName = 'changed'
        answer.expiresAt.setTime(0)
        answer.methods.push('changed')
      }
      assert.deepEqual(await sessions.byId(session.id), session)
      assert.deepEqual(await sessions.list(session.userId, later(), { limit: 1, before: null }), [session])
    },
  },
]
