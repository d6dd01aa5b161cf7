import { expect, test } from 'vitest'
import { sampleUser } from '../../../../test/kit-samples.ts'
import { changedUser } from './changed-user.ts'
import type { UserChanges } from './user-store.ts'

const shadow = sampleUser({ username: null, email: null, phone: '+4930123456', role: 'member' })
const named = sampleUser({ username: 'ada', email: null })

test.each<[name: string, before: typeof shadow, changes: UserChanges, outcome: string]>([
  ['another name of an account that never had a login', shadow, { name: 'Ada' }, 'updated'],
  ['the removal of an email that it does not have', shadow, { email: null }, 'needs-login'],
  ['the same where that is allowed', shadow, { email: null, mayLackLogin: true }, 'updated'],
  ['the removal of the only login', named, { username: null }, 'needs-login'],
  ['its replacement', named, { username: null, email: 'ada@example.com' }, 'updated'],
  ['the removal of the other login', named, { email: null }, 'updated'],
  ['an expectation that is met', shadow, { name: 'Ada', expected: { role: 'member' } }, 'updated'],
  ['an expectation that is not', shadow, { name: 'Ada', expected: { role: 'admin' } }, 'differs'],
  // Not allowed by the types, but by JavaScript.
  ['an expectation of nothing', shadow, { expected: { role: undefined } as never }, 'updated'],
])('%s', (_name, ...[before, changes, outcome]) => {
  expect(changedUser(before, changes)).toMatchObject({ outcome })
})

test('an account that does not exist is gone', () => {
  expect(changedUser(null, { name: 'Ada' })).toEqual({ outcome: 'gone' })
})

test('a change without fields of the app keeps those that are stored', () => {
  const before = sampleUser({ fields: { team: 'red' } })
  expect(changedUser(before, { name: 'Ada' })).toMatchObject({ user: { fields: before.fields } })
})
