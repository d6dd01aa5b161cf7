import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { cheapPasswords } from '@kith/conformance'
import { createKith, KithError, RetryLaterError } from '@kith/core'
import { createMemoryStorage } from '@kith/core/memory'
import express, { type NextFunction, type Request, type Response } from 'express'
import { expect, onTestFinished, test, vi } from 'vitest'
import { kithExpress } from '../src/index.ts'

const register = vi.fn()
const log = vi.fn<(message: string, detail?: unknown) => void>()

async function listen(): Promise<string> {
  const kith = createKith({
    secret: 'a secret of the tests, of 32 characters or more',
    storage: createMemoryStorage(),
    passwords: cheapPasswords,
    logger: { warn: log, error: log },
  })
  const { routes, signIn, problems } = kithExpress(kith, { allowedOrigins: ['https://app.example'] })
  const app = express()
  register.mockReset().mockImplementation((input) => kith.accounts.register(input))
  app.post('/join', express.json(), async (request, response) => {
    response.status(201).json(await signIn({ request, response }, () => register(request.body)))
  })
  for (const fromElsewhere of [true, false])
    app.get(`/callback/${fromElsewhere}`, async (request, response) => {
      response.json(await signIn({ request, response, fromElsewhere }, () => register(ada)))
    })
  app.get('/broken', () => {
    throw new Error('of the host')
  })
  app.get('/half', (_request, response) => {
    response.write('half')
    throw new RetryLaterError('busy', 1)
  })
  const below = express.Router()
  below.get('/confirm/:code', () => {
    throw new RetryLaterError('storage-unavailable', 1)
  })
  app.use('/reset/:token', below)
  app.get('/files/*path', () => {
    throw new KithError('internal-error')
  })
  app.use('/nowhere', () => {
    throw new KithError('internal-error')
  })
  app.use(routes, problems)
  // eslint-disable-next-line @typescript-eslint/max-params -- Express recognizes an error handler by its four parameters
  app.use((_error: Error, _request: Request, response: Response, _next: NextFunction) => {
    if (response.headersSent) response.destroy()
    else response.status(418).send('by the host')
  })
  const server = app.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

function join(url: string, body: object, origin = 'https://app.example'): Promise<globalThis.Response> {
  const headers = { 'content-type': 'application/json', origin }
  return fetch(`${url}/join`, { method: 'POST', headers, body: JSON.stringify(body) })
}

const ada = { username: 'ada', password: 'correct horse' }

test('a route of the host signs in with cookies that the routes of Kith accept', async () => {
  const url = await listen()
  const response = await join(url, ada)
  expect(response.status).toBe(201)
  expect(await response.json()).toEqual({
    user: expect.objectContaining({ username: 'ada' }) as object,
    session: { id: expect.any(String) as string, expiresAt: expect.any(String) as string },
  })
  const cookie = response.headers
    .getSetCookie()
    .map((each) => each.split(';')[0])
    .join('; ')
  const me = await fetch(`${url}/api/v1/users/me`, { headers: { cookie } })
  expect(await me.json()).toMatchObject({ username: 'ada' })
})

test('the calling page can read the response and every problem, and no other page can', async () => {
  const url = await listen()
  const readers = async (body: object, origin?: string) => {
    const { status, headers } = await join(url, body, origin)
    return [status, headers.get('access-control-allow-origin'), headers.get('vary')]
  }
  expect(await readers(ada)).toEqual([201, 'https://app.example', 'Origin'])
  expect(await readers(ada)).toEqual([409, 'https://app.example', 'Origin'])
  expect(await readers({})).toEqual([422, 'https://app.example', 'Origin'])
  expect(await readers(ada, 'https://evil.example')).toEqual([403, null, 'Origin'])
})

test('for a page that is not allowed nothing is done', async () => {
  const url = await listen()
  const response = await join(url, ada, 'https://evil.example')
  expect(response.status).toBe(403)
  expect(await response.json()).toMatchObject({ code: 'origin-not-allowed' })
  expect(register).not.toHaveBeenCalled()
})

test('Kith errors become problems, without cookies; all others go to the host', async () => {
  const url = await listen()
  const refused = await join(url, { username: 'ada', password: 'x' })
  expect([refused.status, refused.headers.get('content-type')]).toEqual([422, 'application/problem+json'])
  expect(refused.headers.getSetCookie()).toEqual([])
  expect((await fetch(`${url}/broken`)).status).toBe(418)
  await expect(fetch(`${url}/half`).then((response) => response.text())).rejects.toThrow()
})

test('the log names routes, because paths and queries may contain secrets', async () => {
  const url = await listen()
  log.mockReset()
  for (const path of ['/reset/s3cret/confirm/s3cret?s3cret', '/files/s3cret/s3cret', '/nowhere/s3cret'])
    expect((await fetch(url + path)).status).toBeGreaterThanOrEqual(500)
  const lines = log.mock.calls.map(([message]) => message)
  expect(lines).toEqual([
    'GET /confirm/:code: storage-unavailable',
    'GET /files/*path: internal-error',
    'GET (no route): internal-error',
  ])
})

test('a browser may come from another site if the host allows it, and otherwise not', async () => {
  const url = await listen()
  const headers = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }
  const refused = await fetch(`${url}/callback/false`, { headers })
  expect([refused.status, await refused.json()]).toMatchObject([403, { code: 'origin-not-allowed' }])
  expect(register).not.toHaveBeenCalled()
  const back = await fetch(`${url}/callback/true`, { headers })
  expect([back.status, await back.json()]).toMatchObject([200, { user: { username: 'ada' } }])
  expect(back.headers.getSetCookie()).not.toEqual([])
})
