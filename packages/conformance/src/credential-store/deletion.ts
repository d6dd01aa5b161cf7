import assert from 'node:assert/strict'
import type { Case } from '../case.ts'
import { race, repeat } from '../race.ts'
import { later, sampleCredential } from '../records.ts'
import { type CredentialStores, everyWay, found, withCredential, withUser } from './credentials.ts'

/** What the deletion of an account promises about its credentials. */
export const deletionCases: readonly Case<CredentialStores>[] = [
  {
    id: 'credentials/deleted-account',
    title: 'the credentials of an account are removed once it is marked deleted, and their subjects are free',
    async run(stores) {
      const { users, credentials } = stores
      const { id: userId } = await withUser(stores)
      const own = []
      for (const kind of ['passkey', 'authenticator'])
        own.push(await withCredential(stores, { userId, kind }))
      const other = await withCredential(stores)
      await users.update(userId, { bannedAt: later() })
      assert.deepEqual(await credentials.byUser(userId), own, 'those of a banned account stay')
      await users.markDeleted(userId, later())
      assert.deepEqual(await credentials.byUser(userId), [])
      for (const each of own) {
        assert.equal(await found(stores, each), null)
        assert.equal(await credentials.step({ id: each.id, version: 0, data: 'back' }), false)
        assert.equal(await credentials.remove(each, everyWay), 'gone')
        const next = sampleCredential({ ...each, id: sampleCredential().id, userId: other.userId })
        assert.equal(await credentials.add(next, 9), 'added')
      }
      assert.deepEqual(await credentials.removeOf(userId), [])
      assert.deepEqual(await found(stores, other), other)
    },
  },
  {
    id: 'credentials/add-delete-race',
    title:
      'credentials that are added while their account is deleted are removed, and their subjects are free',
    async run(stores) {
      await repeat(6, async (round) => {
        const { id: userId } = await withUser(stores)
        const all = Array.from({ length: 12 }, () => sampleCredential({ userId }))
        await race(12, async (index) => {
          if (index === round * 2) await stores.users.markDeleted(userId, later())
          else await stores.credentials.add(all[index] ?? sampleCredential(), 20)
        })
        assert.deepEqual(await stores.credentials.byUser(userId), [])
        const { id: next } = await withUser(stores)
        for (const { kind, subject } of all) {
          assert.equal(await stores.credentials.bySubject(kind, subject), null)
          const credential = sampleCredential({ userId: next, kind, subject })
          assert.equal(await stores.credentials.add(credential, 20), 'added')
        }
      })
    },
  },
]
