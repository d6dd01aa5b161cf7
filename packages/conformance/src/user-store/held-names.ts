import assert from 'node:assert/strict'
import type { UserRecord, UserStore } from '@kith/core/ports'
import type { Case } from '../case.ts'
import { race, repeat } from '../race.ts'
import { later, nextId, sampleUser } from '../records.ts'

const until = later(9_000)
const hold = { now: later(), until }
let made = 0

/** A username that no case has used. */
function newName(): string {
  return `held-${nextId().slice(-8)}-${++made}`
}

/** An account that has released the returned name. */
async function formerOwner(users: UserStore): Promise<{ user: UserRecord; name: string }> {
  const name = newName()
  const user = sampleUser({ username: name })
  await users.create(user)
  assert.equal((await users.update(user.id, { username: newName() }, hold)).outcome, 'updated')
  return { user, name }
}

async function outcomesFor(users: UserStore, username: string, now: Date | undefined): Promise<string[]> {
  const other = sampleUser()
  await users.create(other)
  const updated = await users.update(other.id, { username }, now && { now, until: null })
  if (updated.outcome === 'updated') await users.update(other.id, { username: other.username })
  const created = await users.create(sampleUser({ username }), now)
  for (const answer of [updated, created]) {
    if (answer.outcome === 'taken') assert.deepEqual(answer.taken, ['username'])
  }
  return [updated.outcome, created.outcome]
}

