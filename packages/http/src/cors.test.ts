import { expect, test } from 'vitest'
import { createCors } from './cors.ts'
import { addToVary } from './vary.ts'

const cors = createCors(new Set(['https://app.example']))

function ask(headers: Record<string, string>, method = 'OPTIONS') {
  return cors.hostPreflight({ method, headers: new Headers(headers) })
}

test('a preflight for a route of the app gets the permissions that it asks for', () => {
  const answer = ask({
    origin: 'https://app.example',
    'access-control-request-method': 'DELETE',
    'access-control-request-headers': 'content-type,x-app',
  })
  expect(answer).toEqual({
    status: 204,
    body: null,
    headers: {
      allow: 'DELETE',
      'cache-control': 'no-store',
      vary: 'Origin',
      'access-control-allow-origin': 'https://app.example',
      'access-control-allow-credentials': 'true',
      'access-control-expose-headers': 'Retry-After, X-Request-Id',
      'access-control-allow-methods': 'DELETE',
      'access-control-allow-headers': 'content-type,x-app',
      'access-control-max-age': '600',
    },
  })
})

const allowed = { origin: 'https://app.example', 'access-control-request-method': 'GET' }

test.each([
  [{ ...allowed, origin: 'https://evil.example' }, 'OPTIONS'],
  [{ origin: 'https://app.example' }, 'OPTIONS'],
  [{ 'access-control-request-method': 'GET' }, 'OPTIONS'],
  [{ ...allowed, 'access-control-request-method': 'GET;x' }, 'OPTIONS'],
  [{ ...allowed, 'access-control-request-headers': '<script>' }, 'OPTIONS'],
  [allowed, 'GET'],
])('%j with %s is not a preflight that gets permissions', (headers, method) => {
  expect(ask(headers, method)).toBeNull()
})

test('a response is readable only for allowed pages, and has a Vary header', () => {
  const of = (origin: string) => cors.headersFor({ method: 'GET', headers: new Headers({ origin }) })
  expect(of('https://evil.example')).toEqual({ vary: 'Origin' })
  expect(of('https://app.example')).toMatchObject({ 'access-control-allow-origin': 'https://app.example' })
})

test('Vary contains each name once', () => {
  expect(addToVary(undefined, 'Origin')).toBe('Origin')
  expect(addToVary('Accept, origin', 'Origin')).toBe('Accept, Origin')
  expect(addToVary(['Accept', 'Cookie'], 'Origin, Accept')).toBe('Accept, Cookie, Origin')
})
