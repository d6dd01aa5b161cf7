import { cheapPasswords } from '@kith/conformance'
import { createKith, type KithOptions } from '@kith/core'
import { createMemoryStorage } from '@kith/core/memory'
import { fastify, type FastifyInstance } from 'fastify'
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import kithFastifyDefault, { kithFastify, viewerOf } from '../src/index.ts'

const error = vi.fn()
beforeEach(() => void error.mockClear())

function makeKith(more: Partial<KithOptions> = {}) {
  return createKith({
    secret: 'a secret of the tests, of 32 characters or more',
    storage: createMemoryStorage(),
    passwords: cheapPasswords,
    logger: { warn: error, error },
    ...more,
  })
}

async function makeApp(prepare: (app: FastifyInstance) => void = () => {}): Promise<FastifyInstance> {
  const app = fastify()
  onTestFinished(() => app.close())
  prepare(app)
  await app.register(kithFastify, { kith: makeKith() })
  return app
}

const anna = { username: 'anna', password: 'correct horse' }

test.each([undefined, {}, { kith: {} }])(
  'options without a Kith, %o, throw an error that shows how to pass it',
  async (options) => {
    const app = fastify()
    onTestFinished(() => app.close())
    await expect(async () => app.register(kithFastify, options as never)).rejects.toThrow(
      /app\.register\(kithFastify, \{ kith, \.\.\.options \}\)/,
    )
  },
)

test('the parsers, not-found handler and error handler of the host stay unchanged', async () => {
  const app = await makeApp((host) => {
    host.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => {
      done(null, { mine: body })
    })
    host.setNotFoundHandler((_request, reply) => reply.code(404).send('mine'))
    host.setErrorHandler((_error, _request, reply) => reply.code(418).send('mine'))
  })
  app.post('/echo', (request) => request.body)
  app.get('/broken', () => {
    throw new Error('of the host')
  })
  const echo = await app.inject({ method: 'POST', url: '/echo', payload: { a: 1 } })
  expect(echo.json()).toEqual({ mine: '{"a":1}' })
  const text = await app.inject({
    method: 'POST',
    url: '/echo',
    payload: 'x',
    headers: { 'content-type': 'text/plain' },
  })
  expect(text.body).toBe('x')
  expect((await app.inject('/broken')).statusCode).toBe(418)
  expect((await app.inject('/api/v1/users/nothing/here')).body).toBe('mine')
  const registered = await app.inject({ method: 'POST', url: '/api/v1/users/register', payload: anna })
  expect(registered.statusCode).toBe(201)
})

test('hooks, cookies and Vary of the host reach the routes of Kith', async () => {
  const app = await makeApp((host) => {
    host.addHook('onRequest', async (_request, reply) => {
      reply.header('set-cookie', 'host=1').header('vary', 'Accept-Language')
    })
  })
  const { headers } = await app.inject({ method: 'POST', url: '/api/v1/users/register', payload: anna })
  expect([headers['set-cookie']].flat().map((cookie) => cookie?.split('=')[0])).toEqual([
    'host',
    '__Host-kith-access',
    '__Host-kith-refresh',
    '__Host-kith-device',
  ])
  expect(headers['vary']).toBe('Origin, Accept-Language')
})

test('the viewer belongs to a single request', async () => {
  const app = await makeApp()
  app.get('/private', { preHandler: app.requireViewer }, (request) => viewerOf(request))
  app.get('/open', (request) => ({ viewer: request.viewer }))
  const registered = await app.inject({
    method: 'POST',
    url: '/api/v1/users/register',
    payload: { ...anna, transport: 'bearer' },
  })
  const { user, tokens } = registered.json<{ user: { id: string }; tokens: { accessToken: string } }>()
  const headers = { authorization: `Bearer ${tokens.accessToken}` }
  expect((await app.inject({ url: '/private', headers })).json()).toMatchObject({ userId: user.id })
  expect((await app.inject({ url: '/open', headers })).json()).toEqual({ viewer: null })
  expect((await app.inject('/private')).statusCode).toBe(401)
})

test('a refused route runs neither its handler nor any hook after the guard', async () => {
  const app = await makeApp()
  const ran = vi.fn()
  app.post('/private', { preHandler: [app.requireViewer, async () => void ran()] }, async () => void ran())
  const answer = await app.inject({ method: 'POST', url: '/private' })
  expect([answer.statusCode, answer.headers['content-type']]).toEqual([401, 'application/problem+json'])
  expect(ran).not.toHaveBeenCalled()
})

test('the prefix of createKith replaces the default one', async () => {
  const app = fastify()
  onTestFinished(() => app.close())
  await app.register(kithFastifyDefault, { kith: makeKith({ prefix: '/auth' }) })
  expect((await app.inject('/auth/users/me')).statusCode).toBe(401)
  expect((await app.inject('/api/v1/users/me')).statusCode).toBe(404)
})

