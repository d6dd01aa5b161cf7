import assert from 'node:assert/strict'
import type { OutboxRow, SessionChange } from '@kith/core/ports'
import type { Case } from '../case.ts'
import { race, repeat } from '../race.ts'
import { difficultTexts, later, nextId, sampleSession, sampleUser } from '../records.ts'
import { born, byId, happens, idsIn, idsOf, type Queued, sampleClaim, sampleRow, takeOut } from './events.ts'
import { tellings } from './tellings.ts'

/** What verbs promise about their rows. */
export const storingCases: readonly Case<Queued>[] = [
  {
    id: 'stored-with-change',
    title: 'each verb stores the rows of its change once, and none where it changes nothing',
    async run(stores) {
      const { outbox, queue } = stores
      for (const [verb, prepare] of Object.entries(tellings)) {
        const tell = await prepare(stores)
        const rows = [sampleRow(queue), sampleRow(queue, { name: 'session.revoked', at: later(-1) })]
        await tell(() => rows)
        assert.deepEqual(await takeOut(outbox), byId(rows), `${verb} stores what it is given`)
        const answer = await tell(() => [sampleRow(queue)])
        assert.deepEqual(await takeOut(outbox), [], `${verb} changes nothing: ${JSON.stringify(answer)}`)
      }
    },
  },
  {
    id: 'both-or-neither',
    title: 'rows that cannot be made leave everything as it was',
    async run(stores) {
      const { outbox, queue } = stores
      for (const [verb, prepare] of Object.entries(tellings)) {
        const tell = await prepare(stores)
        await assert.rejects(
          tell(() => {
            throw new RangeError('no row')
          }),
          verb,
        )
        const rows = [sampleRow(queue)]
        await tell(() => rows)
        assert.deepEqual(await takeOut(outbox), rows, `${verb} had changed nothing`)
      }
    },
  },
  {
    id: 'what-only-the-store-knows',
    title: 'a follow by name, and verbs that open and end sessions, pass the id that the event is about',
    async run({ users, edges, sessions, outbox, queue }) {
      const [from, to] = [sampleUser(), sampleUser()]
      for (const user of [from, to]) await users.create(user)
      const seen: unknown[] = []
      function noting(change: unknown): OutboxRow[] {
        seen.push(change)
        return [sampleRow(queue, { payload: JSON.stringify(change) })]
      }
      await edges.follow({ id: nextId(), from: from.id, username: to.username ?? '' }, noting)
      const [first, second] = [sampleSession(), sampleSession({ rotatedAt: later(1) })]
      const { userId } = first
      await sessions.open(first, 1, noting)
      await sessions.open({ ...second, userId }, 1, noting)
      await sessions.revokeAll(userId, later(2), null, noting)
      const third = sampleSession()
      await sessions.open(third, 1, noting)
      await sessions.revoke(third, later(3), noting)
      const opened = (id: string): SessionChange => ({ id, opened: true })
      const ended = (id: string): SessionChange => ({ id, opened: false })
      const expected = [
        to.id,
        opened(first.id),
        opened(second.id),
        ended(first.id),
        ended(second.id),
        opened(third.id),
        ended(third.id),
      ]
      assert.deepEqual(seen, expected)
      const stored = (await outbox.claim(sampleClaim())).flatMap(({ rows }) => rows)
      const payloads = expected.map((change) => JSON.stringify(change))
      assert.deepEqual(stored.map(({ payload }) => payload).sort(), payloads.sort())
    },
  },
  {
    id: 'id-of-session-in-use',
    title: 'opening a session whose id is in use rejects, with rows as well, and stores none',
    async run({ sessions, outbox, queue }) {
      const session = sampleSession()
      await sessions.open(session, 9)
      await assert.rejects(sessions.open(session, 9, () => [sampleRow(queue)]))
      assert.deepEqual(await outbox.claim(sampleClaim()), [])
    },
  },
  {
    id: 'id-of-account-in-use',
    title: 'creating an account whose id is in use stores no rows',
    async run({ users, outbox, queue }) {
      const user = sampleUser()
      await users.create(user)
      const again = await users.create({ ...sampleUser(), id: user.id }, undefined, () => [sampleRow(queue)])
      assert.deepEqual(again, { outcome: 'id-in-use' })
      assert.deepEqual(await outbox.claim(sampleClaim()), [])
    },
  },
  {
    id: 'answers-stay',
    title: 'a verb returns the same with and without rows',
    async run({ users, outbox, queue }) {
      const [one, other] = [sampleUser(), sampleUser()]
      const rows = (): OutboxRow[] => [sampleRow(queue)]
      await users.create(one)
      const taken = { ...other, username: one.username }
      const isTaken = (taken: string) => ({ outcome: 'taken', taken: [taken] })
      assert.deepEqual(await users.create(taken, undefined, rows), isTaken('username'))
      const mail = { ...other, username: null }
      assert.deepEqual(await users.create(mail, undefined, rows), { outcome: 'created' })
      const { phone } = one
      assert.deepEqual(await users.update(other.id, { phone }, undefined, rows), isTaken('phone'))
      const noLogin = { email: null, username: null }
      assert.deepEqual(await users.update(other.id, noLogin, undefined, rows), { outcome: 'needs-login' })
      assert.deepEqual(await users.update(nextId(), {}, undefined, rows), { outcome: 'gone' })
      const updated = { ...mail, bio: 'new', sessionEpoch: mail.sessionEpoch + 1 }
      const changes = { bio: 'new', endSessions: true }
      assert.deepEqual(await users.update(other.id, changes, undefined, rows), {
        outcome: 'updated',
        user: updated,
      })
      const hold = { now: later(), until: later(60_000) }
      await users.update(one.id, { username: 'given-up' }, undefined, rows)
      await users.update(one.id, { username: 'kept' }, hold, rows)
      const wanting = { ...sampleUser(), username: 'given-up' }
      assert.deepEqual(await users.create(wanting, later(), rows), { outcome: 'taken', taken: ['username'] })
      assert.deepEqual(await users.create(wanting, later(60_001), rows), { outcome: 'created' })
      assert.deepEqual(await users.markDeleted(other.id, later(), null, rows), {
        endedEpoch: updated.sessionEpoch,
      })
      assert.equal(idsIn(await outbox.claim(sampleClaim())).length, 6)
    },
  },
  {
    id: 'parallel-names',
    title: 'of 20 parallel registrations of one name one is created, and its row alone is stored',
    async run({ users, outbox, queue }) {
      await repeat(3, async (round) => {
        const { username } = sampleUser()
        const rows = Array.from({ length: 20 }, () => sampleRow(queue))
        const answers = await race(20, (index) => {
          const user = { ...sampleUser(), username }
          return users.create(user, undefined, () => rows.slice(index, index + 1))
        })
        const created = rows.filter((_, index) => answers[index]?.outcome === 'created')
        assert.equal(created.length, 1)
        assert.deepEqual(
          idsIn(await outbox.claim(sampleClaim({ until: later(1e9 + round) }))),
          idsOf(created),
        )
      })
    },
  },
  {
    id: 'texts',
    title: 'the content of a row is returned unchanged',
    async run(stores) {
      const key = await born(stores)
      const rows: OutboxRow[] = []
      for (const text of difficultTexts)
        rows.push(await happens(stores, key, { payload: text, at: later(7) }))
      const [batch] = await stores.outbox.claim(sampleClaim())
      assert.deepEqual(batch, { key, attempts: 0, rows })
    },
  },
]
