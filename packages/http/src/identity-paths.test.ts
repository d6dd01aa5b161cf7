import { KithError, RetryLaterError } from '@kith/core'
import { expect, test } from 'vitest'
import { failedPath, finishedPath } from './identity-paths.ts'

const returnTo = '/home?tab=1'

test('the final URL of a sign-in says whether the account is new, and which details are missing', () => {
  const signedIn = { kind: 'signed-in', returnTo, signIn: {} } as never as Parameters<typeof finishedPath>[0]
  expect(finishedPath({ ...signedIn, isNew: true } as never)).toBe('/home?tab=1#signed-in=new')
  expect(finishedPath({ ...signedIn, isNew: false } as never)).toBe('/home?tab=1#signed-in=known')
  const suggestion = { username: 'ana', name: null, email: 'a@b.example' }
  const missing = ['username', 'terms']
  expect(finishedPath({ kind: 'details-needed', returnTo, missing, suggestion } as never)).toBe(
    '/home?tab=1#missing=username%2Cterms&username=ana&email=a%40b.example',
  )
})

test('the page gets only the codes of errors that it can handle', () => {
  expect(failedPath(new KithError('policy-refused'), returnTo)).toBe('/home?tab=1#error=policy-refused')
  const away = new RetryLaterError('provider-unavailable', 1)
  expect(failedPath(away, returnTo)).toBe('/home?tab=1#error=provider-unavailable')
  for (const error of [new KithError('internal-error'), new RetryLaterError('storage-unavailable', 1)])
    expect(() => failedPath(error, returnTo)).toThrow(error)
  const other = new Error('not of Kith')
  expect(() => failedPath(other, returnTo)).toThrow(other)
  const refused = new KithError('policy-refused')
  expect(() => failedPath(refused, null)).toThrow(refused)
})
