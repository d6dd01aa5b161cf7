import assert from 'node:assert/strict'
import type { CredentialRecord } from '@kith/core/ports'
import type { Case } from '../case.ts'
import { race, repeat } from '../race.ts'
import { difficultNames, later, longestData, nextId, sampleCredential } from '../records.ts'
import { type CredentialStores, found, withCredential, withUser } from './credentials.ts'

/** What `add`, `byUser` and `bySubject` promise. */
export const addingCases: readonly Case<CredentialStores>[] = [
  {
    id: 'credentials/add',
    title: 'add saves every field unchanged, and byUser and bySubject resolve to it',
    async run(stores) {
      const { id: userId } = await withUser(stores)
      const fresh = sampleCredential({ userId, name: null, data: '' })
      const used = sampleCredential({ userId, version: 7, createdAt: later(1), usedAt: later(2_999) })
      for (const credential of [fresh, used]) {
        assert.equal(await stores.credentials.add(credential, 5), 'added')
        assert.deepEqual(await found(stores, credential), credential)
      }
      assert.deepEqual(await stores.credentials.byUser(userId), [fresh, used])
    },
  },
  {
    id: 'credentials/texts',
    title: 'strings are returned unchanged, and looked up exactly',
    async run(stores) {
      const { id: userId } = await withUser(stores)
      for (const text of difficultNames) {
        const credential = sampleCredential({ userId, kind: text, subject: text, name: text, data: text })
        assert.equal(await stores.credentials.add(credential, 1), 'added')
        assert.deepEqual(await found(stores, credential), credential)
      }
    },
  },
  {
    id: 'credentials/data',
    title: 'data is returned unchanged, up to 64 KiB of UTF-8, even after a step',
    async run(stores) {
      const { id: userId } = await withUser(stores)
      for (const data of longestData) {
        const [added, stepped] = [sampleCredential({ userId, data }), sampleCredential({ userId })]
        for (const each of [added, stepped]) assert.equal(await stores.credentials.add(each, 9), 'added')
        assert.equal(await stores.credentials.step({ id: stepped.id, version: 0, data }), true)
        for (const each of [added, stepped]) assert.equal((await found(stores, each))?.data, data)
      }
    },
  },
  {
    id: 'credentials/by-user',
    title: 'byUser resolves to the credentials of one account, the oldest id first',
    async run(stores) {
      const [{ id: userId }, { id: other }] = [await withUser(stores), await withUser(stores)]
      const all = Array.from({ length: 5 }, (_, index) =>
        sampleCredential({ userId, kind: index % 2 ? 'passkey' : 'authenticator', createdAt: later(-index) }),
      )
      for (const place of [3, 0, 4, 2, 1]) await stores.credentials.add(all[place] ?? sampleCredential(), 5)
      const others = await withCredential(stores, { userId: other })
      assert.deepEqual(await stores.credentials.byUser(userId), all)
      assert.deepEqual(await stores.credentials.byUser(other), [others])
      for (const nobody of [nextId(), 'nobody']) assert.deepEqual(await stores.credentials.byUser(nobody), [])
    },
  },
  {
    id: 'credentials/by-subject',
    title: 'bySubject matches kind and subject together, exactly',
    async run(stores) {
      const credential = await withCredential(stores, { kind: 'elsewhere', subject: 'google:Ada' })
      const other = await withCredential(stores, { kind: 'passkey', subject: 'google:Ada' })
      assert.deepEqual(await found(stores, credential), credential)
      assert.deepEqual(await found(stores, other), other)
      for (const [kind, subject] of [
        ['elsewhere', 'google:ada'],
        ['elsewhere', 'google:Ada '],
        ['Elsewhere', 'google:Ada'],
        ['elsewhere:google', 'Ada'],
        ['authenticator', 'google:Ada'],
        ['elsewhere', ''],
      ] as const)
        assert.equal(await stores.credentials.bySubject(kind, subject), null)
    },
  },
  {
    id: 'credentials/add-gone',
    title:
      'add is refused where the account never was, is deleted or purged, and saves nothing; a banned one lives',
    async run(stores) {
      const { users, credentials } = stores
      const user = await withUser(stores)
      const credential = sampleCredential({ userId: user.id })
      const taken = await withCredential(stores)
      for (const nobody of [nextId(), taken.id])
        for (const { subject } of [credential, taken])
          assert.equal(await credentials.add({ ...credential, userId: nobody, subject }, 0), 'gone')
      await users.update(user.id, { bannedAt: later() })
      assert.equal(await credentials.add(credential, 1), 'added')
      await users.markDeleted(user.id, later())
      assert.equal(await credentials.add(sampleCredential({ userId: user.id }), 9), 'gone')
      await users.purge(user.id)
      assert.equal(await credentials.add(sampleCredential({ userId: user.id }), 9), 'gone')
      assert.equal(await found(stores, credential), null)
      assert.deepEqual(await credentials.byUser(user.id), [])
    },
  },
  {
    id: 'credentials/add-taken',
    title:
      'a subject that another credential of the kind has is taken, also by one’s own, and nothing changes',
    async run(stores) {
      const { credentials } = stores
      const held = await withCredential(stores)
      const { id: other } = await withUser(stores)
      for (const userId of [held.userId, other])
        for (const atMost of [9, 1, 0]) {
          const credential = sampleCredential({ userId, subject: held.subject })
          assert.equal(await credentials.add(credential, atMost), 'taken', 'before too-many')
        }
      assert.deepEqual(await found(stores, held), held)
      assert.deepEqual(await credentials.byUser(other), [])
      const otherKind = sampleCredential({ userId: other, kind: 'authenticator', subject: held.subject })
      assert.equal(await credentials.add(otherKind, 9), 'added')
    },
  },
  {
    id: 'credentials/add-too-many',
    title: 'an account with the maximum number of a kind gets no more, until one is removed',
    async run(stores) {
      const { credentials } = stores
      const { id: userId } = await withUser(stores)
      await withCredential(stores)
      const [first, second, third] = Array.from({ length: 3 }, () => sampleCredential({ userId }))
      assert.ok(first && second && third)
      assert.equal(await credentials.add(first, 0), 'too-many')
      for (const each of [first, second]) assert.equal(await credentials.add(each, 2), 'added')
      assert.equal(await credentials.add(sampleCredential({ userId, kind: 'Passkey' }), 1), 'added')
      for (const atMost of [2, 1]) assert.equal(await credentials.add(third, atMost), 'too-many')
      assert.equal(await found(stores, third), null)
      await credentials.remove(first, { kinds: [], addresses: [] })
      assert.equal(await credentials.add(third, 2), 'added')
      assert.equal(await credentials.add(first, 3), 'added')
    },
  },
  {
    id: 'credentials/parallel-adds-one-subject',
    title: 'of 20 parallel adds with one subject, of as many accounts, exactly one adds',
    async run(stores) {
      await repeat(3, async (round) => {
        const all: CredentialRecord[] = []
        for (let index = 0; index < 20; index++)
          all.push(sampleCredential({ userId: (await withUser(stores)).id, subject: `wanted-${round}` }))
        const answers = await race(20, (index) => stores.credentials.add(all[index] ?? sampleCredential(), 5))
        assert.equal(answers.filter((answer) => answer === 'taken').length, 19)
        const winner = all[answers.indexOf('added')]
        assert.ok(winner)
        assert.deepEqual(await found(stores, winner), winner)
        const kept = await Promise.all(all.map(({ userId }) => stores.credentials.byUser(userId)))
        assert.deepEqual(kept.flat(), [winner])
      })
    },
  },
  {
    id: 'credentials/parallel-adds-at-most',
    title: 'of 20 parallel adds to one account as many add as it may have',
    async run(stores) {
      await repeat(3, async (round) => {
        const { id: userId } = await withUser(stores)
        const all = Array.from({ length: 20 }, () => sampleCredential({ userId }))
        const answers = await race(20, (index) =>
          stores.credentials.add(all[index] ?? sampleCredential(), 3 + round),
        )
        const added = all.filter((_, index) => answers[index] === 'added')
        assert.equal(added.length, 3 + round)
        assert.ok(answers.every((answer) => answer === 'added' || answer === 'too-many'))
        assert.deepEqual(await stores.credentials.byUser(userId), added)
      })
    },
  },
  {
    id: 'credentials/add-copies',
    title: 'the store copies credentials on the way in and out',
    async run(stores) {
      const { id: userId } = await withUser(stores)
      const credential = sampleCredential({ userId, usedAt: later(1) })
      const given = structuredClone(credential)
      await stores.credentials.add(given, 1)
      given.createdAt.setTime(0)
      given.name = 'changed'
      for (const answer of [await found(stores, credential), ...(await stores.credentials.byUser(userId))]) {
        assert.deepEqual(answer, credential)
        answer.usedAt?.setTime(0)
        answer.name = 'changed'
      }
      assert.deepEqual(await found(stores, credential), credential)
      assert.deepEqual(await stores.credentials.byUser(userId), [credential])
    },
  },
]
