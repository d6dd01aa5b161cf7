import assert from 'node:assert/strict'
import type { UserStore } from '@kith/core/ports'
import type { Case } from '../case.ts'
import { race, repeat, turns } from '../race.ts'
import { later, nextId, sampleUser } from '../records.ts'

/** What passwords and the epoch of sessions, which the same step changes, promise. */
export const passwordCases: readonly Case<UserStore>[] = [
  {
    id: 'users/replace-password',
    title: 'replacePassword replaces the expected hash with the next, including null, and nothing else',
    async run(users) {
      const user = sampleUser({ passwordHash: null })
      await users.create(user)
      assert.deepEqual(await users.replacePassword(user.id, null, 'first'), { endedEpoch: 3 })
      assert.deepEqual(await users.byId(user.id), { ...user, passwordHash: 'first', sessionEpoch: 4 })
      assert.deepEqual(await users.replacePassword(user.id, 'first', 'second'), { endedEpoch: 4 })
      assert.deepEqual(await users.byId(user.id), { ...user, passwordHash: 'second', sessionEpoch: 5 })
      assert.deepEqual(await users.replacePassword(user.id, 'second', null), { endedEpoch: 5 })
      assert.deepEqual(await users.byId(user.id), { ...user, passwordHash: null, sessionEpoch: 6 })
    },
  },
  {
    id: 'users/upgrade-hash',
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
    id: 'users/end-sessions-epoch',
    title:
      'update with endSessions raises the epoch in the step of the change, and not if it changes nothing',
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
    id: 'users/parallel-epochs',
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
    id: 'users/parallel-ended-epochs',
    title:
      'of parallel ends of all sessions, a new password and a deletion among them, each returns the epoch that it ended',
    async run(users) {
      await repeat(3, async () => {
        const user = sampleUser()
        await users.create(user)
        const ended = await race(21, async (index) => {
          if (index === 10) return await users.replacePassword(user.id, user.passwordHash, 'next')
          if (index === 20) {
            // After some of the others, all of which may be done by then.
            await turns(2)
            return await users.markDeleted(user.id, later())
          }
          const answer = await users.update(user.id, { endSessions: true })
          return answer.outcome === 'updated' ? { endedEpoch: answer.user.sessionEpoch - 1 } : null
        })
        const epochs = ended.flatMap((each) => each?.endedEpoch ?? []).sort((a, b) => a - b)
        assert.deepEqual(
          epochs,
          epochs.map((_, index) => user.sessionEpoch + index),
        )
        assert.equal(ended[20]?.endedEpoch, epochs.at(-1), 'the deletion ends the last one')
      })
    },
  },
  {
    id: 'users/password-and-epoch-together',
    title: 'no read returns a new password in the epoch of the old one',
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
    id: 'users/replace-password-mismatch',
    title: 'replacePassword leaves a hash that is not the expected one',
    async run(users) {
      const [user, without] = [sampleUser({ passwordHash: 'hash' }), sampleUser({ passwordHash: null })]
      for (const each of [user, without]) await users.create(each)
      assert.equal(await users.replacePassword(user.id, 'HASH', 'next'), null)
      assert.equal(await users.replacePassword(user.id, null, 'next'), null)
      assert.equal(await users.replacePassword(without.id, 'hash', 'next'), null)
      assert.deepEqual(await users.byId(user.id), user)
      assert.deepEqual(await users.byId(without.id), without)
    },
  },
  {
    id: 'users/replace-password-unknown',
    title: 'replacePassword of an unknown account returns null',
    async run(users) {
      assert.equal(await users.replacePassword(nextId(), null, 'next'), null)
      assert.equal(await users.replacePassword(nextId(), 'hash', 'next'), null)
    },
  },
  {
    id: 'users/parallel-password-changes',
    title: 'of 30 parallel password changes from one hash exactly one returns an epoch, and its hash stays',
    async run(users) {
      await repeat(3, async () => {
        const user = sampleUser()
        await users.create(user)
        const answers = await race(30, (index) =>
          users.replacePassword(user.id, user.passwordHash, `next-${index}`),
        )
        assert.equal(answers.filter(Boolean).length, 1)
        const after = await users.byId(user.id)
        assert.equal(after?.passwordHash, `next-${answers.findIndex(Boolean)}`)
        assert.equal(after?.sessionEpoch, user.sessionEpoch + 1, 'those that lost raised nothing')
      })
    },
  },
  {
    id: 'users/update-password-race',
    title: 'a concurrent update does not undo a password change, nor the reverse',
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
