import { reservedUsernames } from '@kith/core'
import { createMemoryStorage } from '@kith/core/memory'
import { createKith } from '@kith/core'
import { expect, test } from 'vitest'
import { createKithHttp } from './create-kith-http.ts'
import { publicRoute } from './route.ts'
import { createRouteTable } from './route-table.ts'

const route = (path: string) =>
  publicRoute({ method: 'GET', path, operationId: 'x', summary: '', status: 204, handle: async () => ({}) })
const table = createRouteTable('/v1', [route('/a.json'), route('/a/:id'), route('/a/me')])

test('finds paths exactly, and a fixed one before a parameter', () => {
  expect(table.find('/v1/a.json')?.path).toBe('/v1/a.json')
  expect(table.find('/v1/a/me')?.path).toBe('/v1/a/me')
  expect(table.find('/v1/a/x%20y')?.params()).toEqual({ id: 'x y' })
  expect(table.find('/v1/a/:id')?.params()).toEqual({ id: ':id' })
})

test.each(['/v1/aXjson', '/v1/a/', '/v1/a', '/a/me', '/v1/a/b/c', '/v1/a/me/', '/v2/a/me', '', '/'])(
  'does not find %j',
  (path) => expect(table.find(path)).toBeNull(),
)

test('a parameter that cannot be decoded is the mistake of the request', () => {
  expect(() => table.find('/v1/a/%zz')?.params()).toThrow(
    expect.objectContaining({ code: 'malformed-request' }),
  )
})

test('no username can hide behind a word of an address under /users/', () => {
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
