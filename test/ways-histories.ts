import fc from 'fast-check'
import { ban, type Call, call, everything, id, idOf, moment, name, ownerId, people } from './history-calls.ts'
import { sampleCode, sampleCredential, sampleUser } from './kit-samples.ts'

const codeName = { purpose: fc.constantFrom('a', 'A'), subject: fc.constantFrom('a', "'") }
const hash = fc.constantFrom('x', 'X', 'y')
const hashes = fc.uniqueArray(hash, { minLength: 1, maxLength: 2 })
const tries = fc.integer({ min: 1, max: 3 })
const ownCode = { userId: fc.option(ownerId), hashes, data: name, tries }
const code = fc
  .record({ ...codeName, ...ownCode, createdAt: moment, expiresAt: moment })
  .map((fields) => sampleCode(fields))
const renewal = fc.record({ ...codeName, hashes, now: moment, expiresAt: moment })
const purposes = fc.option(fc.subarray(['a', 'A']), { nil: undefined })

/** The calls about codes. */
export const codeCalls: fc.Arbitrary<Call> = fc.oneof(
  { weight: 4, arbitrary: call('codes', 'issue', code) },
  { weight: 2, arbitrary: call('codes', 'issueOnce', code) },
  { weight: 2, arbitrary: call('codes', 'renew', renewal) },
  { weight: 5, arbitrary: call('codes', 'consume', fc.record({ ...codeName, hash, now: moment })) },
  { weight: 2, arbitrary: call('codes', 'find', fc.record({ ...codeName, now: moment })) },
  call('codes', 'removeOf', ownerId, purposes),
  call('codes', 'purgeEnded', moment, everything),
)

const kinds = ['passkey', 'elsewhere']
const kind = fc.constantFrom(...kinds)
// They have no password and no verified address.
const holders = [idOf(1), idOf(3)] as const
const holder = fc.constantFrom(...holders)
/** Their initial credentials. */
const first = ['passkey', 'elsewhere', 'passkey', 'elsewhere', 'recovery'].flatMap((kind, index) =>
  holders.map((userId, of) => {
    const id = idOf(100 + 10 * of + index)
    return sampleCredential({ id, userId, kind, subject: id, createdAt: new Date(1) })
  }),
)
// A credential that is added later gets an id from its position in the history.
const place = fc.oneof(fc.nat({ max: 12 }).map(idOf), fc.constantFrom(...first.map(({ id }) => id)))
const owned = fc.oneof(
  fc.record({ id: place, userId: holder }),
  fc.constantFrom(...first.map(({ id, userId }) => ({ id, userId }))),
)
const what = { kind, subject: name, name: fc.option(name), data: name }
const credential = fc
  .record({ id, userId: holder, ...what, createdAt: moment, usedAt: fc.option(moment) })
  .map((fields) => sampleCredential(fields))
const step = fc.record(
  { id: place, version: fc.nat({ max: 1 }), data: name, name: fc.option(name), usedAt: moment },
  { requiredKeys: ['id', 'version'] },
)
const waysIn = fc.record({ kinds: fc.subarray(kinds), addresses: fc.subarray(['email', 'phone']) })
const verified = fc.option(moment, { freq: 2 })
const addresses = fc.record(
  { email: fc.option(name), emailVerifiedAt: verified, phoneVerifiedAt: verified },
  { requiredKeys: [] },
)

/** The calls about credentials and the accounts that have them. */
export const credentialCalls: fc.Arbitrary<Call> = fc.oneof(
  { weight: 8, arbitrary: call('credentials', 'add', credential, fc.nat({ max: 3 })) },
  { weight: 2, arbitrary: call('credentials', 'byUser', holder) },
  { weight: 2, arbitrary: call('credentials', 'bySubject', kind, name) },
  { weight: 4, arbitrary: call('credentials', 'step', step) },
  { weight: 8, arbitrary: call('credentials', 'remove', owned, waysIn) },
  call('credentials', 'removeOf', id, fc.option(fc.subarray(kinds), { nil: undefined })),
  { weight: 3, arbitrary: call('users', 'update', holder, addresses) },
  call('users', 'update', holder, ban),
  call('users', 'replacePassword', holder, fc.constant(null), name),
  call('users', 'markDeleted', id, moment),
)

/** The accounts with their credentials. */
export const credentialBeginnings: Call[] = [
  ...people.map((id): Call => {
    const ways = { passwordHash: null, emailVerifiedAt: null, phoneVerifiedAt: null }
    return { port: 'users', verb: 'create', values: [sampleUser({ id, bannedAt: null, ...ways })] }
  }),
  ...first.map((credential): Call => ({ port: 'credentials', verb: 'add', values: [credential, 9] })),
]
