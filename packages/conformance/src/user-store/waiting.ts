import assert from 'node:assert/strict'
import type { UserFilter, UserRecord, UserStore } from '@kith/core/ports'
import type { Case } from '../case.ts'
import { race, repeat } from '../race.ts'
import { later, sampleUser } from '../records.ts'
import { wholeSearch } from './searching.ts'

/** What stores promise about accounts that wait for approval, and about age and invitation. */
export const waitingCases: readonly Case<UserStore>[] = [
  {
    id: 'users/waiting',
    title:
      'an account stores since when it waits, to the millisecond, and who invited it, and both may be null',
    async run(users) {
      const waiting = waitingUser({ invitedBy: null })
      const other = sampleUser()
      for (const user of [waiting, other]) {
        await users.create(user)
        assert.deepEqual(await users.byId(user.id), user)
        assert.deepEqual(await users.byLogin({ username: user.username ?? '' }), user)
      }
      const waitingSince = later(5_001)
      const changed = { ...other, waitingSince }
      assert.deepEqual(await users.update(other.id, { waitingSince }), { outcome: 'updated', user: changed })
      assert.deepEqual(await users.byId(other.id), changed)
      const named = { ...changed, name: 'Grace' }
      assert.deepEqual(await users.update(other.id, { name: 'Grace' }), { outcome: 'updated', user: named })
      assert.deepEqual(await users.update(other.id, { waitingSince: null }), {
        outcome: 'updated',
        user: { ...named, waitingSince: null },
      })
      assert.deepEqual(await users.byId(waiting.id), waiting)
    },
  },
  {
    id: 'users/age',
    title:
      'an account keeps an age with its bounds, its source and its time, or none, and update replaces it whole',
    async run(users) {
      const ages = [
        { from: 0, to: 12, source: 'declared', at: later(7) },
        { from: 18, to: null, source: 'id-check', at: later(8) },
      ]
      for (const age of [...ages, null]) {
        const user = sampleUser({ age })
        await users.create(user)
        assert.deepEqual(await users.byId(user.id), user)
        for (const next of [...ages, null]) {
          const changed = { ...user, age: next }
          assert.deepEqual(await users.update(user.id, { age: next }), { outcome: 'updated', user: changed })
          assert.deepEqual(await users.byId(user.id), changed)
        }
      }
    },
  },
  {
    id: 'users/search-waiting',
    title: 'search returns the live accounts that wait now, or those that do not, highest id first',
    async run(users) {
      const all = [
        waitingUser({ role: 'member' }),
        sampleUser({ role: 'member' }),
        waitingUser(),
        waitingUser(),
        sampleUser({ bannedAt: later() }),
        waitingUser(),
      ] as const
      for (const user of all) await users.create(user)
      const [first, free, second, deleted, banned, approved] = all
      await users.markDeleted(deleted.id, later())
      const letIn = { waitingSince: null, bannedAt: null }
      await users.update(approved.id, letIn)
      const found = async (filter: UserFilter): Promise<string[]> =>
        idsOf(await wholeSearch(users, filter, 2))
      assert.deepEqual(await wholeSearch(users, { waiting: true }, 2), [second, first])
      assert.deepEqual(await found({ waiting: false }), idsOf([approved, banned, free]))
      assert.deepEqual(await found({ waiting: true, role: 'member' }), idsOf([first]))
      assert.deepEqual(await found({ waiting: false, banned: true }), idsOf([banned]))
      assert.deepEqual(await found({ waiting: true, banned: false }), [])
      assert.deepEqual(await found({ waiting: true, begins: { email: second.email ?? '' } }), idsOf([second]))
      const page = await users.search({ waiting: true }, { limit: 1, before: second.id })
      assert.deepEqual(idsOf(page.users), [first.id])
    },
  },
  {
    id: 'users/parallel-approvals',
    title: 'of 20 parallel updates that expect since when an account waits exactly one succeeds',
    async run(users) {
      await repeat(3, async () => {
        const user = waitingUser()
        await users.create(user)
        const expected = { waitingSince: user.waitingSince }
        const answers = await race(20, (index) =>
          index % 2
            ? users.update(user.id, { waitingSince: null, bannedAt: null, expected })
            : users.update(user.id, { waitingSince: later(9_000 + index), expected }),
        )
        const made = answers.filter(({ outcome }) => outcome === 'updated')
        assert.equal(made.length, 1)
        assert.equal(answers.filter(({ outcome }) => outcome === 'differs').length, 19)
        const [answer] = made
        assert.deepEqual(await users.byId(user.id), answer?.outcome === 'updated' ? answer.user : null)
      })
    },
  },
  {
    id: 'users/expected-waiting',
    title: 'update compares since when an account waits, to the millisecond, including null',
    async run(users) {
      const user = waitingUser()
      await users.create(user)
      for (const waitingSince of [null, later(5_000), later(5_002)]) {
        const answer = await users.update(user.id, { name: 'Grace', expected: { waitingSince } })
        assert.deepEqual(answer, { outcome: 'differs' })
      }
      assert.deepEqual(await users.byId(user.id), user)
      const letIn = { waitingSince: null, bannedAt: null, expected: { waitingSince: later(5_001) } }
      assert.equal((await users.update(user.id, letIn)).outcome, 'updated')
      assert.deepEqual(await users.update(user.id, letIn), { outcome: 'differs' })
      const banning = { bannedAt: later(), expected: { waitingSince: null } }
      assert.equal((await users.update(user.id, banning)).outcome, 'updated')
    },
  },
]

/** One that waits is banned. */
function waitingUser(fields: Partial<UserRecord> = {}): UserRecord {
  return sampleUser({ waitingSince: later(5_001), bannedAt: later(5_001), ...fields })
}

function idsOf(users: readonly UserRecord[]): string[] {
  return users.map(({ id }) => id)
}
