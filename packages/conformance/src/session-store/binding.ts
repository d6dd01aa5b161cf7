import assert from 'node:assert/strict'
import type { Binding, SessionRecord, SessionStore } from '@kith/core/ports'
import type { Case } from '../case.ts'
import { race, repeat } from '../race.ts'
import { difficultTexts, later, nextId, sampleSession } from '../records.ts'
import { stepOf } from './rotation.ts'

/** Binds `session` a minute after it was opened. */
function bindingOf({ id, userId }: SessionRecord, fields: Partial<Binding> = {}): Binding {
  return { id, userId, key: 'key', now: later(60_000), ...fields }
}

/** What `bind` promises, and `rotate` for bound sessions. */
export const bindingCases: readonly Case<SessionStore>[] = [
  {
    id: 'sessions/bind',
    title: 'bind sets the key of a session, and nothing else of it',
    async run(sessions) {
      for (const key of ['{"kty":"EC"}', ...difficultTexts]) {
        const [sibling, other] = [sampleSession(), sampleSession()]
        const session = sampleSession({ userId: sibling.userId })
        for (const each of [sibling, other, session]) await sessions.open(each, 1_000)
        assert.equal(await sessions.bind(bindingOf(session, { key })), true)
        assert.deepEqual(await sessions.byId(sibling.id), sibling)
        assert.deepEqual(await sessions.byId(session.id), { ...session, boundKey: key })
        assert.deepEqual(await sessions.byId(other.id), other)
        const listed = await sessions.list(session.userId, later(60_000), { limit: 1, before: null })
        assert.deepEqual(listed, [{ ...session, boundKey: key }])
      }
    },
  },
  {
    id: 'sessions/bind-once',
    title: 'a bound session keeps its key, even if the same one is sent again',
    async run(sessions) {
      const session = sampleSession()
      await sessions.open(session, 1_000)
      await sessions.bind(bindingOf(session, { key: 'first' }))
      for (const key of ['first', 'second'])
        assert.equal(await sessions.bind(bindingOf(session, { key })), false)
      assert.equal((await sessions.byId(session.id))?.boundKey, 'first')
    },
  },
  {
    id: 'sessions/bind-unknown',
    title: "bind of an unknown session, or of another user's, returns false and changes nothing",
    async run(sessions) {
      const session = sampleSession()
      await sessions.open(session, 1_000)
      assert.equal(await sessions.bind(bindingOf(sampleSession())), false)
      assert.equal(await sessions.bind(bindingOf(session, { userId: nextId() })), false)
      assert.deepEqual(await sessions.byId(session.id), session)
    },
  },
  {
    id: 'sessions/bind-ended',
    title: 'a session that has ended cannot be bound; one millisecond before it expires it can',
    async run(sessions) {
      const [revoked, early, late] = [sampleSession(), sampleSession(), sampleSession()]
      for (const session of [revoked, early, late]) await sessions.open(session, 1_000)
      await sessions.revoke(revoked, later(1000))
      const end = late.expiresAt.getTime()
      assert.equal(await sessions.bind(bindingOf(revoked)), false)
      assert.equal(await sessions.bind(bindingOf(early, { now: new Date(end - 1) })), true)
      assert.equal(await sessions.bind(bindingOf(late, { now: new Date(end) })), false)
      for (const { id } of [revoked, late]) assert.equal((await sessions.byId(id))?.boundKey, null)
    },
  },
  {
    id: 'sessions/parallel-bindings',
    title: 'of 20 parallel bindings of one session exactly one wins, and its key stays',
    async run(sessions) {
      await repeat(3, async () => {
        const session = sampleSession()
        await sessions.open(session, 1_000)
        const answers = await race(20, (index) => sessions.bind(bindingOf(session, { key: `${index}` })))
        assert.equal(answers.filter(Boolean).length, 1)
        assert.equal((await sessions.byId(session.id))?.boundKey, `${answers.indexOf(true)}`)
      })
    },
  },
  {
    id: 'sessions/rotate-bound',
    title: 'a bound session is rotated by the holder of exactly its key, and keeps it',
    async run(sessions) {
      const session = sampleSession({ boundKey: 'key', generation: 2 })
      await sessions.open(session, 1_000)
      for (const boundKey of [null, 'other', 'KEY', ''])
        assert.deepEqual(await sessions.rotate(stepOf(session, { boundKey })), { rotated: false, session })
      assert.deepEqual(await sessions.byId(session.id), session)
      for (const generation of [2, 3]) {
        const { rotated, session: stepped } = await sessions.rotate(stepOf(session, { generation }))
        assert.deepEqual([rotated, stepped?.generation, stepped?.boundKey], [true, generation + 1, 'key'])
      }
    },
  },
  {
    id: 'sessions/rotate-unbound',
    title: 'a session that is bound to no key is not rotated by the holder of one',
    async run(sessions) {
      const session = sampleSession()
      await sessions.open(session, 1_000)
      const answer = await sessions.rotate(stepOf(session, { boundKey: 'key' }))
      assert.deepEqual(answer, { rotated: false, session })
      assert.deepEqual(await sessions.byId(session.id), session)
    },
  },
  {
    id: 'sessions/bind-rotate-race',
    title: 'once a session is bound no rotation without its key steps it, including a concurrent one',
    async run(sessions) {
      await repeat(20, async () => {
        const session = sampleSession()
        await sessions.open(session, 1_000)
        const rotations = race(5, () => sessions.rotate(stepOf(session)))
        const binding = sessions.bind(bindingOf(session))
        const [answers, bound] = await Promise.all([rotations, binding])
        assert.equal(bound, true)
        const stepped = answers.filter(({ rotated }) => rotated)
        for (const answer of stepped) assert.equal(answer.session?.boundKey, null, 'it stepped before')
        const now = await sessions.byId(session.id)
        assert.deepEqual([now?.generation, now?.boundKey], [stepped.length, 'key'])
        const again = stepOf(session, { generation: stepped.length })
        assert.equal((await sessions.rotate(again)).rotated, false)
      })
    },
  },
]
