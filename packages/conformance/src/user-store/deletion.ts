import assert from 'node:assert/strict'
import type { UserStore } from '@kith/core'
import type { Case } from '../case.ts'
import { race, repeat } from '../race.ts'
import { later, nextId, sampleUser } from '../records.ts'

/** What `markDeleted`, `deletedIds` and `purge` promise. */
export const deletionCases: readonly Case<UserStore>[] = [
  {
    name: 'users: a deleted account is absent from every look-up',
    async run(make) {
      const users = await make()
      const user = sampleUser({ username: 'ada', email: 'ada@example.com' })
      await users.create(user)
      assert.equal(await users.markDeleted(user.id, later()), true)
      assert.equal(await users.byId(user.id), null)
      assert.equal(await users.byLogin({ username: 'ada' }), null)
      assert.equal(await users.byLogin({ email: 'ada@example.com' }), null)
    },
  },
  {
    name: 'users: a deleted account cannot be changed',
    async run(make) {
      const users = await make()
      const user = sampleUser()
      await users.create(user)
      await users.markDeleted(user.id, later())
      assert.deepEqual(await users.update(user.id, { name: 'x' }), { outcome: 'missing' })
      assert.deepEqual(await users.update(user.id, {}), { outcome: 'missing' })
      for (const expected of [user.passwordHash, null]) {
        assert.equal(await users.replacePassword(user.id, expected, 'next'), false)
      }
    },
  },
  {
    name: 'users: the identifiers of a deleted account are free again',
    async run(make) {
      const users = await make()
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
    name: 'users: markDeleted answers true once, and false for an account that is deleted or unknown',
    async run(make) {
      const users = await make()
      const user = sampleUser()
      await users.create(user)
      assert.equal(await users.markDeleted(nextId(), later()), false)
      assert.equal(await users.markDeleted(user.id, later()), true)
      assert.equal(await users.markDeleted(user.id, later(1000)), false)
      await users.purge(user.id)
      assert.equal(await users.markDeleted(user.id, later(2000)), false)
    },
  },
  {
    name: 'users: of 20 parallel deletions of one account exactly one answers true',
    async run(make) {
      const users = await make()
      await repeat(3, async () => {
        const user = sampleUser()
        await users.create(user)
        const answers = await race(20, () => users.markDeleted(user.id, later()))
        assert.equal(answers.filter(Boolean).length, 1)
      })
    },
  },
  {
    name: 'users: an update at the same time does not bring a deleted account back',
    async run(make) {
      const users = await make()
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
  {
    name: 'users: deletedIds names deleted accounts and no live one',
    async run(make) {
      const users = await make()
      const [live, deleted] = [sampleUser(), sampleUser()]
      for (const user of [live, deleted]) await users.create(user)
      assert.deepEqual(await users.deletedIds(10), [])
      await users.markDeleted(deleted.id, later())
      assert.deepEqual(await users.deletedIds(10), [deleted.id])
    },
  },
  {
    name: 'users: deletedIds names the oldest ids first, at most `limit`',
    async run(make) {
      const users = await make()
      const all = Array.from({ length: 5 }, () => sampleUser())
      for (const user of all) await users.create(user)
      for (const index of [3, 0, 4, 1]) await users.markDeleted(all[index]?.id ?? '', later())
      const expected = [0, 1, 3, 4].map((index) => all[index]?.id)
      assert.deepEqual(await users.deletedIds(10), expected)
      assert.deepEqual(await users.deletedIds(2), expected.slice(0, 2))
    },
  },
  {
    name: 'users: purge removes a deleted account for good; again, or for an unknown one, it does nothing',
    async run(make) {
      const users = await make()
      const [user, other] = [sampleUser(), sampleUser()]
      for (const each of [user, other]) await users.create(each)
      for (const each of [user, other]) await users.markDeleted(each.id, later())
      for (const id of [user.id, user.id, nextId()]) await users.purge(id)
      assert.deepEqual(await users.deletedIds(10), [other.id])
    },
  },
  {
    name: 'users: purge leaves a live account alone',
    async run(make) {
      const users = await make()
      const user = sampleUser()
      await users.create(user)
      await users.purge(user.id)
      assert.deepEqual(await users.byId(user.id), user)
    },
  },
]
