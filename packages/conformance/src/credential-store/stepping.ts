import assert from 'node:assert/strict'
import type { CredentialStep } from '@kith/core/ports'
import type { Case } from '../case.ts'
import { race, repeat } from '../race.ts'
import { later, nextId } from '../records.ts'
import { type CredentialStores, everyWay, found, withCredential } from './credentials.ts'

/** What `step` promises. */
export const steppingCases: readonly Case<CredentialStores>[] = [
  {
    id: 'credentials/step',
    title: 'step changes the given fields, leaves the rest, and raises the version by one',
    async run(stores) {
      const [credential, other] = [await withCredential(stores, { version: 3 }), await withCredential(stores)]
      const steps: Omit<CredentialStep, 'id' | 'version'>[] = [
        { data: 'second' },
        { usedAt: later(1_001) },
        { name: 'Laptop' },
        { name: null },
        {},
        { data: '', name: '', usedAt: later(2_002) },
        { data: undefined, name: undefined, usedAt: undefined },
      ]
      let expected = credential
      for (const step of steps) {
        const { id, version } = expected
        assert.equal(await stores.credentials.step({ id, version, ...step }), true)
        const given = Object.fromEntries(Object.entries(step).filter(([, value]) => value !== undefined))
        expected = { ...expected, ...given, version: version + 1 }
        assert.deepEqual(await found(stores, credential), expected)
      }
      assert.deepEqual(await found(stores, other), other)
    },
  },
  {
    id: 'credentials/step-other-version',
    title: 'a step from another version, or of an unknown credential, changes nothing and resolves to false',
    async run(stores) {
      const credential = await withCredential(stores, { version: 3 })
      const change = { data: 'changed', name: 'changed', usedAt: later(1) }
      for (const version of [0, 2, 4])
        assert.equal(await stores.credentials.step({ id: credential.id, version, ...change }), false)
      for (const id of [nextId(), credential.userId, 'none'])
        assert.equal(await stores.credentials.step({ id, version: 3, ...change }), false)
      assert.deepEqual(await found(stores, credential), credential)
    },
  },
  {
    id: 'credentials/parallel-steps',
    title: 'of 20 parallel steps from one version exactly one succeeds, and its row stays',
    async run(stores) {
      await repeat(3, async () => {
        const credential = await withCredential(stores)
        const { id, version } = credential
        const answers = await race(20, (index) =>
          stores.credentials.step({ id, version, data: `${index}`, usedAt: later(index) }),
        )
        assert.equal(answers.filter(Boolean).length, 1)
        const winner = answers.indexOf(true)
        const stepped = { ...credential, version: 1, data: `${winner}`, usedAt: later(winner) }
        assert.deepEqual(await found(stores, credential), stepped)
      })
    },
  },
  {
    id: 'credentials/step-remove-race',
    title: 'a removed credential is not restored by concurrent steps',
    async run(stores) {
      await repeat(6, async (round) => {
        const credential = await withCredential(stores)
        const { id, userId, version } = credential
        const endings = [
          () => stores.credentials.remove(credential, everyWay),
          () => stores.credentials.removeOf(userId),
          () => stores.users.markDeleted(userId, later()),
        ]
        await race(6, async (index) =>
          index === round ? endings[round % 3]?.() : stores.credentials.step({ id, version, data: 'x' }),
        )
        assert.equal(await found(stores, credential), null)
        assert.deepEqual(await stores.credentials.byUser(userId), [])
        assert.equal(await stores.credentials.step({ id, version: version + 1 }), false)
      })
    },
  },
  {
    id: 'credentials/step-copies',
    title: 'the store copies the time of a step',
    async run(stores) {
      const credential = await withCredential(stores)
      const usedAt = later(1)
      await stores.credentials.step({ id: credential.id, version: 0, usedAt })
      usedAt.setTime(0)
      assert.deepEqual((await found(stores, credential))?.usedAt, later(1))
    },
  },
]