/** What holds of usernames promise. */
export const heldNameCases: readonly Case<UserStore>[] = [
  {
    id: 'users/hold-until-end',
    title:
      'a released username is taken for others until its hold ends, and free from exactly that millisecond on',
    async run(users) {
      const { name } = await formerOwner(users)
      for (const now of [later(), later(8_999)]) {
        assert.deepEqual(await outcomesFor(users, name, now), ['taken', 'taken'])
      }
      assert.equal(await users.byLogin({ username: name }), null)
      assert.deepEqual(await outcomesFor(users, name, until), ['updated', 'created'])
      assert.equal((await users.byLogin({ username: name }))?.username, name)
      const other = await formerOwner(users)
      const created = await users.create(sampleUser({ username: other.name }), until)
      assert.deepEqual(created, { outcome: 'created' })
    },
  },
  {
    id: 'users/hold-without-time',
    title: 'an ended hold counts if no time is given, until it is forgotten',
    async run(users) {
      const { name } = await formerOwner(users)
      assert.deepEqual(await outcomesFor(users, name, undefined), ['taken', 'taken'])
      assert.equal(await users.forgetUsernames(until, 10), 1)
      assert.deepEqual(await outcomesFor(users, name, undefined), ['updated', 'created'])
    },
  },
  {
    id: 'users/hold-former-owner',
    title: 'the former owner can have the name back, and then holds the one that replaced it',
    async run(users) {
      const [first, second] = [newName(), newName()]
      const user = sampleUser({ username: first })
      await users.create(user)
      for (const username of [second, first, second, first]) {
        const answer = await users.update(user.id, { username }, hold)
        assert.equal(answer.outcome === 'updated' && answer.user.username, username)
      }
      assert.deepEqual(await outcomesFor(users, second, later()), ['taken', 'taken'])
      assert.equal(await users.forgetUsernames(until, 10), 1, 'the name in use is not held as well')
      assert.equal((await users.byLogin({ username: first }))?.id, user.id)
    },
  },
  {
    id: 'users/hold-several',
    title: 'several names are held at the same time, each until its own end',
    async run(users) {
      const names = [newName(), newName(), newName()]
      const user = sampleUser({ username: names[0] ?? '' })
      await users.create(user)
      for (const [step, username] of [names[1], names[2], null].entries()) {
        await users.update(
          user.id,
          { username: username ?? null },
          { now: later(), until: later(1000 * (step + 1)) },
        )
      }
      for (const [step, name] of names.entries()) {
        assert.deepEqual(await outcomesFor(users, name, later(1000 * (step + 1) - 1)), ['taken', 'taken'])
      }
      assert.deepEqual(await outcomesFor(users, names[1] ?? '', later(2000)), ['updated', 'created'])
      assert.deepEqual(await outcomesFor(users, names[2] ?? '', later(2000)), ['taken', 'taken'])
    },
  },
  {
    id: 'users/hold-refused-change',
    title: 'a change that is refused, or that leaves the username, holds nothing',
    async run(users) {
      const [user, other] = [sampleUser(), sampleUser()]
      for (const each of [user, other]) await users.create(each)
      await users.update(user.id, { username: other.username, email: 'free@example.com' }, hold)
      await users.update(user.id, { username: newName(), email: other.email }, hold)
      await users.update(user.id, { username: user.username, bio: 'new' }, hold)
      await users.update(user.id, { bio: 'newer' }, hold)
      assert.equal(await users.forgetUsernames(until, 10), 0)
      assert.equal((await users.byId(user.id))?.username, user.username)
    },
  },
  {
    id: 'users/hold-none',
    title: 'without a hold, or with one that never begins, a name is free immediately',
    async run(users) {
      for (const given of [undefined, { now: later(), until: null }]) {
        const user = sampleUser({ username: newName() })
        await users.create(user)
        await users.update(user.id, { username: newName() }, given)
        assert.deepEqual(await outcomesFor(users, user.username ?? '', later()), ['updated', 'created'])
      }
    },
  },
  {
    id: 'users/hold-deleted',
    title:
      'the username of a deleted account is held from everyone, with those that it released before; the rest is free',
    async run(users) {
      const { user, name } = await formerOwner(users)
      const last = (await users.byId(user.id))?.username ?? ''
      assert.notEqual(await users.markDeleted(user.id, later(), until), null)
      for (const held of [name, last]) {
        assert.deepEqual(await outcomesFor(users, held, later(8_999)), ['taken', 'taken'])
        assert.equal(await users.byLogin({ username: held }), null)
      }
      const next = sampleUser({ email: user.email, phone: user.phone })
      assert.deepEqual(await users.create(next, later()), { outcome: 'created' })
    },
  },
  {
    id: 'users/hold-survives-purge',
    title: 'a purge removes no hold, and forgetting removes no account',
    async run(users) {
      const user = sampleUser({ username: newName() })
      await users.create(user)
      await users.markDeleted(user.id, later(), until)
      for (let time = 0; time < 2; time++) {
        await users.purge(user.id)
        assert.deepEqual(await outcomesFor(users, user.username ?? '', later(8_999)), ['taken', 'taken'])
      }
      assert.deepEqual(await users.toPurge(10), [])
      const marked = sampleUser({ username: newName() })
      const { user: live } = await formerOwner(users)
      await users.create(marked)
      await users.markDeleted(marked.id, later(), until)
      assert.equal(await users.forgetUsernames(until, 10), 3)
      assert.deepEqual(await users.toPurge(10), [marked.id])
      assert.notEqual(await users.byId(live.id), null)
      await users.purge(marked.id)
      assert.deepEqual(await users.toPurge(10), [])
    },
  },
  {
    id: 'users/forget-usernames',
    title: 'forgetUsernames forgets ended holds, at most `limit`, and none twice',
    async run(users) {
      for (let each = 0; each < 3; each++) await formerOwner(users)
      assert.equal(await users.forgetUsernames(later(8_999), 10), 0)
      assert.equal(await users.forgetUsernames(until, 2), 2)
      assert.equal(await users.forgetUsernames(until, 2), 1)
      assert.equal(await users.forgetUsernames(until, 2), 0)
    },
  },
  {
    id: 'users/hold-rename-race',
    title: 'of a rename and 20 concurrent calls for the old name, none gets it, in any order',
    async run(users) {
      await repeat(5, async (round) => {
        const user = sampleUser({ username: newName() })
        const rivals = Array.from({ length: 10 }, () => sampleUser())
        for (const each of [user, ...rivals]) await users.create(each)
        const username = user.username
        const answers = await race(21, (index): Promise<{ outcome: string }> => {
          if (index === round * 4) return users.update(user.id, { username: newName() }, hold)
          const rival = rivals[index % 10]
          return index % 2 && rival
            ? users.update(rival.id, { username }, hold)
            : users.create(sampleUser({ username }), later())
        })
        assert.deepEqual(
          answers.filter(({ outcome }) => outcome !== 'taken'),
          answers.filter((_, index) => index === round * 4),
        )
        assert.equal(await users.byLogin({ username: username ?? '' }), null)
      })
    },
  },
  {
    id: 'users/hold-delete-race',
    title: 'of a deletion and 20 concurrent calls for the name, none gets it',
    async run(users) {
      await repeat(5, async (round) => {
        const user = sampleUser({ username: newName() })
        await users.create(user)
        const answers = await race(21, async (index): Promise<string> => {
          if (index === round * 4)
            return (await users.markDeleted(user.id, later(), until)) ? 'deleted' : 'gone'
          return (await users.create(sampleUser({ username: user.username }), later())).outcome
        })
        assert.deepEqual([...new Set(answers)].sort(), ['deleted', 'taken'])
      })
    },
  },
  {
    id: 'users/hold-end-race',
    title: 'of 20 concurrent calls for a name whose hold has ended exactly one gets it',
    async run(users) {
      await repeat(3, async () => {
        const { name } = await formerOwner(users)
        const answers = await race(20, (index) =>
          index === 10
            ? users.forgetUsernames(until, 10).then(() => ({ outcome: 'taken' }))
            : users.create(sampleUser({ username: name }), until),
        )
        assert.equal(answers.filter(({ outcome }) => outcome === 'created').length, 1)
      })
    },
  },
  {
    id: 'users/hold-renames-race',
    title: 'concurrent renames of one account leave one name in use, and hold the others',
    async run(users) {
      await repeat(3, async () => {
        const names = Array.from({ length: 6 }, newName)
        const user = sampleUser({ username: newName() })
        await users.create(user)
        await race(6, (index) => users.update(user.id, { username: names[index] ?? null }, hold))
        const now = (await users.byId(user.id))?.username ?? ''
        assert.ok(names.includes(now))
        for (const name of [user.username ?? '', ...names].filter((each) => each !== now)) {
          assert.deepEqual(await outcomesFor(users, name, later()), ['taken', 'taken'])
        }
      })
    },
  },
]
