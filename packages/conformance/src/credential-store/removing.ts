import assert from 'node:assert/strict'
import type { CredentialRecord, RemovedCredential, UserRecord, WaysIn } from '@kith/core/ports'
import type { Case } from '../case.ts'
import { race, repeat } from '../race.ts'
import { later, nextId } from '../records.ts'
import {
  type CredentialStores,
  everyWay,
  found,
  withCredential,
  withoutWayIn,
  withUser,
} from './credentials.ts'

/** What an account has besides a passkey that is removed, and what the app accepts, by whether a way in is left. */
interface Left {
  is: string
  user?: Partial<UserRecord>
  others?: string[]
  waysIn?: Partial<WaysIn>
  result: 'removed' | 'last-way-in'
}

const left: readonly Left[] = [
  { is: 'nothing', result: 'last-way-in' },
  {
    is: 'a password',
    user: { passwordHash: 'hash' },
    waysIn: { kinds: [], addresses: [] },
    result: 'removed',
  },
  { is: 'a verified email', user: { emailVerifiedAt: later() }, result: 'removed' },
  { is: 'a verified phone', user: { phoneVerifiedAt: later() }, result: 'removed' },
  {
    is: 'a verified email where phones let in',
    user: { emailVerifiedAt: later() },
    waysIn: { addresses: ['phone'] },
    result: 'last-way-in',
  },
  {
    is: 'a verified phone where emails let in',
    user: { phoneVerifiedAt: later() },
    waysIn: { addresses: ['email'] },
    result: 'last-way-in',
  },
  {
    is: 'both verified where none lets in',
    user: { emailVerifiedAt: later(), phoneVerifiedAt: later() },
    waysIn: { addresses: [] },
    result: 'last-way-in',
  },
  {
    is: 'the times of addresses that it has not',
    user: { email: null, emailVerifiedAt: later(), phone: null, phoneVerifiedAt: later() },
    result: 'last-way-in',
  },
  { is: 'another of its kind', others: ['passkey'], result: 'removed' },
  { is: 'one of another kind that lets in', others: ['elsewhere'], result: 'removed' },
  { is: 'those of kinds that do not', others: ['recovery-codes', 'Passkey'], result: 'last-way-in' },
  { is: 'nothing, and it does not let in either', waysIn: { kinds: ['elsewhere'] }, result: 'removed' },
  {
    is: 'nothing where no credential lets in',
    others: ['elsewhere'],
    waysIn: { kinds: [], addresses: [] },
    result: 'removed',
  },
  { is: 'one that lets in among others', others: ['recovery-codes', 'elsewhere'], result: 'removed' },
]

