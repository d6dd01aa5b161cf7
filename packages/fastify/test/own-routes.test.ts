import { cheapPasswords } from '@kith/conformance'
import { createKith } from '@kith/core'
import { createMemoryStorage } from '@kith/core/memory'
import { fastify, type FastifyInstance } from 'fastify'
import { expect, onTestFinished, test } from 'vitest'
import { kithFastify, type KithHttpOptions } from '../src/index.ts'

async function makeApp(
  options: KithHttpOptions = { routes: { register: false, deleteMe: false, getMe: false, getUser: false } },
): Promise<FastifyInstance> {
  const kith = createKith({
    secret: 'a secret of the tests, of 32 characters or more',
    storage: createMemoryStorage(),
    passwords: cheapPasswords,
  })
  const app = fastify()
  onTestFinished(() => app.close())
  app.setNotFoundHandler((_request, reply) => reply.code(404).send('of the host'))
  await app.register(kithFastify, { kith, allowedOrigins: ['https://app.example'], ...options })
  return app
}

test('routes of the app replace disabled ones, even next to other methods of the path', async () => {
  const app = await makeApp()
  app.post('/api/v1/users/register', (request) => request.body)
  app.delete('/api/v1/users/me', () => 'kept')
  app.get('/api/v1/users/me', () => 'me')
  app.get<{ Params: { id: string } }>('/api/v1/users/:id', (request) => `user ${request.params.id}`)
  const own = await app.inject({ method: 'POST', url: '/api/v1/users/register', payload: { own: true } })
  expect(own.json()).toEqual({ own: true })
  expect((await app.inject({ method: 'DELETE', url: '/api/v1/users/me' })).body).toBe('kept')
  expect((await app.inject('/api/v1/users/me')).body).toBe('me')
  expect((await app.inject({ method: 'HEAD', url: '/api/v1/users/me' })).statusCode).toBe(200)
  expect((await app.inject('/api/v1/users/anna')).body).toBe('user anna')
  expect((await app.inject({ method: 'PATCH', url: '/api/v1/users/me' })).statusCode).toBe(401)
  const wrong = await app.inject({ method: 'PUT', url: '/api/v1/users/me' })
  expect([wrong.statusCode, wrong.headers['allow']]).toEqual([405, 'GET, PATCH, DELETE, HEAD, OPTIONS'])
})

test('without such a route of the app, it sends its own 404', async () => {
  for (const app of [await makeApp(), await makeApp({ routes: { getMe: false } })]) {
    const gone = await app.inject('/api/v1/users/me')
    expect([gone.statusCode, gone.body]).toEqual([404, 'of the host'])
  }
})

test('a path with one disabled and one mounted route keeps its preflight', async () => {
  const app = await makeApp()
  const headers = { origin: 'https://app.example', 'access-control-request-method': 'DELETE' }
  const preflight = await app.inject({ method: 'OPTIONS', url: '/api/v1/users/me', headers })
  expect(preflight.headers).toMatchObject({
    'access-control-allow-origin': 'https://app.example',
    'access-control-allow-methods': 'GET, PATCH, DELETE, HEAD, OPTIONS',
  })
})

test('other spellings of a disabled path do not reach the route of the app', async () => {
  const app = await makeApp()
  app.post('/api/v1/users/register', () => 'ran')
  const answer = await app.inject({ method: 'POST', url: '/api/v1/users/%72egister' })
  expect([answer.statusCode, answer.json()]).toMatchObject([400, { code: 'malformed-request' }])
})

test('an unknown operation id is rejected with the closest known one', async () => {
  await expect(makeApp({ routes: { registr: false } as object })).rejects.toThrow('did you mean "register"?')
})
