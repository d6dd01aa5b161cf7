import { errorTable } from './error-table.ts'
import { expect, test } from 'vitest'
import {
  CaptionsUnavailableError,
  InvalidInputError,
  isInvalidInput,
  isKithError,
  isRetryLater,
  KithError,
  RefusedError,
  RetryLaterError,
} from './errors.ts'

test('a Kith error is recognized by its marker, even from another copy of the package', () => {
  expect(isKithError(new KithError('post-not-found'))).toBe(true)
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
    title: 'The storage failed',
    detail: 'Do this.',
    message: 'The storage failed: Do this.',
    cause,
  })
  expect(new RetryLaterError('account-locked', 30)).toMatchObject({ status: 429, retryAfterSeconds: 30 })
  expect(new InvalidInputError([{ path: 'name', code: 'required', message: '' }])).toMatchObject({
    status: 422,
    detail: 'See name.',
  })
})

test('the table is frozen and its statuses are error statuses', () => {
  expect(Object.isFrozen(errorTable)).toBe(true)
  for (const { status } of Object.values(errorTable)) expect(status >= 400 && status < 600).toBe(true)
})

test('the code determines which fields an error has', () => {
  function tell(error: unknown): string {
    if (!isKithError(error)) return 'a bug'
    switch (error.code) {
      case 'invalid-input':
      case 'identifier-taken':
        return error.errors.map(({ path, code }) => `${path}: ${code}`).join()
      case 'captions-unavailable':
        return error.failures.map(({ reason }) => reason).join()
      case 'busy':
        return `${error.retryAfterSeconds} ${error.refusedBy}`
      default:
        return error.code
    }
  }
  expect(tell(new InvalidInputError([{ path: 'name', code: 'blank', message: '' }]))).toBe('name: blank')
  const failure = { writer: 'a', reason: 'late', usage: null, cause: null } as const
  expect(tell(new CaptionsUnavailableError([failure]))).toBe('late')
  expect(tell(new RefusedError('busy', 3, 'passwords'))).toBe('3 passwords')
  expect(tell(new RetryLaterError('busy', 3))).toBe('3 null')
  expect(tell(new KithError('self-follow'))).toBe('self-follow')
  expect(tell(new Error('x'))).toBe('a bug')
})

test('errors with extra fields are recognized by their code, not by their class', () => {
  const copy = (code: string, fields: object): Error =>
    Object.assign(new Error(code), { code, ...fields, [Symbol.for('kith.error')]: true })
  expect(isRetryLater(copy('busy', { retryAfterSeconds: 1 }))).toBe(true)
  expect(isInvalidInput(copy('invalid-input', { errors: [] }))).toBe(true)
  expect(isRetryLater(copy('self-follow', {}))).toBe(false)
  expect(isInvalidInput(new KithError('self-follow'))).toBe(false)
  // A later release may have more codes.
  expect(isRetryLater(copy('of-tomorrow', {}))).toBe(false)
})
