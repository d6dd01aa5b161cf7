import assert from 'node:assert/strict'
import type { UserChanges, UserStore } from '@kith/core'
import type { Case } from '../case.ts'
import { race, repeat } from '../race.ts'
import { later, nextId, sampleUser } from '../records.ts'

/** What `update` and `replacePassword` promise. */
export const changeCases: readonly Case<UserStore>[] = [
  {
    name: 'users: update changes the fields it is given and leaves the rest',
    async run(make) {
      const users = await make()
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
    name: 'users: update to null empties a field',
    async run(make) {
      const users = await make()
      const user = sampleUser({ bannedAt: later() })
      await users.create(user)
      const changes = {
        username: null,
        email: null,
        emailVerifiedAt: null,
        phone: null,
        phoneVerifiedAt: null,
      }
      const expected = { ...user, ...changes, bannedAt: null }
      const answer = await users.update(user.id, { ...changes, bannedAt: null })
      assert.deepEqual(answer, { outcome: 'updated', user: expected })
      assert.deepEqual(await users.byId(user.id), expected)
    },
  },
  {
    name: 'users: update without any field answers the account as it is',
    async run(make) {
      const users = await make()
      const user = sampleUser()
      await users.create(user)
      assert.deepEqual(await users.update(user.id, {}), { outcome: 'updated', user })
    },
  },
  {
    name: 'users: an account may be updated to the identifiers it has',
    async run(make) {
      const users = await make()
      const user = sampleUser()
      await users.create(user)
      const { username, email, phone } = user
      assert.deepEqual(await users.update(user.id, { username, email, phone }), { outcome: 'updated', user })
    },
  },
  {
    name: 'users: update names each identifier that is taken and then changes nothing',
    async run(make) {
      const users = await make()
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
    name: 'users: update of an unknown account answers missing',
    async run(make) {
      const users = await make()
      assert.deepEqual(await users.update(nextId(), { name: 'x' }), { outcome: 'missing' })
      assert.deepEqual(await users.update(nextId(), {}), { outcome: 'missing' })
    },
  },
  {
    name: 'users: an identifier that was given up is free for others',
    async run(make) {
      const users = await make()
      const [first, second] = [sampleUser({ username: 'old' }), sampleUser()]
      for (const user of [first, second]) await users.create(user)
      await users.update(first.id, { username: 'new' })
      assert.equal((await users.update(second.id, { username: 'old' })).outcome, 'updated')
      assert.equal((await users.byLogin({ username: 'old' }))?.id, second.id)
    },
  },
  {
    name: 'users: parallel updates of different fields all take effect',
    async run(make) {
      const users = await make()
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
        ]
        await Promise.all(parts.map((changes) => users.update(user.id, changes)))
        assert.deepEqual(await users.byId(user.id), Object.assign({}, user, ...parts))
      })
    },
  },
  {
    name: 'users: of 30 parallel updates to one username exactly one takes effect',
    async run(make) {
      const users = await make()
      const rivals = Array.from({ length: 30 }, () => sampleUser())
      for (const user of rivals) await users.create(user)
      const answers = await Promise.all(rivals.map(({ id }) => users.update(id, { username: 'wanted' })))
      assert.equal(answers.filter((answer) => answer.outcome === 'updated').length, 1)
      const now = await Promise.all(rivals.map(({ id }) => users.byId(id)))
      assert.equal(now.filter((user) => user?.username === 'wanted').length, 1)
    },
  },
  {
    name: 'users: of a create and an update to one e-mail, at once, exactly one takes effect',
    async run(make) {
      const users = await make()
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
    name: 'users: the account that update answers is a copy',
    async run(make) {
      const users = await make()
      const user = sampleUser()
      await users.create(user)
      const answer = await users.update(user.id, { name: 'Grace' })
      assert.equal(answer.outcome, 'updated')
      if (answer.outcome === 'updated') answer.user.createdAt.setTime(0)
      assert.deepEqual(await users.byId(user.id), { ...user, name: 'Grace' })
    },
  },
  {
    name: 'users: replacePassword replaces the hash that is expected, null included, and nothing else',
    async run(make) {
      const users = await make()
      const user = sampleUser({ passwordHash: null })
      await users.create(user)
      assert.equal(await users.replacePassword(user.id, null, 'first'), true)
      assert.deepEqual(await users.byId(user.id), { ...user, passwordHash: 'first', sessionEpoch: 4 })
      assert.equal(await users.replacePassword(user.id, 'first', 'second'), true)
      assert.deepEqual(await users.byId(user.id), { ...user, passwordHash: 'second', sessionEpoch: 5 })
    },
  },
  {
    name: 'users: upgradeHash replaces the hash under the same condition, and leaves the epoch',
    async run(make) {
      const users = await make()
      const user = sampleUser({ passwordHash: 'imported' })
      await users.create(user)
      assert.equal(await users.upgradeHash(user.id, 'another', 'next'), false)
      assert.equal(await users.upgradeHash(user.id, null, 'next'), false)
      assert.equal(await users.upgradeHash(nextId(), 'imported', 'next'), false)
      assert.deepEqual(await users.byId(user.id), user)
      assert.equal(await users.upgradeHash(user.id, 'imported', 'next'), true)
      assert.deepEqual(await users.byId(user.id), { ...user, passwordHash: 'next' })
    },
  },
  {
    name: 'users: update with endSessions raises the epoch in the step of the change, and not where it changes nothing',
    async run(make) {
      const users = await make()
      const [user, other] = [sampleUser(), sampleUser()]
      for (const each of [user, other]) await users.create(each)
      const changes = { bannedAt: later(5000), endSessions: true }
      const banned = { ...user, bannedAt: later(5000), sessionEpoch: 4 }
      assert.deepEqual(await users.update(user.id, changes), { outcome: 'updated', user: banned })
      const renamed = { ...banned, username: 'another-name', sessionEpoch: 5 }
      assert.deepEqual(await users.update(user.id, { username: 'another-name', endSessions: true }), {
        outcome: 'updated',
        user: renamed,
      })
      const raised = { ...renamed, sessionEpoch: 6 }
      assert.deepEqual(await users.update(user.id, { endSessions: true }), {
        outcome: 'updated',
        user: raised,
      })
      for (const changes of [{ name: 'Grace' }, { name: 'Ada', endSessions: false }]) {
        const answer = await users.update(user.id, changes)
        assert.equal(answer.outcome === 'updated' && answer.user.sessionEpoch, 6)
      }
      const taken = await users.update(user.id, { email: other.email, endSessions: true })
      assert.equal(taken.outcome, 'taken')
      assert.equal((await users.byId(user.id))?.sessionEpoch, 6)
      assert.deepEqual(await users.byId(other.id), other)
    },
  },
  {
    name: 'users: of 20 parallel ends of all sessions each raises the epoch by one',
    async run(make) {
      const users = await make()
      await repeat(3, async () => {
        const user = sampleUser()
        await users.create(user)
        await race(20, (index) =>
          users.update(user.id, { endSessions: true, ...(index % 2 && { name: `name-${index}` }) }),
        )
        assert.equal((await users.byId(user.id))?.sessionEpoch, user.sessionEpoch + 20)
      })
    },
  },
  {
    name: 'users: nobody sees a new password in the epoch of the old one',
    async run(make) {
      const users = await make()
      await repeat(5, async () => {
        const user = sampleUser()
        await users.create(user)
        const seen = await race(20, async (index) => {
          if (index === 5) await users.replacePassword(user.id, user.passwordHash, 'next')
          return await users.byId(user.id)
        })
        for (const each of seen)
          assert.equal(each?.sessionEpoch, each?.passwordHash === 'next' ? 4 : 3, each?.passwordHash ?? '')
      })
    },
  },
  {
    name: 'users: replacePassword leaves a hash that is not the expected one',
    async run(make) {
      const users = await make()
      const [user, without] = [sampleUser({ passwordHash: 'hash' }), sampleUser({ passwordHash: null })]
      for (const each of [user, without]) await users.create(each)
      assert.equal(await users.replacePassword(user.id, 'HASH', 'next'), false)
      assert.equal(await users.replacePassword(user.id, null, 'next'), false)
      assert.equal(await users.replacePassword(without.id, 'hash', 'next'), false)
      assert.deepEqual(await users.byId(user.id), user)
      assert.deepEqual(await users.byId(without.id), without)
    },
  },
  {
    name: 'users: replacePassword of an unknown account answers false',
    async run(make) {
      const users = await make()
      assert.equal(await users.replacePassword(nextId(), null, 'next'), false)
      assert.equal(await users.replacePassword(nextId(), 'hash', 'next'), false)
    },
  },
  {
    name: 'users: of 30 parallel password changes from one hash exactly one answers true, and its hash stays',
    async run(make) {
      const users = await make()
      await repeat(3, async () => {
        const user = sampleUser()
        await users.create(user)
        const answers = await race(30, (index) =>
          users.replacePassword(user.id, user.passwordHash, `next-${index}`),
        )
        assert.equal(answers.filter(Boolean).length, 1)
        const after = await users.byId(user.id)
        assert.equal(after?.passwordHash, `next-${answers.indexOf(true)}`)
        assert.equal(after?.sessionEpoch, user.sessionEpoch + 1, 'those that lost raised nothing')
      })
    },
  },
  {
    name: 'users: an update at the same time does not undo a password change, nor the reverse',
    async run(make) {
      const users = await make()
      await repeat(10, async (round) => {
        const user = sampleUser()
        await users.create(user)
        const calls: (() => Promise<unknown>)[] = [
          () => users.update(user.id, { name: 'Grace' }),
          () => users.replacePassword(user.id, user.passwordHash, 'next'),
        ]
        if (round % 2) calls.reverse()
        await Promise.all(calls.map((call) => call()))
        const after = { ...user, name: 'Grace', passwordHash: 'next', sessionEpoch: 4 }
        assert.deepEqual(await users.byId(user.id), after)
      })
    },
  },
]