/** What `remove` and `removeOf` promise. */
export const removingCases: readonly Case<CredentialStores>[] = [
  {
    id: 'credentials/remove',
    title: 'remove removes only that credential, and its subject is free',
    async run(stores) {
      const credential = await withCredential(stores)
      const { userId, subject } = credential
      const others = [await withCredential(stores, { userId }), await withCredential(stores)]
      assert.equal(await stores.credentials.remove(credential, everyWay), 'removed')
      assert.equal(await found(stores, credential), null)
      for (const other of others) assert.deepEqual(await found(stores, other), other)
      assert.deepEqual(await stores.credentials.byUser(userId), others.slice(0, 1))
      const next = await withCredential(stores, { subject })
      assert.deepEqual(await found(stores, credential), next)
    },
  },
  {
    id: 'credentials/remove-gone',
    title:
      'remove of a credential that the account does not have is gone, even if it would be the last way in',
    async run(stores) {
      const { id: userId } = await withoutWayIn(stores)
      const [own, other] = [await withCredential(stores, { userId }), await withCredential(stores)]
      for (const credential of [
        { id: other.id, userId },
        { id: own.id, userId: other.userId },
        { id: nextId(), userId },
        { id: own.id, userId: nextId() },
        { id: 'none', userId },
      ])
        assert.equal(await stores.credentials.remove(credential, everyWay), 'gone')
      for (const each of [own, other]) assert.deepEqual(await found(stores, each), each)
      assert.equal(await stores.credentials.remove(other, everyWay), 'removed')
      assert.equal(await stores.credentials.remove(other, everyWay), 'gone')
    },
  },
  {
    id: 'credentials/last-way-in',
    title:
      'a credential is removed where a password, a verified address or another credential lets the account in',
    async run(stores) {
      for (const { is, user, others = [], waysIn, result } of left) {
        const { id: userId } = await withoutWayIn(stores, user)
        const before = []
        for (const kind of ['passkey', ...others]) before.push(await withCredential(stores, { userId, kind }))
        // Credentials of others do not count.
        await withCredential(stores)
        const [credential] = before
        assert.ok(credential)
        const { id } = credential
        const answer = await stores.credentials.remove({ id, userId }, { ...everyWay, ...waysIn })
        assert.equal(answer, result, `it has ${is}`)
        const after = result === 'removed' ? before.slice(1) : before
        assert.deepEqual(await stores.credentials.byUser(userId), after, `it has ${is}`)
      }
    },
  },
  {
    id: 'credentials/parallel-last-two',
    title: 'of 20 parallel removals of the last two ways in one succeeds, and the other one stays',
    async run(stores) {
      await repeat(5, async (round) => {
        const { id: userId } = await withoutWayIn(stores)
        const pair = [
          await withCredential(stores, { userId }),
          await withCredential(stores, { userId, kind: 'elsewhere' }),
        ]
        if (round % 2) pair.reverse()
        const answers = await race(20, (index) =>
          stores.credentials.remove(pair[index % 2] ?? { id: '', userId }, everyWay),
        )
        assert.equal(answers.filter((answer) => answer === 'removed').length, 1)
        const removed = pair[answers.indexOf('removed') % 2]
        const rest = pair.filter((each) => each !== removed)
        assert.deepEqual(await stores.credentials.byUser(userId), rest)
      })
    },
  },
  {
    id: 'credentials/parallel-removals',
    title: 'of 20 parallel removals of one credential exactly one succeeds',
    async run(stores) {
      await repeat(3, async () => {
        const credential = await withCredential(stores)
        const answers = await race(20, () => stores.credentials.remove(credential, everyWay))
        assert.deepEqual(
          answers.filter((answer) => answer !== 'gone'),
          ['removed'],
        )
      })
    },
  },
  {
    id: 'credentials/remove-of',
    title:
      'removeOf removes all credentials of an account, or those of some kinds, even if none is left, and names them',
    async run(stores) {
      const { credentials } = stores
      const { id: userId } = await withoutWayIn(stores)
      const all = []
      for (const kind of ['passkey', 'authenticator', 'passkey', 'recovery-codes', 'elsewhere'])
        all.push(await withCredential(stores, { userId, kind }))
      const [first, second, third, fourth, fifth] = all
      const other = await withCredential(stores)
      for (const kinds of [[], ['never', 'Passkey']])
        assert.deepEqual(await credentials.removeOf(userId, kinds), [])
      assert.deepEqual(await credentials.removeOf(nextId()), [])
      assert.deepEqual(await credentials.byUser(userId), all)
      const some = await credentials.removeOf(userId, ['passkey', 'recovery-codes'])
      assert.deepEqual(some, [first, third, fourth].map(named))
      assert.deepEqual(await credentials.byUser(userId), [second, fifth])
      assert.deepEqual(await credentials.removeOf(userId), [second, fifth].map(named))
      assert.deepEqual(await credentials.byUser(userId), [])
      for (const each of all) assert.equal(await found(stores, each), null)
      assert.deepEqual(await credentials.removeOf(userId), [])
      assert.deepEqual(await found(stores, other), other)
    },
  },
  {
    id: 'credentials/remove-of-race',
    title: 'parallel removals of all, together with removals of one and steps, return each credential once',
    async run(stores) {
      await repeat(5, async () => {
        const { id: userId } = await withUser(stores)
        const all: CredentialRecord[] = []
        for (let index = 0; index < 5; index++) all.push(await withCredential(stores, { userId }))
        const claims = await race(20, async (index) => {
          if (index % 4) return idsOf(await stores.credentials.removeOf(userId))
          const credential = all[index / 4] ?? { id: '', userId }
          const answer = await stores.credentials.remove(credential, everyWay)
          return answer === 'removed' ? [credential.id] : []
        })
        assert.deepEqual(
          claims.flat().sort(),
          all.map(({ id }) => id),
        )
        assert.deepEqual(await stores.credentials.byUser(userId), [])
      })
    },
  },
]

/** A credential as returned by `removeOf`. */
function named(credential: CredentialRecord | undefined): RemovedCredential | undefined {
  return credential && { id: credential.id, kind: credential.kind }
}

function idsOf(removed: readonly RemovedCredential[]): string[] {
  return removed.map(({ id }) => id)
}
