import assert from 'node:assert/strict'
import type { UserStore } from '@kith/core/ports'
import type { Case } from '../case.ts'
import { race, repeat } from '../race.ts'
import { later, nextId, sampleUser } from '../records.ts'

/** What `update` with `expected` promises. */
export const expectationCases: readonly Case<UserStore>[] = [
  {
    id: 'users/expected',
    title: 'update changes an account whose fields are as expected, null included',
    async run(users) {
      const user = sampleUser({ phone: null, bannedAt: later(), bannedUntil: later(7001) })
      await users.create(user)
      const { email, bannedUntil } = user
      for (const expected of [
        {},
        { email },
        { phone: null },
        { bannedUntil },
        { email, phone: null, bannedUntil },
      ]) {
        const answer = await users.update(user.id, { emailVerifiedAt: later(3001), expected })
        const changed = { ...user, emailVerifiedAt: later(3001) }
        assert.deepEqual(answer, { outcome: 'updated', user: changed }, JSON.stringify(expected))
        assert.deepEqual(await users.byId(user.id), changed)
      }
      const lifted = { bannedAt: null, bannedUntil: null, banReason: null }
      assert.equal((await users.update(user.id, { ...lifted, expected: { bannedUntil } })).outcome, 'updated')
      const free = { name: 'Grace', expected: { bannedUntil: null } }
      assert.equal((await users.update(user.id, free)).outcome, 'updated')
    },
  },
  {
    id: 'users/expected-differs',
    title: 'update returns differs if a field is not as expected, and changes nothing',
    async run(users) {
      const [user, other] = [
        sampleUser({ bannedAt: later(), bannedUntil: later(7001) }),
        sampleUser({ phone: null }),
      ]
      for (const each of [user, other]) await users.create(each)
      const { email, phone } = user
      for (const expected of [
        { email: other.email },
        { email: null },
        { email: email?.toUpperCase() ?? null },
        { phone: null },
        { phone: email },
        { bannedUntil: null },
        { bannedUntil: later(7002) },
        { email, phone, bannedUntil: null },
        { email: null, bannedUntil: later(7001) },
      ]) {
        const changes = { name: 'Grace', username: other.username, endSessions: true, expected }
        const answer = await users.update(user.id, changes)
        assert.deepEqual(answer, { outcome: 'differs' }, JSON.stringify(expected))
        const without = { username: null, email: null, expected }
        assert.deepEqual(await users.update(user.id, without), { outcome: 'differs' })
      }
      assert.deepEqual(await users.update(other.id, { expected: { phone: '' } }), { outcome: 'differs' })
      assert.deepEqual(await users.byId(user.id), user)
      assert.deepEqual(await users.update(nextId(), { expected: { email } }), { outcome: 'gone' })
    },
  },
  {
    id: 'users/expected-verified',
    title: 'update compares when an address was verified, to the millisecond, including null',
    async run(users) {
      const emailVerifiedAt = later(1_001)
      const user = sampleUser({ emailVerifiedAt, phoneVerifiedAt: null })
      await users.create(user)
      for (const expected of [
        { emailVerifiedAt: null },
        { emailVerifiedAt: later(1_000) },
        { emailVerifiedAt: later(1_002) },
        { phoneVerifiedAt: emailVerifiedAt },
        { emailVerifiedAt, phoneVerifiedAt: later(0) },
        { email: user.email, emailVerifiedAt: null },
        { email: null, emailVerifiedAt },
      ]) {
        const answer = await users.update(user.id, { name: 'Grace', expected })
        assert.deepEqual(answer, { outcome: 'differs' }, JSON.stringify(expected))
      }
      assert.deepEqual(await users.byId(user.id), user)
      const phoneVerifiedAt = later(2_002)
      const verifying = { phoneVerifiedAt, expected: { emailVerifiedAt, phoneVerifiedAt: null } }
      const verified = { ...user, phoneVerifiedAt }
      assert.deepEqual(await users.update(user.id, verifying), { outcome: 'updated', user: verified })
      assert.deepEqual(await users.update(user.id, verifying), { outcome: 'differs' })
      const changing = { emailVerifiedAt: null, expected: { phoneVerifiedAt } }
      const changed = { ...verified, emailVerifiedAt: null }
      assert.deepEqual(await users.update(user.id, changing), { outcome: 'updated', user: changed })
      assert.deepEqual(await users.byId(user.id), changed)
    },
  },
  {
    id: 'users/expected-epoch',
    title: 'update compares the epoch of the sessions, including the first one',
    async run(users) {
      const user = sampleUser({ sessionEpoch: 0 })
      await users.create(user)
      const updates = async (sessionEpoch: number): Promise<string> =>
        (await users.update(user.id, { name: 'Grace', expected: { sessionEpoch } })).outcome
      assert.deepEqual([await updates(1), await updates(0)], ['differs', 'updated'])
      await users.update(user.id, { endSessions: true })
      assert.deepEqual(
        [await updates(0), await updates(1), await updates(2)],
        ['differs', 'updated', 'differs'],
      )
    },
  },
  {
    id: 'users/expected-role',
    title: 'update goes by the role, that of a new account included',
    async run(users) {
      const user = sampleUser({ role: 'member' })
      await users.create(user)
      const gives = async (role: string, expected: string): Promise<string> =>
        (await users.update(user.id, { role, expected: { role: expected } })).outcome
      assert.deepEqual(
        [await gives('editor', 'admin'), await gives('admin', 'member'), await gives('editor', 'member')],
        ['differs', 'updated', 'differs'],
      )
      assert.equal((await users.byId(user.id))?.role, 'admin')
    },
  },
  {
    id: 'users/parallel-verifications',
    title: 'of 20 parallel updates that expect an address not to be verified exactly one verifies it',
    async run(users) {
      await repeat(3, async () => {
        const user = sampleUser({ emailVerifiedAt: null })
        await users.create(user)
        const answers = await race(20, (index) =>
          users.update(user.id, { emailVerifiedAt: later(index), expected: { emailVerifiedAt: null } }),
        )
        const outcomes = answers.map(({ outcome }) => outcome)
        assert.equal(outcomes.filter((outcome) => outcome === 'differs').length, 19)
        const verified = later(outcomes.indexOf('updated'))
        assert.deepEqual((await users.byId(user.id))?.emailVerifiedAt, verified)
      })
    },
  },
  {
    id: 'users/expected-beside-change',
    title: 'a concurrently changed address is not verified',
    async run(users) {
      await repeat(5, async (round) => {
        const user = sampleUser({ emailVerifiedAt: null })
        await users.create(user)
        const email = `other-${round}@example.com`
        const verifying = { emailVerifiedAt: later(3001), expected: { email: user.email } }
        await race(12, (index) =>
          index === round * 2
            ? users.update(user.id, { email, emailVerifiedAt: null })
            : users.update(user.id, verifying),
        )
        const after = await users.byId(user.id)
        assert.equal(after?.email, email)
        assert.equal(after.emailVerifiedAt, null, 'the new address is not proved')
      })
    },
  },
  {
    id: 'users/ended-bans',
    title: 'endedBans names live accounts whose ban has expired and was not lifted, earliest end first',
    async run(users) {
      const until = [later(3000), later(1000), later(2000), later(4001), null, later(500), later(600)]
      const all = until.map((bannedUntil) => sampleUser({ bannedAt: later(), bannedUntil }))
      for (const user of all) await users.create(user)
      await users.create(sampleUser())
      const [third, first, second, future, endless, lifted, deleted] = all.map(({ id }) => id)
      await users.update(lifted ?? '', { bannedAt: null, bannedUntil: null })
      await users.markDeleted(deleted ?? '', later())
      assert.deepEqual(await users.endedBans(later(4000), 9), [first, second, third])
      assert.deepEqual(await users.endedBans(later(4000), 2), [first, second])
      assert.deepEqual(await users.endedBans(later(1000), 9), [first], 'a ban ends at its end')
      assert.deepEqual(await users.endedBans(later(999), 9), [])
      await users.update(endless ?? '', { bannedUntil: later(100) })
      assert.deepEqual(await users.endedBans(later(4001), 9), [endless, first, second, third, future])
    },
  },
]
