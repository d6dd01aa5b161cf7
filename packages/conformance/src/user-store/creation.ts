import assert from 'node:assert/strict'
import type { Identifier, UserRecord, UserStore } from '@kith/core/ports'
import type { Case } from '../case.ts'
import { repeat } from '../race.ts'
import { difficultTexts, later, nextId, sampleUser } from '../records.ts'

const identifiers: readonly Identifier[] = ['username', 'email', 'phone']
const anonymous = { username: null, email: null, phone: null }

/** What `create` and the lookups promise. */
export const creationCases: readonly Case<UserStore>[] = [
  {
    id: 'users/create',
    title: 'create saves every field unchanged',
    async run(users) {
      const user = sampleUser({ bannedAt: later(3000), bannedUntil: later(9001), banReason: 'Spam' })
      assert.deepEqual(await users.create(user), { outcome: 'created' })
      assert.deepEqual(await users.byId(user.id), user)
    },
  },
  {
    id: 'users/nulls',
    title: 'a field that is null stays null',
    async run(users) {
      const nothing = { emailVerifiedAt: null, phoneVerifiedAt: null, passwordHash: null, bannedAt: null }
      const user = sampleUser({ ...anonymous, ...nothing, name: '', bio: '', role: 'member' })
      await users.create(user)
      assert.deepEqual(await users.byId(user.id), user)
    },
  },
  {
    id: 'users/texts',
    title: 'strings are returned unchanged',
    async run(users) {
      for (const text of difficultTexts) {
        const user = sampleUser({ name: text, bio: text, passwordHash: text, banReason: text })
        await users.create(user)
        assert.deepEqual(await users.byId(user.id), user)
      }
    },
  },
  {
    id: 'users/dates',
    title: 'dates keep their milliseconds',
    async run(users) {
      const dates = { emailVerifiedAt: later(1), phoneVerifiedAt: later(999) }
      const user = sampleUser({ ...dates, createdAt: later(123) })
      await users.create(user)
      assert.deepEqual(await users.byId(user.id), user)
    },
  },
  {
    id: 'users/unknown',
    title: 'an unknown id or login is null',
    async run(users) {
      await users.create(sampleUser())
      await users.create(sampleUser(anonymous))
      assert.equal(await users.byId(nextId()), null)
      assert.equal(await users.byLogin({ username: 'nobody' }), null)
      assert.equal(await users.byLogin({ email: 'nobody@example.com' }), null)
    },
  },
  {
    id: 'users/by-login',
    title: 'byLogin finds an account by username and by email',
    async run(users) {
      await users.create(sampleUser())
      const user = sampleUser({ username: 'ada', email: 'ada@example.com' })
      await users.create(user)
      assert.deepEqual(await users.byLogin({ username: 'ada' }), user)
      assert.deepEqual(await users.byLogin({ email: 'ada@example.com' }), user)
    },
  },
  {
    id: 'users/by-login-kind-bound',
    title: 'byLogin never confuses usernames and emails',
    async run(users) {
      await users.create(sampleUser({ username: 'a@example.com', email: 'b@example.com' }))
      assert.equal(await users.byLogin({ email: 'a@example.com' }), null)
      assert.equal(await users.byLogin({ username: 'b@example.com' }), null)
    },
  },
  {
    id: 'users/identifiers-byte-exact',
    title: 'identifiers are compared byte by byte: letter case, accents and spaces count',
    async run(users) {
      const names = ['ada', 'Ada', 'ADA', 'ada ', 'áda', 'a\u0301da', 'strasse', 'straße']
      for (const name of names) {
        const user = sampleUser({ username: name, email: name, phone: name })
        assert.deepEqual(await users.create(user), { outcome: 'created' }, `"${name}" equals no other name`)
        assert.equal((await users.byLogin({ username: name }))?.id, user.id)
        assert.equal((await users.byLogin({ email: name }))?.id, user.id)
      }
    },
  },
  {
    id: 'users/no-identifier',
    title: 'accounts without an identifier do not collide',
    async run(users) {
      for (const user of [sampleUser(anonymous), sampleUser(anonymous)]) {
        assert.deepEqual(await users.create(user), { outcome: 'created' }, 'null is not a value to be taken')
      }
    },
  },
  {
    id: 'users/taken-named',
    title: 'create names each taken identifier, no matter by whom, and no other',
    async run(users) {
      const holders = [sampleUser(), sampleUser(), sampleUser()] as const
      for (const holder of holders) await users.create(holder)
      const [{ username }, { email }, { phone }] = holders
      assert.deepEqual(await takenBy(users, sampleUser({ username, email, phone })), [...identifiers].sort())
      assert.deepEqual(await takenBy(users, sampleUser({ username })), ['username'])
      assert.deepEqual(await takenBy(users, sampleUser({ email })), ['email'])
      assert.deepEqual(await takenBy(users, sampleUser({ phone })), ['phone'])
    },
  },
  {
    id: 'users/taken-saves-nothing',
    title: 'create saves nothing if an identifier is taken',
    async run(users) {
      const holder = sampleUser()
      await users.create(holder)
      const refused = sampleUser({ phone: holder.phone, username: 'free', email: 'free@example.com' })
      await users.create(refused)
      assert.equal(await users.byId(refused.id), null)
      assert.equal(await users.byLogin({ username: 'free' }), null)
      const next = sampleUser({ username: 'free', email: 'free@example.com' })
      assert.deepEqual(await users.create(next), { outcome: 'created' }, 'the free identifiers stay free')
    },
  },
  ...identifiers.map(raceFor),
  {
    id: 'users/parallel-creates-overlapping',
    title: 'of parallel creates that overlap in different identifiers no two winners overlap',
    async run(users) {
      await repeat(3, async (round) => {
        // Each shares its username with one neighbor in the ring and its email with the other.
        const ring = Array.from({ length: 20 }, (_, index) =>
          sampleUser({
            username: `ring-${round}-${index >> 1}`,
            email: `ring-${round}-${((index + 1) % 20) >> 1}@example.com`,
            phone: null,
          }),
        )
        const answers = await Promise.all(ring.map((user) => users.create(user)))
        const winners = ring.filter((_, index) => answers[index]?.outcome === 'created')
        for (const name of ['username', 'email'] as const) {
          assert.equal(
            new Set(winners.map((user) => user[name])).size,
            winners.length,
            `two hold one ${name}`,
          )
        }
        for (const [index, answer] of answers.entries()) {
          if (answer.outcome !== 'taken') continue
          assert.ok(answer.taken.length > 0, 'a refusal names what is taken')
          for (const name of answer.taken) {
            const held = winners.some((winner) => winner[name] === ring[index]?.[name])
            assert.ok(held, `${name} was called taken although no account holds it`)
          }
        }
      })
    },
  },
  {
    id: 'users/create-copies',
    title: 'the store copies the account it is given',
    async run(users) {
      const user = sampleUser()
      const given = structuredClone(user)
      await users.create(given)
      given.name = 'changed'
      given.createdAt.setTime(0)
      assert.deepEqual(await users.byId(user.id), user)
    },
  },
  {
    id: 'users/answer-is-copy',
    title: 'a returned account is a copy',
    async run(users) {
      const user = sampleUser({ username: 'ada', email: 'ada@example.com' })
      await users.create(user)
      const answers = [
        await users.byId(user.id),
        await users.byLogin({ username: 'ada' }),
        await users.byLogin({ email: 'ada@example.com' }),
      ]
      for (const answer of answers) {
        assert.ok(answer)
        answer.name = 'changed'
        answer.createdAt.setTime(0)
      }
      assert.deepEqual(await users.byId(user.id), user)
      assert.deepEqual(await users.byLogin({ username: 'ada' }), user)
    },
  },
  {
    id: 'users/id-in-use',
    title:
      'an id in use is refused, even with other identifiers, and for a deleted account until it is purged',
    async run(users) {
      const user = sampleUser()
      await users.create(user)
      const other = sampleUser({ id: user.id })
      for (const again of [other, user])
        assert.deepEqual(
          await users.create(again),
          { outcome: 'id-in-use' },
          'it is reported before taken identifiers',
        )
      assert.deepEqual(await users.byId(user.id), user)
      await users.markDeleted(user.id, later(), later(5000))
      assert.deepEqual(await users.create(other), { outcome: 'id-in-use' })
      assert.equal(await users.byId(user.id), null)
    },
  },
  {
    id: 'users/id-after-purge',
    title: 'the id of a purged account is free, and names that it holds are taken only for others',
    async run(users) {
      const user = sampleUser({ username: 'ada', bannedAt: later() })
      await users.create(user)
      await users.markDeleted(user.id, later(), later(5000))
      await users.purge(user.id)
      const stranger = sampleUser({ username: 'ada' })
      assert.deepEqual(await users.create(stranger, later()), { outcome: 'taken', taken: ['username'] })
      const next = sampleUser({ id: user.id, username: 'grace' })
      assert.deepEqual(await users.create(next, later()), { outcome: 'created' })
      assert.deepEqual(await users.byId(user.id), next)
      assert.deepEqual(await users.byLogin({ username: 'grace' }), next)
      assert.deepEqual(await users.bannedIds({ limit: 9, before: null }), [])
      assert.deepEqual(await users.toPurge(9), [])
      assert.deepEqual(await users.create(stranger, later()), { outcome: 'taken', taken: ['username'] })
      assert.equal((await users.update(user.id, { username: 'ada' })).outcome, 'updated')
      assert.equal((await users.markDeleted(user.id, later()))?.endedEpoch, next.sessionEpoch)
    },
  },
  {
    id: 'users/parallel-creates-one-id',
    title: 'of 20 parallel creates with one id exactly one creates, and the others report that it is in use',
    async run(users) {
      await repeat(3, async (round) => {
        const user = sampleUser()
        // Every other one has the same identifiers as well.
        const rivals = Array.from({ length: 20 }, (_, index) =>
          index % 2 ? user : sampleUser({ id: user.id, username: `one-id-${round}-${index}` }),
        )
        const answers = await Promise.all(rivals.map((rival) => users.create(rival)))
        assert.deepEqual(answers.map(({ outcome }) => outcome).sort(), [
          'created',
          ...Array<string>(19).fill('id-in-use'),
        ])
        const created = rivals[answers.findIndex(({ outcome }) => outcome === 'created')]
        assert.deepEqual(await users.byId(user.id), created)
      })
    },
  },
]

async function takenBy(users: UserStore, user: UserRecord): Promise<Identifier[]> {
  const answer = await users.create(user)
  assert.equal(answer.outcome, 'taken')
  return answer.outcome === 'taken' ? [...answer.taken].sort() : []
}

function raceFor(name: Identifier): Case<UserStore> {
  return {
    id: `users/parallel-creates-one-${name}`,
    title: `of 30 parallel creates with one ${name} exactly one creates`,
    async run(users) {
      await repeat(3, async (round) => {
        const rivals = Array.from({ length: 30 }, () =>
          sampleUser({ ...anonymous, [name]: `wanted-${round}` }),
        )
        const answers = await Promise.all(rivals.map((user) => users.create(user)))
        assert.equal(answers.filter((answer) => answer.outcome === 'created').length, 1)
        for (const [index, answer] of answers.entries()) {
          if (answer.outcome === 'taken') assert.deepEqual(answer.taken, [name])
          const saved = await users.byId(rivals[index]?.id ?? '')
          assert.equal(
            saved !== null,
            answer.outcome === 'created',
            'the saved account agrees with the result',
          )
        }
      })
    },
  }
}
