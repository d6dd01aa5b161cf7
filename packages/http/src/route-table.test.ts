import { reservedUsernames, createKith } from '@kith/core'
import { createMemoryStorage } from '@kith/core/memory'
import { expect, test } from 'vitest'
import { createKithHttp } from './create-kith-http.ts'
import { publicRoute } from './route.ts'
import { createRouteTable } from './route-table.ts'

const route = (path: string) =>
  publicRoute({
    method: 'GET',
    path,
    operationId: 'getMe',
    summary: '',
    status: 204,
    handle: async () => ({}),
  })
const table = createRouteTable('/v1', [route('/a.json'), route('/a/:id'), route('/a/me')])

function found(target: string): unknown {
  const match = table.find(target, 'GET')
  return match?.kind === 'found' ? [match.path, match.params, match.query] : match?.kind
}

test('matches paths exactly, and a fixed one before a parameter', () => {
  expect(found('/v1/a.json')).toEqual(['/v1/a.json', {}, ''])
  expect(found('/v1/a/me?x=/../?')).toEqual(['/v1/a/me', {}, 'x=/../?'])
  expect(found('/v1/a/%C3%A9')).toEqual(['/v1/a/:id', { id: 'é' }, ''])
  expect(found('/v1/a/x%20y')).toEqual(['/v1/a/:id', { id: 'x y' }, ''])
  expect(found('/v1/a/:id')).toEqual(['/v1/a/:id', { id: ':id' }, ''])
})

test.each([
  '/v1/aXjson',
  '/v1/a/',
  '/v1/a',
  '/a/me',
  '/v1/a/b/c',
  '/v1/A/me',
  '/V1/a/me',
  '/v2/a/me',
  '/v2/../v1/a/me',
  '//v1/a/me',
  '/v1/b%2fc',
  '/v1/b\\c',
  '/v1/../b',
  '/v1//b',
  '/v1/b;x',
  '/v1/a/%zz/b',
  'http://a.example/v2/a/me',
  'http://a.example',
  '*',
  '',
  '/',
])('leaves %j to the host', (target) => expect(found(target)).toBeUndefined())

test.each([
  '/v1/a/me/',
  '/v1/a//me',
  '/v1//a/me',
  '/v1/./a/me',
  '/v1/../v1/a/me',
  '/v1/x/../a/me',
  '/v1/a/.\\me',
  '/v1\\a\\me',
  '/v1/a/%2e/me',
  '/v1/a/x/%2E%2e/me',
  '/v1/a/.%2e',
  '/v1/a%2fme',
  '/v1/a%5Cme',
  '/v1/a/x%252fme',
  '/v1/a/%6de',
  '/v1/a/m%65',
  '/v1/a/me;x',
  '/v1/a/me%3bx',
  '/v1/a;x/me',
  '/v1/a/me%00',
  '/v1/a/me%0a',
  '/v1/a/me%20',
  '/v1/a/me%e2%80%a8',
  '/v1/a/me%3Fx',
  '/v1/a/me%23x',
  '/v1/a/me#x',
  '/v1/a/me?x#y',
  '/v1/a/me%C2%85',
  '/v1/a/%EF%BC%8E%EF%BC%8E',
  '/v1/a/x%EF%BC%8Fme',
  '/v1/a/%EF%BD%8De',
  '/v1/a/%c0%ae%c0%ae',
  '/v1/a%c0%afme',
  '/v1/a%EF%BC%8Fme',
  '/v1/a/%zz',
  '/v1/a/%',
  '/v1/a/m\u00e9',
  'http://a.example/v1/a/me',
  'HTTP://localhost/v1/a/.\\me',
])('refuses %j, which other readers could take for one of its paths', (target) =>
  expect(found(target)).toBe('ambiguous'),
)

test('every fixed path segment under /users/ is a reserved username', () => {
  const kith = createKith({
    secret: 'a secret of the tests, of 32 characters or more',
    storage: createMemoryStorage(),
  })
  const words = createKithHttp(kith)
    .routes.map(({ path }) => /^\/users\/([^/:]+)/.exec(path)?.[1])
    .filter((word) => word !== undefined)
  expect(words).toContain('me')
  expect(reservedUsernames).toEqual(expect.arrayContaining(words))
})
