import { once } from 'node:events'
import { request as httpRequest } from 'node:http'
import type { AddressInfo } from 'node:net'
import { cheapPasswords } from '@kith/conformance'
import { createKith } from '@kith/core'
import { createMemoryStorage } from '@kith/core/memory'
import express, { type Express, type NextFunction, type Request, type Response } from 'express'
import { expect, onTestFinished, test, vi } from 'vitest'
import { kithExpress, viewerOf } from '../src/index.ts'

const error = vi.fn()
const kith = createKith({
  secret: 'a secret of the tests, of 32 characters or more',
  storage: createMemoryStorage(),
  passwords: cheapPasswords,
  logger: { warn: error, error },
})
const { routes, requireViewer, readViewer } = kithExpress(kith)
const json = {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: '{"login":"a","password":"b"}',
}

async function listen(app: Express): Promise<string> {
  // Lines of earlier tests would only be counted as repetitions.
  kith.config.log.flush()
  error.mockClear()
  const server = app.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

test.each([undefined, { kith }])(
  'a Kith that is passed incorrectly, %o, throws an error that shows the right way',
  (given) => {
    expect(() => kithExpress(given as never)).toThrow(/kithExpress\(kith, options\)/)
  },
)

test('under a path with which the prefix begins, mounting changes nothing', async () => {
  const url = await listen(express().use('/api', routes))
  expect((await fetch(`${url}/api/v1/users/me`)).status).toBe(401)
  expect((await fetch(`${url}/api/api/v1/users/me`)).status).toBe(500)
})

test('under any other path a request to Kith is an error with the solution, and other requests pass', async () => {
  const told = vi.fn()
  const app = express().use('/social', routes)
  app.get('/social/own', (_request, response) => void response.send('own'))
  // eslint-disable-next-line @typescript-eslint/max-params -- Express recognizes an error handler by its four parameters
  app.use((thrown: Error, _request: Request, response: Response, _next: NextFunction) => {
    told(thrown.message)
    response.sendStatus(500)
  })
  const url = await listen(app)
  expect((await fetch(`${url}/social/api/v1/users/me`)).status).toBe(500)
  expect(told).toHaveBeenCalledWith(expect.stringMatching(/mounted under \/social.*prefix of createKith/))
  expect(await (await fetch(`${url}/social/own`)).text()).toBe('own')
  expect((await fetch(`${url}/api/v1/users/me`)).status).toBe(404)
})

test('a body that was read as bytes is an error of the app, and is logged', async () => {
  const url = await listen(express().use(express.raw({ type: '*/*' }), routes))
  const response = await fetch(`${url}/api/v1/users/login`, json)
  expect(response.status).toBe(500)
  expect(error).toHaveBeenCalledExactlyOnceWith(
    'POST /api/v1/users/login: internal-error',
    expect.objectContaining({
      event: 'request.failed',
      error: expect.objectContaining({
        message: expect.stringContaining('mount the routes of Kith before') as string,
      }) as object,
    }),
  )
})

test('a body that was read and dropped is an error of the app, and is logged', async () => {
  const swallow = (request: Request, _response: Response, next: NextFunction) =>
    void request.resume().on('end', () => next())
  const url = await listen(express().use(swallow, routes))
  expect((await fetch(`${url}/api/v1/users/login`, json)).status).toBe(500)
  expect(error).toHaveBeenCalledOnce()
  expect((await fetch(`${url}/api/v1/users/me`)).status).toBe(401)
})

test('a body that was read as a string is refused with the reason', async () => {
  const url = await listen(express().use(express.text({ type: '*/*' }), routes))
  const response = await fetch(`${url}/api/v1/users/login`, json)
  expect(response.status).toBe(400)
  expect(await response.json()).toMatchObject({ detail: expect.stringContaining('as a string') as string })
})

test('a form that the host has parsed is not accepted as input', async () => {
  const url = await listen(express().use(express.urlencoded(), routes))
  const body = new URLSearchParams({ login: 'a', password: 'b' })
  expect((await fetch(`${url}/api/v1/users/login`, { method: 'POST', body })).status).toBe(415)
})

test('paths of the host keep their body, their parsers and their error handler', async () => {
  const app = express().use(routes)
  app.post('/api/v1/import', express.text(), (request, response) => void response.send(request.body))
  app.get('/broken', () => {
    throw new Error('of the host')
  })
  // eslint-disable-next-line @typescript-eslint/max-params -- Express recognizes an error handler by its four parameters
  app.use((_error: Error, _request: Request, response: Response, _next: NextFunction) => {
    response.status(418).send('by the host')
  })
  const url = await listen(app)
  const upload = await fetch(`${url}/api/v1/import`, { method: 'POST', body: 'as it is' })
  expect(await upload.text()).toBe('as it is')
  expect((await fetch(`${url}/broken`)).status).toBe(418)
  expect(error).not.toHaveBeenCalled()
})

test('cookies and Vary of the host are kept next to those of Kith', async () => {
  const mark = (_request: Request, response: Response, next: NextFunction) => {
    response.cookie('host', '1').vary('Accept-Language')
    next()
  }
  const url = await listen(express().use(mark, routes))
  const body = JSON.stringify({ username: 'anna', password: 'correct horse' })
  const { headers, status } = await fetch(`${url}/api/v1/users/register`, { ...json, body })
  expect(status).toBe(201)
  expect(headers.getSetCookie().map((cookie) => cookie.split('=')[0])).toEqual([
    'host',
    '__Host-kith-access',
    '__Host-kith-refresh',
    '__Host-kith-device',
  ])
  expect(headers.get('vary')).toBe('Accept-Language, Origin')
})

test('an unusual method or form of URL does no harm', async () => {
  const url = await listen(express().use(routes))
  const send = async (method: string, path: string) => {
    const [response] = (await once(httpRequest(url, { method, path }).end(), 'response')) as [
      { statusCode: number },
    ]
    return response.statusCode
  }
  expect(await send('TRACE', '/api/v1/users/me')).toBe(405)
  expect(await send('PROPFIND', '/api/v1/users/me')).toBe(405)
  expect(await send('GET', 'http://other.example/api/v1/users/me')).toBe(400)
  expect(await send('OPTIONS', '*')).toBe(404)
  expect(await send('GET', '//api/v1/users/me')).toBe(404)
  expect(await send('GET', '/api/v1/../v1/users/me')).toBe(400)
  expect(await send('GET', '/x/../api/v1/users/me')).toBe(404)
  expect(error).not.toHaveBeenCalled()
})

test('viewerOf reports which guard is missing', async () => {
  expect(() => viewerOf({})).toThrow(/put `requireViewer` before/)
  expect(() => viewerOf({ viewer: null })).toThrow(/let a guest pass/)
  const viewer = { userId: 'u', sessionId: 's' }
  expect(viewerOf({ viewer })).toBe(viewer)
})

test('a guard whose storage fails responds with a problem and lets nothing through', async () => {
  const passed = vi.fn()
  const app = express().get('/a', requireViewer, passed).get('/b', readViewer, passed)
  const url = await listen(app)
  const { tokens } = await kith.accounts.register({ username: 'berta', password: 'correct horse' })
  vi.spyOn(kith.storage.sessions, 'byId').mockRejectedValue(new Error('gone'))
  onTestFinished(() => void vi.restoreAllMocks())
  for (const path of ['/a', '/b']) {
    const response = await fetch(url + path, { headers: { authorization: `Bearer ${tokens.accessToken}` } })
    expect([response.status, response.headers.get('content-type')]).toEqual([500, 'application/problem+json'])
  }
  expect(passed).not.toHaveBeenCalled()
})

test('probes are mounted where the host wants, and the host decides who sees details', async () => {
  let isDown = false
  const storage = createMemoryStorage()
  const probed = createKith({
    secret: 'a secret of the tests, of 32 characters or more',
    storage: {
      ...storage,
      async check() {
        if (isDown) throw new Error('canary')
        return null
      },
    },
    logger: { warn: error, error },
  })
  const { health, ready } = kithExpress(probed)
  const app = express()
  app
    .get('/alive', health())
    .get('/ready', ready())
    .get('/operators/ready', ready({ details: true }))
  const url = await listen(app)
  isDown = true
  expect((await fetch(`${url}/alive`)).status).toBe(200)
  const response = await fetch(`${url}/ready`)
  expect([response.status, await response.json()]).toEqual([503, { status: 'unavailable' }])
  const details = await (await fetch(`${url}/operators/ready`)).text()
  expect(details).toContain('see the log')
  expect(details).not.toContain('canary')
  expect((await fetch(`${url}/ready`, { method: 'HEAD' })).status).toBe(503)
})

test('a guard lets a known token through without a turn of the event loop, and does not handle later errors', async () => {
  const { tokens } = await kith.accounts.register({ username: 'swift', password: 'correct horse' })
  const headers = { authorization: `Bearer ${tokens.accessToken}` }
  const request = { method: 'GET', headers } as Request
  const pass = (next: NextFunction): unknown => requireViewer(request, {} as Response, next)
  const next = vi.fn()
  await pass(next)
  expect(next).toHaveBeenCalledOnce()
  void pass(next)
  expect(next).toHaveBeenCalledTimes(2)
  const mine = new Error('of the host')
  expect(() =>
    pass(() => {
      throw mine
    }),
  ).toThrow(mine)
})

test('a page that sets new cookies is not stored by shared caches, unless the app sets its own rule', async () => {
  const { renewViewer } = kithExpress(kith)
  const app = express()
  app.get('/page', renewViewer, (_request, response) => void response.send('page'))
  app.use('/own', (_request, response, next) => {
    response.set('cache-control', 'no-store')
    next()
  })
  app.get('/own', renewViewer, (_request, response) => void response.send('page'))
  const url = await listen(app)
  const { tokens } = await kith.accounts.register({ username: 'reader', password: 'correct horse' })
  const ask = async (path: string, cookie: string) => {
    const { headers } = await fetch(url + path, { headers: { cookie } })
    return [headers.getSetCookie().length, headers.get('cache-control')]
  }
  const ended = `__Host-kith-refresh=${tokens.refreshToken}`
  expect(await ask('/page', ended)).toEqual([2, 'private'])
  expect(await ask('/own', ended)).toEqual([2, 'no-store'])
  expect(await ask('/page', `__Host-kith-access=${tokens.accessToken}; ${ended}`)).toEqual([0, null])
})
