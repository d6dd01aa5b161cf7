import assert from 'node:assert/strict'
import type { UserStore } from '@kith/core/ports'
import type { Case } from '../case.ts'
import { race, repeat } from '../race.ts'
import { later, nextId, sampleUser } from '../records.ts'

/** What passwords and the epoch of sessions promise, which the same step changes. */
export const passwordCases: readonly Case<UserStore>[] = [
  {
    id: 'users/replacepassword-replaces-hash-expected',
    title: 'replacePassword replaces the hash that is expected, null included, and nothing else',
    async run(users) {
      const user = sampleUser({ passwordHash: null })
      await users.create(user)
      assert.equal(await users.replacePassword(user.id, null, 'first'), true)
      assert.deepEqual(await users.byId(user.id), { ...user, passwordHash: 'first', sessionEpoch: 4 })
      assert.equal(await users.replacePassword(user.id, 'first', 'second'), true)
      assert.deepEqual(await users.byId(user.id), { ...user, passwordHash: 'second', sessionEpoch: 5 })
    },
  },
  {
    id: 'users/upgradehash-replaces-hash-under',
    title: 'upgradeHash replaces the hash under the same condition, and leaves the epoch',
    async run(users) {
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
    id: 'users/update-endsessions-raises-epoch',
    title:
      'update with endSessions raises the epoch in the step of the change, and not where it changes nothing',
    async run(users) {
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
    id: 'users/20-parallel-ends-all',
    title: 'of 20 parallel ends of all sessions each raises the epoch by one',
    async run(users) {
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
    id: 'users/nobody-sees-new-password',
    title: 'nobody sees a new password in the epoch of the old one',
    async run(users) {
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
    id: 'users/replacepassword-leaves-hash-expected',
    title: 'replacePassword leaves a hash that is not the expected one',
    async run(users) {
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
    id: 'users/replacepassword-unknown-account-answers',
    title: 'replacePassword of an unknown account answers false',
    async run(users) {
      assert.equal(await users.replacePassword(nextId(), null, 'next'), false)
      assert.equal(await users.replacePassword(nextId(), 'hash', 'next'), false)
    },
  },
  {
    id: 'users/30-parallel-password-changes',
    title: 'of 30 parallel password changes from one hash exactly one answers true, and its hash stays',
    async run(users) {
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
    id: 'users/update-same-time-undo',
    title: 'an update at the same time does not undo a password change, nor the reverse',
    async run(users) {
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
