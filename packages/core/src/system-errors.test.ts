import { constants } from 'node:os'
import { expect, test } from 'vitest'
import { KithError, RetryLaterError } from './errors.ts'
import { systemCode, toSystemError } from './system-errors.ts'

const ofSystem = (code: string): Error => Object.assign(new Error(code), { code })

test.each([
  ['ENOSPC', 'storage-full', 60],
  ['EDQUOT', 'storage-full', 60],
  ['EMFILE', 'busy', 5],
  ['ENFILE', 'busy', 5],
  ['ENOBUFS', 'busy', 5],
  ['EAGAIN', 'busy', 5],
  ['ENOMEM', 'busy', 5],
  ['EROFS', 'media-unavailable', 60],
  ['EIO', 'media-unavailable', 60],
])(
  '%s is temporary: it becomes %s with the time to wait, and the error is kept for the log',
  (code, expected, seconds) => {
    const error = ofSystem(code)
    const made = toSystemError(error, 'The folder')
    expect(made).toBeInstanceOf(RetryLaterError)
    expect(made).toMatchObject({ code: expected, status: 503, retryAfterSeconds: seconds, cause: error })
    // The detail says what to do, not only when to retry.
    expect(made).toHaveProperty('detail', expect.stringMatching(/: (free|raise|see|look)/))
  },
)

test.each(['EACCES', 'EPERM', 'ENOTDIR'])(
  '%s needs an operator: the detail says what cannot be used',
  (code) => {
    const error = ofSystem(code)
    expect(toSystemError(error, 'The folder')).toMatchObject({
      code: 'storage-failed',
      detail: `The folder cannot be used (${code}): see its path and permissions.`,
      cause: error,
    })
  },
)

test('other errors stay unchanged: those of Kith, missing files, and connection errors', () => {
  const others = [
    new KithError('media-not-found'),
    new RetryLaterError('busy', 1),
    new TypeError('x'),
    'text',
    null,
    ...['ENOENT', 'ECONNRESET', 'ETIMEDOUT', 'EPIPE'].map(ofSystem),
  ]
  for (const error of others) expect(toSystemError(error, 'The folder')).toBe(error)
})

test('the codes are those of this operating system', () => {
  const known = Object.keys(constants.errno)
  for (const code of [
    'ENOSPC',
    'EDQUOT',
    'EMFILE',
    'ENFILE',
    'ENOBUFS',
    'EAGAIN',
    'ENOMEM',
    'EROFS',
    'EIO',
    'ESTALE',
  ])
    expect(known).toContain(code)
  expect(systemCode(ofSystem('EMFILE'))).toBe('EMFILE')
  expect(systemCode(Object.assign(new Error('x'), { code: 5 }))).toBe('')
})
