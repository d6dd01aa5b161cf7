import assert from 'node:assert/strict'
import type { UserStore } from '@kith/core/ports'
import type { Case } from '../case.ts'
import { purgingCases } from '../purging.ts'
import { race, repeat } from '../race.ts'
import { later, nextId, sampleUser } from '../records.ts'

/** What `markDeleted`, `toPurge` and `purge` promise. */
export const deletionCases: readonly Case<UserStore>[] = [
  {
    id: 'users/deleted-absent',
    title: 'a deleted account is absent from every lookup',
    async run(users) {
      const user = sampleUser({ username: 'ada', email: 'ada@example.com' })
      await users.create(user)
      assert.deepEqual(await users.markDeleted(user.id, later()), { endedEpoch: user.sessionEpoch })
      assert.equal(await users.byId(user.id), null)
      assert.equal(await users.byLogin({ username: 'ada' }), null)
      assert.equal(await users.byLogin({ email: 'ada@example.com' }), null)
    },
  },
  {
    id: 'users/deleted-unchangeable',
    title: 'a deleted account cannot be changed',
    async run(users) {
      const user = sampleUser()
      await users.create(user)
      await users.markDeleted(user.id, later())
      assert.deepEqual(await users.update(user.id, { name: 'x' }), { outcome: 'gone' })
      assert.deepEqual(await users.update(user.id, {}), { outcome: 'gone' })
      for (const expected of [user.passwordHash, null]) {
        assert.equal(await users.replacePassword(user.id, expected, 'next'), null)
      }
    },
  },
  {
    id: 'users/deleted-identifiers-free',
    title: 'the identifiers of a deleted account are free again',
    async run(users) {
      const user = sampleUser()
      await users.create(user)
      await users.markDeleted(user.id, later())
      const { username, email, phone } = user
      const next = sampleUser({ username, email, phone })
      assert.deepEqual(await users.create(next), { outcome: 'created' })
      assert.equal((await users.byLogin({ username: username ?? '' }))?.id, next.id)
    },
  },
  {
    id: 'users/delete-once',
    title: 'markDeleted returns the epoch once, and null for an account that is deleted or unknown',
    async run(users) {
      const user = sampleUser()
      await users.create(user)
      assert.equal(await users.markDeleted(nextId(), later()), null)
      assert.deepEqual(await users.markDeleted(user.id, later()), { endedEpoch: user.sessionEpoch })
      assert.equal(await users.markDeleted(user.id, later(1000)), null)
      await users.purge(user.id)
      assert.equal(await users.markDeleted(user.id, later(2000)), null)
    },
  },
  {
    id: 'users/parallel-deletes',
    title: 'of 20 parallel deletions of one account exactly one returns the epoch',
    async run(users) {
      await repeat(3, async () => {
        const user = sampleUser()
        await users.create(user)
        const answers = await race(20, () => users.markDeleted(user.id, later()))
        assert.equal(answers.filter(Boolean).length, 1)
      })
    },
  },
  {
    id: 'users/update-delete-race',
    title: 'a concurrent update does not restore a deleted account',
    async run(users) {
      await repeat(10, async (round) => {
        const user = sampleUser()
        await users.create(user)
        const calls: (() => Promise<unknown>)[] = [
          () => users.update(user.id, { name: 'Grace' }),
          () => users.markDeleted(user.id, later()),
        ]
        if (round % 2) calls.reverse()
        await Promise.all(calls.map((call) => call()))
        assert.equal(await users.byId(user.id), null)
      })
    },
  },
  ...purgingCases<UserStore>({
    subject: 'users',
    storeOf: (users) => users,
    create: async (users, id) => void (await users.create(sampleUser({ id }))),
    mark: async (users, id) => (await users.markDeleted(id, later())) !== null,
    isLive: async (users, id) => (await users.byId(id)) !== null,
  }),
]