test.each(['/social', '/api/v', '/api/v1/users'])(
  'a scope under %s, with which the prefix of createKith does not begin, is rejected',
  async (prefix) => {
    const app = fastify()
    onTestFinished(() => app.close())
    const registering = app.register(
      async (scope) => scope.register(kithFastifyDefault, { kith: makeKith() }),
      { prefix },
    )
    await expect(registering).rejects.toThrow(/the prefix of createKith/)
  },
)

test('a prefix for the plugin is rejected with the right place for it', async () => {
  const app = fastify()
  onTestFinished(() => app.close())
  const registering = app.register(kithFastifyDefault, { kith: makeKith(), prefix: '/auth' })
  await expect(registering).rejects.toThrow(/pass it to createKith/)
})

test('a content type that Fastify itself refuses becomes a problem like any other', async () => {
  const app = await makeApp()
  const headers = { 'content-type': 'nonsense; ;', origin: 'https://evil.example' }
  const answer = await app.inject({ method: 'POST', url: '/api/v1/users/login', payload: '{}', headers })
  expect(answer.json()).toMatchObject({ status: 415, code: 'unsupported-media-type' })
  expect(error).not.toHaveBeenCalled()
})

test('TRACE and a body in a GET do no harm', async () => {
  const app = await makeApp()
  expect((await app.inject({ method: 'TRACE' as 'GET', url: '/api/v1/users/me' })).statusCode).toBe(405)
  const headers = { 'content-type': 'application/json' }
  const answer = await app.inject({ method: 'GET', url: '/api/v1/users/me', payload: '{', headers })
  expect(answer.statusCode).toBe(401)
})

test('viewerOf reports which guard is missing', () => {
  expect(() => viewerOf({ viewer: null })).toThrow(/app\.requireViewer/)
})

test('probes are mounted where the host wants', async () => {
  const app = await makeApp()
  app.get('/alive', app.healthProbe())
  app.get('/ready', app.readyProbe())
  app.get('/operators/ready', app.readyProbe({ details: true }))
  expect((await app.inject('/alive')).json()).toEqual({ status: 'ok' })
  const response = await app.inject('/ready')
  expect([response.statusCode, response.json()]).toEqual([200, { status: 'ok' }])
  expect(response.headers['cache-control']).toBe('no-store')
  expect((await app.inject('/operators/ready')).json()).toMatchObject({
    parts: [{ name: 'storage', ok: true }],
  })
})

test('a guard lets a known token through without a turn of the event loop', async () => {
  const app = await makeApp()
  let turns = 0
  const order: string[] = []
  app.get(
    '/swift',
    {
      preHandler: [
        (_request, _reply, done) => {
          order.length = 0
          queueMicrotask(() => order.push(`turn ${++turns}`))
          done()
        },
        app.requireViewer,
      ],
    },
    (request, reply) => {
      order.push('handler')
      void reply.send({ userId: viewerOf(request).userId })
    },
  )
  const registered = await app.inject({
    method: 'POST',
    url: '/api/v1/users/register',
    payload: { ...anna, transport: 'bearer' },
  })
  const { accessToken } = registered.json<{ tokens: { accessToken: string } }>().tokens
  const ask = () => app.inject({ url: '/swift', headers: { authorization: `Bearer ${accessToken}` } })
  expect((await ask()).statusCode).toBe(200)
  expect(order).toEqual(['turn 1', 'handler'])
  expect((await ask()).statusCode).toBe(200)
  expect(order).toEqual(['handler', 'turn 2'])
})

test('a page that sets new cookies is not stored by shared caches, unless the app sets its own rule', async () => {
  const kith = makeKith()
  const app = fastify()
  onTestFinished(() => app.close())
  await app.register(kithFastify, { kith })
  app.addHook('onRequest', async ({ url }, reply) => {
    if (url === '/own') reply.header('cache-control', 'no-store')
  })
  for (const url of ['/page', '/own']) app.get(url, { preHandler: app.renewViewer }, () => 'page')
  const { tokens } = await kith.accounts.register({ username: 'reader', password: 'correct horse' })
  const ask = async (url: string, cookie: string) => {
    const { headers } = await app.inject({ url, headers: { cookie } })
    return [[headers['set-cookie'] ?? []].flat().length, headers['cache-control'] ?? null]
  }
  const ended = `__Host-kith-refresh=${tokens.refreshToken}`
  expect(await ask('/page', ended)).toEqual([2, 'private'])
  expect(await ask('/own', ended)).toEqual([2, 'no-store'])
  expect(await ask('/page', `__Host-kith-access=${tokens.accessToken}; ${ended}`)).toEqual([0, null])
})
