import { InvalidInputError, KithError, RetryLaterError } from '@kith/core'
import { expect, test } from 'vitest'
import { problemAnswer } from './problem.ts'

function answer(error: unknown) {
  const { body, ...rest } = problemAnswer(error, 'request-1')
  return { ...rest, body: JSON.parse(String(body)) as Record<string, unknown> }
}

test('a Kith error is reported with its fields', () => {
  const { status, headers, body } = answer(
    new InvalidInputError([{ path: 'a', code: 'too-short', minimum: 8, unit: 'characters', message: 'm' }]),
  )
  expect(status).toBe(422)
  expect(body).toEqual({
    type: 'https://github.com/kith-sdk/kith/blob/main/docs/errors/invalid-input.md',
    title: 'The input is not valid',
    status: 422,
    code: 'invalid-input',
    detail: 'See a.',
    requestId: 'request-1',
    errors: [{ path: 'a', code: 'too-short', minimum: 8, unit: 'characters', message: 'm' }],
  })
  expect(headers['x-request-id']).toBe('request-1')
})

test('a taken identifier that Kith must not reveal names no field', () => {
  const { body } = answer(new InvalidInputError([], 'identifier-taken'))
  expect(body).not.toHaveProperty('errors')
  expect(body['detail']).toBe('Choose another username, email address or phone number, or sign in.')
})

test('a temporary error says when to retry', () => {
  const { status, headers } = answer(new RetryLaterError('busy', 3))
  expect([status, headers['retry-after']]).toEqual([503, '3'])
})

test.each([new TypeError('secret stuff'), 'secret stuff', null, undefined, { code: 'invalid-input' }])(
  'anything else is hidden: %s',
  (thrown) => {
    const { status, body } = answer(thrown)
    expect(status).toBe(500)
    expect(body['code']).toBe('internal-error')
    expect(JSON.stringify(body)).not.toContain('secret')
  },
)

test('advice for operators is written only to the log', () => {
  for (const code of ['storage-failed', 'not-configured'] as const) {
    const { body } = answer(new KithError(code, { detail: 'Run migrate() first.' }))
    expect(body['detail']).toBe(`${String(body['title'])}.`)
  }
  const { body } = answer(new KithError('media-not-found', { detail: 'Upload it again.' }))
  expect(body['detail']).toBe('Upload it again.')
})

test('a request that was too slow closes its connection', () => {
  const { status, headers } = answer(new KithError('request-timeout'))
  expect([status, headers['connection']]).toEqual([408, 'close'])
})

test.each([
  ['unauthenticated', 'Bearer'],
  ['invalid-credentials', 'Bearer'],
  ['access-token-expired', 'Bearer error="invalid_token"'],
  ['session-revoked', 'Bearer error="invalid_token"'],
] as const)('%s names the authentication scheme', (code, header) => {
  expect(answer(new KithError(code)).headers['www-authenticate']).toBe(header)
})
