import assert from 'node:assert/strict'
import type { IdentifierTexts, UserFilter, UserRecord, UserStore } from '@kith/core/ports'
import type { Case } from '../case.ts'
import { later, nextId, sampleUser } from '../records.ts'

/** What `idsBeginning`, `idsContaining` and `search` promise. */
export const searchCases: readonly Case<UserStore>[] = [
  {
    id: 'users/ids-beginning',
    title: 'idsBeginning names each live account with a matching identifier prefix once, byte by byte',
    async run(users) {
      const [ada, adam, percent, phone, deleted] = await created(users, [
        { username: 'ada', email: 'ada@example.com', phone: null },
        { username: 'x-adam', email: 'adam@example.com', phone: '+4901' },
        { username: 'a%a', email: null, phone: '+4902' },
        { username: null, email: 'a_a@example.com', phone: '+4911' },
        { username: 'ada.gone', email: null, phone: null },
      ])
      await users.markDeleted(deleted.id, later())
      const named = async (begins: Parameters<UserStore['idsBeginning']>[0]): Promise<string[]> =>
        (await users.idsBeginning(begins, 99)).sort()
      assert.deepEqual(await named({ username: 'ada', email: 'ada' }), [ada.id, adam.id].sort())
      assert.deepEqual(await named({ username: 'ada' }), [ada.id])
      assert.deepEqual(await named({ username: 'ADA', email: 'Ada' }), [])
      assert.deepEqual(await named({ username: 'a%', email: 'a%' }), [percent.id])
      assert.deepEqual(await named({ username: 'a_', email: 'a_' }), [phone.id])
      assert.deepEqual(await named({ phone: '+49' }), [adam.id, percent.id, phone.id].sort())
      assert.deepEqual(await named({ phone: '+490' }), [adam.id, percent.id].sort())
      assert.deepEqual(await named({ email: 'adam@example.com', phone: '+4911' }), [adam.id, phone.id].sort())
      assert.deepEqual(await named({ email: 'adam@example.comm', phone: '49' }), [])
      for (const begins of [{}, { username: '' }, { username: '', email: '', phone: '' }])
        assert.deepEqual(await named(begins), [], 'an empty string is not a prefix')
    },
  },
  {
    id: 'users/ids-beginning-limit',
    title: 'idsBeginning names at most `limit`, whichever identifiers match',
    async run(users) {
      const same = Array.from({ length: 6 }, (_, index) => ({
        username: `same-${index}`,
        email: index < 2 ? `same-${index}@example.com` : `other-${index}@example.com`,
      }))
      const ids = (await created(users, same)).map(({ id }) => id)
      for (const begins of [{ username: 'same' }, { username: 'same', email: 'same', phone: '+1' }]) {
        for (const limit of [1, 3, 6, 9]) {
          const found = await users.idsBeginning(begins, limit)
          assert.equal(new Set(found).size, Math.min(limit, 6))
          assert.ok(found.length <= limit && found.every((id) => ids.includes(id)))
        }
      }
    },
  },
  {
    id: 'users/ids-containing',
    title:
      'idsContaining, of a store that has an index for it, names each live account once of which an identifier contains it',
    async run(users) {
      const [ada, percent, phone, deleted] = await created(users, [
        { username: 'x_ada', email: 'one.ada.two@example.com', phone: null },
        { username: 'a%da', email: null, phone: '+4901' },
        { username: null, email: 'back\\slash@example.com', phone: '+4911' },
        { username: 'gone.ada', email: null, phone: null },
      ])
      await users.markDeleted(deleted.id, later())
      if (!users.idsContaining || (await users.idsContaining({ username: 'ada' }, 9)) === null) return
      const named = async (contains: IdentifierTexts): Promise<string[]> => {
        const ids = (await users.idsContaining?.(contains, 99)) ?? assert.fail('the index is there')
        const same = [phone, percent, ada].filter(({ id }) => ids.includes(id))
        assert.deepEqual(await wholeSearch(users, { contains }), same, 'search finds the same')
        return ids.sort()
      }
      assert.deepEqual(await named({ username: 'ada', email: 'ada' }), [ada.id])
      assert.deepEqual(await named({ username: 'x_ada' }), [ada.id])
      assert.deepEqual(await named({ username: 'two' }), [])
      assert.deepEqual(await named({ email: '.two@exa' }), [ada.id])
      assert.deepEqual(await named({ username: 'ADA', email: 'Ada' }), [])
      assert.deepEqual(await named({ username: 'a%d', email: 'a%d' }), [percent.id])
      assert.deepEqual(await named({ username: 'a_d', email: 'a_d' }), [])
      assert.deepEqual(await named({ username: '%%%', email: '___' }), [])
      assert.deepEqual(await named({ email: 'k\\sl' }), [phone.id])
      assert.deepEqual(await named({ phone: '490' }), [percent.id])
      assert.deepEqual(await named({ phone: '+49', email: 'slash' }), [percent.id, phone.id].sort())
      for (const contains of [{}, { username: '' }, { username: '', email: '', phone: '' }])
        assert.deepEqual(await named(contains), [], 'nothing is in nothing')
      for (const limit of [1, 2]) {
        const found: string[] = (await users.idsContaining({ phone: '+49' }, limit)) ?? []
        assert.equal(new Set(found).size, limit)
        assert.equal(found.length, limit)
      }
      assert.deepEqual(await wholeSearch(users, { contains: { email: 'ada' }, banned: true }), [])
    },
  },
  {
    id: 'users/search',
    title: 'search returns the live accounts that match all given conditions, highest id first',
    async run(users) {
      const bannedAt = later()
      const [ada, ben, cleo, dora, deleted, admin] = await created(users, [
        { username: 'ada', email: null, role: 'member' },
        { username: 'ben', email: 'ada@example.com', role: 'member', bannedAt },
        { username: 'cleo', email: null, phone: '+4977', role: 'admin', bannedAt },
        { username: 'dora', email: null, role: 'admin' },
        { username: 'adam', email: null, role: 'admin', bannedAt },
        { username: 'ad', email: null, role: 'Admin' },
      ])
      await users.markDeleted(deleted.id, later())
      await users.update(dora.id, { bannedAt })
      await users.update(dora.id, { bannedAt: null })
      const found = (filter: UserFilter): Promise<UserRecord[]> => wholeSearch(users, filter)
      const begins = { username: 'ad', email: 'ad', phone: '+49' }
      assert.deepEqual(await found({}), [admin, dora, cleo, ben, ada])
      assert.deepEqual(await found({ banned: true }), [cleo, ben])
      assert.deepEqual(await found({ banned: false }), [admin, dora, ada])
      assert.deepEqual(await found({ role: 'admin' }), [dora, cleo])
      assert.deepEqual(await found({ role: 'member' }), [ben, ada])
      assert.deepEqual(await found({ role: 'nobody' }), [])
      assert.deepEqual(await found({ begins }), [admin, cleo, ben, ada])
      assert.deepEqual(await found({ begins: { username: 'ada' } }), [ada])
      assert.deepEqual(await found({ begins: { email: 'a%' } }), [])
      assert.deepEqual(await found({ begins: {} }), [])
      assert.deepEqual(await found({ begins: { username: '' } }), [])
      assert.deepEqual(await found({ banned: true, role: 'admin' }), [cleo])
      assert.deepEqual(await found({ banned: false, role: 'admin' }), [dora])
      assert.deepEqual(await found({ banned: true, begins }), [cleo, ben])
      assert.deepEqual(await found({ banned: false, begins, role: 'member' }), [ada])
    },
  },
  {
    id: 'users/search-pages',
    title: 'search returns at most `limit` accounts below `before`, and continues at its `next`',
    async run(users) {
      const roles = Array.from({ length: 7 }, (_, index) => ({ role: index % 2 ? 'odd' : 'member' }))
      const all = (await created(users, roles)).reverse()
      const before = all[1]?.id ?? ''
      assert.deepEqual((await users.search({}, { limit: 3, before })).users, all.slice(2, 5))
      for (const limit of [1, 2, 7, 9])
        assert.deepEqual(await wholeSearch(users, {}, limit), all, `in pages of ${limit}`)
      const odd = all.filter(({ role }) => role === 'odd')
      assert.deepEqual(await wholeSearch(users, { role: 'odd' }, 2), odd)
      assert.equal((await users.search({}, { limit: 9, before: null })).next, null, 'it ends')
      assert.deepEqual(await users.search({}, { limit: 9, before: all.at(-1)?.id ?? '' }), {
        users: [],
        next: null,
      })
    },
  },
  {
    id: 'users/search-far',
    title: 'search reaches an account that is thousands below, in steps',
    async run(users) {
      const [first] = await created(users, [{ username: 'far', role: 'member' }])
      for (let part = 0; part < 11; part++)
        await Promise.all(Array.from({ length: 100 }, () => users.create(sampleUser({ role: 'member' }))))
      assert.deepEqual(await wholeSearch(users, { begins: { username: 'far' }, banned: false }), [first])
      assert.deepEqual(await wholeSearch(users, { begins: { username: 'farther' } }), [])
      assert.equal((await wholeSearch(users, {}, 100)).length, 1101)
    },
  },
  {
    id: 'users/search-beside-writes',
    title: 'search returns every account that matches throughout once, while others are created and deleted',
    async run(users) {
      const kept = (
        await created(
          users,
          Array.from({ length: 30 }, () => ({})),
        )
      ).map(({ id }) => id)
      const passing = await created(
        users,
        Array.from({ length: 10 }, () => ({})),
      )
      const [found] = await Promise.all([
        wholeSearch(users, {}, 4),
        Promise.all(passing.map(({ id }) => users.markDeleted(id, later()))),
        Promise.all(Array.from({ length: 10 }, () => users.create(sampleUser()))),
      ])
      const ids = found.map(({ id }) => id)
      assert.deepEqual(
        ids.filter((id) => kept.includes(id)),
        [...kept].reverse(),
      )
      assert.equal(new Set(ids).size, ids.length)
    },
  },
  {
    id: 'users/search-any-id',
    title: 'search continues below any id, even one that is not an account',
    async run(users) {
      const [low] = await created(users, [{}])
      const between = nextId()
      await created(users, [{}])
      assert.deepEqual((await users.search({}, { limit: 9, before: between })).users, [low])
      for (const user of (await users.search({}, { limit: 9, before: between })).users)
        user.createdAt.setTime(0)
      assert.deepEqual(await users.byId(low.id), low, 'the result was a copy')
    },
  },
]

/** Accounts with these fields, cycling through the lists. */
async function created<Fields extends readonly Partial<UserRecord>[]>(
  users: UserStore,
  fields: [...Fields],
): Promise<{ [Index in keyof Fields]: UserRecord }> {
  const all = fields.map((each) => sampleUser({ phone: null, role: 'member', ...each }))
  for (const user of all) assert.equal((await users.create(user)).outcome, 'created')
  return all as { [Index in keyof Fields]: UserRecord }
}

/** Follows each `next` to the end. */
export async function wholeSearch(
  users: UserStore,
  filter: UserFilter,
  limit: number = 5,
): Promise<UserRecord[]> {
  const all: UserRecord[] = []
  let before: string | null = null
  for (let steps = 0; steps < 5_000; steps++) {
    const { users: found, next } = await users.search(filter, { limit, before })
    assert.ok(found.length <= limit, 'a step returns at most `limit`')
    all.push(...found)
    if (next === null) return all
    assert.ok(before === null || next < before, 'each step moves down')
    before = next
  }
  assert.fail('search does not end')
}
