import assert from 'node:assert/strict'
import type { UserRecord, UserStore } from '@kith/core/ports'
import type { Case } from '../case.ts'
import { later, nextId, sampleUser } from '../records.ts'

/** What `byIds` and `bannedIds` promise. */
export const listCases: readonly Case<UserStore>[] = [
  {
    id: 'users/by-ids',
    title: 'byIds returns the existing live accounts, each once; no ids, thousands, and invalid ids are fine',
    async run(users) {
      const [first, second, deleted] = [sampleUser(), sampleUser(), sampleUser()]
      for (const user of [first, second, deleted]) await users.create(user)
      await users.markDeleted(deleted.id, later())
      const third = await banned(users)
      const found = await users.byIds([third.id, nextId(), first.id, deleted.id, 'nothing', ''])
      assert.deepEqual(found.sort(byId), [first, third])
      assert.deepEqual(await users.byIds([]), [])
      assert.deepEqual(await users.byIds([...Array.from({ length: 2000 }, nextId), second.id]), [second])
    },
  },
  {
    id: 'users/by-ids-copies',
    title: 'accounts that byIds returns are copies',
    async run(users) {
      const user = sampleUser()
      await users.create(user)
      for (const answer of await users.byIds([user.id])) answer.createdAt.setTime(0)
      assert.deepEqual(await users.byIds([user.id]), [user])
    },
  },
  {
    id: 'users/banned-ids',
    title: 'bannedIds names live accounts that are banned now, and no others',
    async run(users) {
      await users.create(sampleUser())
      const [first, pardoned, deleted, second] = [
        await banned(users),
        await banned(users),
        await banned(users),
        await banned(users),
      ]
      await users.update(pardoned.id, { bannedAt: null })
      await users.markDeleted(deleted.id, later())
      assert.deepEqual(await users.bannedIds({ limit: 9, before: null }), [second.id, first.id])
    },
  },
  {
    id: 'users/banned-ids-page',
    title: 'bannedIds names the highest ids first, at most `limit` that sort before `before`',
    async run(users) {
      const all = Array.from({ length: 5 }, () => sampleUser())
      for (const user of all) await users.create(user)
      for (const index of [3, 0, 4, 1, 2]) await users.update(all[index]?.id ?? '', { bannedAt: later() })
      const ids = all.map((user) => user.id).reverse()
      assert.deepEqual(await users.bannedIds({ limit: 2, before: null }), ids.slice(0, 2))
      assert.deepEqual(await users.bannedIds({ limit: 2, before: ids[1] ?? '' }), ids.slice(2, 4))
      assert.deepEqual(await users.bannedIds({ limit: 9, before: ids[3] ?? '' }), ids.slice(4))
    },
  },
]

/** An account that was banned after its creation. */
async function banned(users: UserStore): Promise<UserRecord> {
  const user = sampleUser()
  await users.create(user)
  await users.update(user.id, { bannedAt: later() })
  return { ...user, bannedAt: later() }
}

function byId(a: UserRecord, b: UserRecord): number {
  return a.id < b.id ? -1 : 1
}
