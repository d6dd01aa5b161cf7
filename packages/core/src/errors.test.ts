import { expect, test } from 'vitest'
import { errorTable, InvalidInputError, isKithError, KithError, RetryLaterError } from './errors.ts'

test('a Kith error is known by its marker, also from another copy of the package', () => {
  expect(isKithError(new KithError('busy'))).toBe(true)
  expect(isKithError(new RetryLaterError('busy', 1))).toBe(true)
  expect(isKithError(Object.assign(new Error('x'), { [Symbol.for('kith.error')]: true }))).toBe(true)
  for (const other of [new Error('x'), null, undefined, 'busy', { code: 'busy' }])
    expect(isKithError(other)).toBe(false)
})

test('it carries code, status, title, detail and cause', () => {
  const cause = new Error('below')
  expect(new KithError('storage-failed', { detail: 'Do this.', cause })).toMatchObject({
    code: 'storage-failed',
    status: 500,
    title: 'The storage cannot be used',
    detail: 'Do this.',
    message: 'The storage cannot be used: Do this.',
    cause,
  })
  expect(new RetryLaterError('account-locked', 30)).toMatchObject({ status: 429, retryAfterSeconds: 30 })
  expect(new InvalidInputError([{ path: 'name', code: 'required', message: '' }])).toMatchObject({
    status: 422,
    detail: 'See name.',
  })
})

test('the table is frozen and its statuses are those of errors', () => {
  expect(Object.isFrozen(errorTable)).toBe(true)
  for (const { status } of Object.values(errorTable)) expect(status >= 400 && status < 600).toBe(true)
})
