import assert from 'node:assert/strict'
import type { UserChanges, UserStore } from '@kith/core/ports'
import type { Case } from '../case.ts'
import { repeat } from '../race.ts'
import { later, nextId, sampleUser } from '../records.ts'

/** What `update` promises. */
export const changeCases: readonly Case<UserStore>[] = [
  {
    id: 'users/update',
    title: 'update changes the given fields and leaves the rest',
    async run(users) {
      const user = sampleUser()
      await users.create(user)
      const steps: UserChanges[] = [
        { name: 'Grace' },
        { username: 'grace', bio: 'COBOL' },
        {
          email: 'grace@example.com',
          emailVerifiedAt: later(5001),
          phone: '+1',
          phoneVerifiedAt: later(6001),
        },
        { bannedAt: later(7001) },
        { bannedUntil: later(8001), banReason: 'Spam' },
        { bannedUntil: null, banReason: null },
      ]
      let expected = user
      for (const changes of steps) {
        expected = { ...expected, ...changes }
        assert.deepEqual(await users.update(user.id, changes), { outcome: 'updated', user: expected })
        assert.deepEqual(await users.byId(user.id), expected)
      }
    },
  },
  {
    id: 'users/update-to-null',
    title: 'update to null empties a field',
    async run(users) {
      const user = sampleUser({ bannedAt: later() })
      await users.create(user)
      const changes = { email: null, emailVerifiedAt: null, phone: null, phoneVerifiedAt: null }
      const expected = { ...user, ...changes, bannedAt: null }
      const answer = await users.update(user.id, { ...changes, bannedAt: null })
      assert.deepEqual(answer, { outcome: 'updated', user: expected })
      assert.deepEqual(await users.byId(user.id), expected)
    },
  },
  {
    id: 'users/update-nothing',
    title: 'update without any field returns the account as it is',
    async run(users) {
      const user = sampleUser()
      await users.create(user)
      assert.deepEqual(await users.update(user.id, {}), { outcome: 'updated', user })
    },
  },
  {
    id: 'users/update-to-own',
    title: 'an account may be updated to the identifiers it has',
    async run(users) {
      const user = sampleUser()
      await users.create(user)
      const { username, email, phone } = user
      assert.deepEqual(await users.update(user.id, { username, email, phone }), { outcome: 'updated', user })
    },
  },
  {
    id: 'users/update-taken',
    title: 'update names each identifier that is taken and then changes nothing',
    async run(users) {
      const [user, second, third] = [sampleUser(), sampleUser(), sampleUser()]
      for (const each of [user, second, third]) await users.create(each)
      const changes = {
        username: second.username,
        email: 'free@example.com',
        phone: third.phone,
        name: 'new',
      }
      const answer = await users.update(user.id, changes)
      assert.equal(answer.outcome, 'taken')
      assert.deepEqual(answer.outcome === 'taken' && [...answer.taken].sort(), ['phone', 'username'])
      assert.deepEqual(await users.byId(user.id), user)
    },
  },
  {
    id: 'users/update-unknown',
    title: 'update of an unknown account returns gone',
    async run(users) {
      assert.deepEqual(await users.update(nextId(), { name: 'x' }), { outcome: 'gone' })
      assert.deepEqual(await users.update(nextId(), {}), { outcome: 'gone' })
    },
  },
  {
    id: 'users/needs-login',
    title: 'update returns needs-login if no username and no email would be left, and changes nothing',
    async run(users) {
      const [user, other] = [sampleUser(), sampleUser()]
      for (const each of [user, other]) await users.create(each)
      const both = { username: null, email: null }
      for (const more of [{}, { name: 'x' }, { phone: other.phone }, { endSessions: true }]) {
        assert.deepEqual(await users.update(user.id, { ...both, ...more }), { outcome: 'needs-login' })
        assert.deepEqual(await users.byId(user.id), user)
      }
      assert.equal((await users.update(user.id, { email: null })).outcome, 'updated')
      assert.deepEqual(await users.update(user.id, { username: null }), { outcome: 'needs-login' })
      const email = 'instead@example.com'
      assert.equal((await users.update(user.id, { username: null, email })).outcome, 'updated')
      assert.deepEqual(await users.update(nextId(), both), { outcome: 'gone' })
    },
  },
  {
    id: 'users/needs-login-already-none',
    title: 'an account that already has no login may be changed otherwise',
    async run(users) {
      const user = sampleUser({ username: null, email: null })
      await users.create(user)
      for (const changes of [{ bannedAt: later() }, { name: 'Grace', phone: null, phoneVerifiedAt: null }])
        assert.equal((await users.update(user.id, changes)).outcome, 'updated')
      assert.deepEqual(await users.update(user.id, { email: null }), { outcome: 'needs-login' })
    },
  },
  {
    id: 'users/may-lack-login',
    title: 'an account that may lack a login can give up both, and has to be allowed each time',
    async run(users) {
      const [user, other] = [sampleUser(), sampleUser()]
      for (const each of [user, other]) await users.create(each)
      const none = { username: null, email: null }
      const refused = [
        [{ ...none, mayLackLogin: false }, { outcome: 'needs-login' }],
        [{ ...none, mayLackLogin: true, expected: { email: null } }, { outcome: 'differs' }],
        [
          { ...none, mayLackLogin: true, phone: other.phone },
          { outcome: 'taken', taken: ['phone'] },
        ],
      ] as const
      for (const [changes, answer] of refused) assert.deepEqual(await users.update(user.id, changes), answer)
      assert.deepEqual(await users.update(nextId(), { ...none, mayLackLogin: true }), { outcome: 'gone' })
      assert.deepEqual(await users.byId(user.id), user)
      const without = { ...user, ...none }
      const answer = await users.update(user.id, { ...none, mayLackLogin: true })
      assert.deepEqual(answer, { outcome: 'updated', user: without })
      assert.deepEqual(await users.byId(user.id), without)
      assert.deepEqual(await users.update(user.id, { email: null }), { outcome: 'needs-login' })
      const { username } = user
      assert.equal((await users.update(other.id, { username })).outcome, 'updated', 'its names are free')
    },
  },
  {
    id: 'users/parallel-last-login',
    title: 'of parallel updates that give up one login each, the one that would take the last is refused',
    async run(users) {
      await repeat(10, async (round) => {
        const user = sampleUser()
        await users.create(user)
        const parts: UserChanges[] = [{ username: null }, { email: null }]
        if (round % 2) parts.reverse()
        const answers = await Promise.all(parts.map((changes) => users.update(user.id, changes)))
        assert.deepEqual(answers.map(({ outcome }) => outcome).sort(), ['needs-login', 'updated'])
        const now = await users.byId(user.id)
        assert.notEqual(now?.username ?? now?.email ?? null, null)
      })
    },
  },
  {
    id: 'users/identifier-freed',
    title: 'a released identifier is free for others',
    async run(users) {
      const [first, second] = [sampleUser({ username: 'old' }), sampleUser()]
      for (const user of [first, second]) await users.create(user)
      await users.update(first.id, { username: 'new' })
      assert.equal((await users.update(second.id, { username: 'old' })).outcome, 'updated')
      assert.equal((await users.byLogin({ username: 'old' }))?.id, second.id)
    },
  },
  {
    id: 'users/parallel-updates',
    title: 'parallel updates of different fields all take effect',
    async run(users) {
      await repeat(5, async (round) => {
        const user = sampleUser()
        await users.create(user)
        const parts: UserChanges[] = [
          { username: `fields-${round}` },
          { email: `fields-${round}@example.com` },
          { emailVerifiedAt: later(9000) },
          { phone: `fields-${round}` },
          { phoneVerifiedAt: later(9000) },
          { name: 'Grace' },
          { bio: 'COBOL' },
          { bannedAt: later(9000) },
          { bannedUntil: later(9001) },
          { banReason: 'Spam' },
        ]
        await Promise.all(parts.map((changes) => users.update(user.id, changes)))
        assert.deepEqual(await users.byId(user.id), Object.assign({}, user, ...parts))
      })
    },
  },
  {
    id: 'users/parallel-updates-one-username',
    title: 'of 30 parallel updates to one username exactly one takes effect',
    async run(users) {
      const rivals = Array.from({ length: 30 }, () => sampleUser())
      for (const user of rivals) await users.create(user)
      const answers = await Promise.all(rivals.map(({ id }) => users.update(id, { username: 'wanted' })))
      assert.equal(answers.filter((answer) => answer.outcome === 'updated').length, 1)
      const now = await Promise.all(rivals.map(({ id }) => users.byId(id)))
      assert.equal(now.filter((user) => user?.username === 'wanted').length, 1)
    },
  },
  {
    id: 'users/create-update-race',
    title: 'of a concurrent create and update to one email exactly one takes effect',
    async run(users) {
      await repeat(10, async (round) => {
        const email = `wanted-${round}@example.com`
        const [holder, rival] = [sampleUser(), sampleUser({ email })]
        await users.create(holder)
        const calls = [() => users.create(rival), () => users.update(holder.id, { email })]
        if (round % 2) calls.reverse()
        const answers = await Promise.all(calls.map((call) => call()))
        assert.equal(answers.filter((answer) => answer.outcome === 'taken').length, 1)
      })
    },
  },
  {
    id: 'users/update-answer-is-copy',
    title: 'the account that update returns is a copy',
    async run(users) {
      const user = sampleUser()
      await users.create(user)
      const answer = await users.update(user.id, { name: 'Grace' })
      assert.equal(answer.outcome, 'updated')
      if (answer.outcome === 'updated') answer.user.createdAt.setTime(0)
      assert.deepEqual(await users.byId(user.id), { ...user, name: 'Grace' })
    },
  },
]
