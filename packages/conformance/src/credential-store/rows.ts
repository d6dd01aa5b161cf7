import assert from 'node:assert/strict'
import type { RemovedCredential } from '@kith/core/ports'
import type { Case } from '../case.ts'
import { rowsOfBoth, waitingInBoth } from '../outbox-store/events.ts'
import { race } from '../race.ts'
import { later, nextId, sampleCredential } from '../records.ts'
import { type CredentialStores, everyWay, withCredential, withoutWayIn, withUser } from './credentials.ts'

/** What the verbs of credentials promise about their rows. */
export const rowCases: readonly Case<CredentialStores>[] = [
  {
    id: 'credentials/rows',
    title: 'each verb stores the rows of its change, each in its queue',
    async run(stores) {
      const { credentials } = stores
      const { id: userId } = await withUser(stores)
      const [first, second] = [sampleCredential({ userId }), sampleCredential({ userId })]
      const { id } = first
      for (const change of [
        (rows: typeof rowsOfBoth) => credentials.add(first, 5, rows),
        (rows: typeof rowsOfBoth) => credentials.add(second, 5, rows),
        (rows: typeof rowsOfBoth) => credentials.step({ id, version: 0, usedAt: later(1) }, rows),
        (rows: typeof rowsOfBoth) => credentials.remove({ id, userId }, everyWay, rows),
        (rows: typeof rowsOfBoth) => credentials.removeOf(userId, ['passkey'], rows),
      ]) {
        const rows = rowsOfBoth()
        await change(() => rows)
        assert.deepEqual(await waitingInBoth(stores), rows)
      }
    },
  },
  {
    id: 'credentials/rows-of-remove-of',
    title: 'removeOf passes the credentials it removed to the maker of its rows',
    async run(stores) {
      const { id: userId } = await withUser(stores)
      const all = []
      for (const kind of ['passkey', 'authenticator', 'passkey'])
        all.push(await withCredential(stores, { userId, kind }))
      const seen: RemovedCredential[][] = []
      for (const kinds of [['passkey'], undefined])
        await stores.credentials.removeOf(userId, kinds, (removed) => {
          seen.push(removed)
          return []
        })
      const [one, two, three] = all.map(({ id, kind }) => ({ id, kind }))
      assert.deepEqual(seen, [[one, three], [two]])
    },
  },
  {
    id: 'credentials/rows-of-nothing',
    title: 'a call that is refused or finds nothing stores no rows',
    async run(stores) {
      const { credentials } = stores
      const { id: userId } = await withoutWayIn(stores)
      const credential = await withCredential(stores, { userId })
      const { id, subject } = credential
      const refused: unknown[] = [
        await credentials.add(sampleCredential(), 5, rowsOfBoth),
        await credentials.add(sampleCredential({ userId, subject }), 5, rowsOfBoth),
        await credentials.add(sampleCredential({ userId }), 1, rowsOfBoth),
        await credentials.step({ id, version: 1, data: 'x' }, rowsOfBoth),
        await credentials.remove({ id: nextId(), userId }, everyWay, rowsOfBoth),
        await credentials.remove({ id, userId }, everyWay, rowsOfBoth),
        await credentials.removeOf(userId, ['never'], rowsOfBoth),
      ]
      assert.deepEqual(refused, ['gone', 'taken', 'too-many', false, 'gone', 'last-way-in', []])
      assert.deepEqual(await waitingInBoth(stores), [])
    },
  },
  {
    id: 'credentials/parallel-rows',
    title:
      'of 20 parallel adds with one subject, and of 20 parallel steps, the rows of the one that is made are stored',
    async run(stores) {
      const { credentials } = stores
      const credential = sampleCredential({ userId: (await withUser(stores)).id })
      const all = Array.from({ length: 20 }, rowsOfBoth)
      const added = await race(20, (index) =>
        credentials.add({ ...credential, id: nextId() }, 5, () => all[index] ?? []),
      )
      assert.equal(added.filter((answer) => answer === 'added').length, 1)
      assert.deepEqual(await waitingInBoth(stores), all[added.indexOf('added')])
      const [{ id, version } = credential] = await credentials.byUser(credential.userId)
      const others = Array.from({ length: 20 }, rowsOfBoth)
      const stepped = await race(20, (index) => credentials.step({ id, version }, () => others[index] ?? []))
      assert.equal(stepped.filter(Boolean).length, 1)
      assert.deepEqual(await waitingInBoth(stores), others[stepped.indexOf(true)])
    },
  },
]
