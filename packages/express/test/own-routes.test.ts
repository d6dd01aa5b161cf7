import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { cheapPasswords } from '@kith/conformance'
import { createKith } from '@kith/core'
import { createMemoryStorage } from '@kith/core/memory'
import express, { type Express, type IRouter, Router } from 'express'
import { expect, onTestFinished, test } from 'vitest'
import { kithExpress, type KithHttpOptions } from '../src/index.ts'

const leftOut = { routes: { register: false, deleteMe: false, getMe: false } } satisfies KithHttpOptions

async function listen(mount: (app: Express, routes: express.RequestHandler) => void): Promise<string> {
  const kith = createKith({
    secret: 'a secret of the tests, of 32 characters or more',
    storage: createMemoryStorage(),
    passwords: cheapPasswords,
  })
  const { routes } = kithExpress(kith, { allowedOrigins: ['https://app.example'], ...leftOut })
  const app = express()
  mount(app, routes)
  app.use((_request, response) => void response.status(404).send('of the host'))
  const server = app.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v1`
}

function addOwn(app: IRouter): void {
  app.post('/api/v1/users/register', express.json(), (request, response) => void response.json(request.body))
  app.delete('/api/v1/users/me', (_request, response) => void response.send('kept'))
}

const orders: Record<string, Parameters<typeof listen>[0]> = {
  'behind the routes': (app, routes) => {
    app.use(routes)
    addOwn(app)
  },
  'before the routes': (app, routes) => {
    addOwn(app)
    app.use(routes)
  },
  'behind them, in a Router': (app, routes) => {
    const router = Router()
    addOwn(router)
    app.use(routes, router)
  },
}

test.each(Object.entries(orders))('routes of the app replace disabled ones, %s', async (_, mount) => {
  const url = await listen(mount)
  const headers = { 'content-type': 'application/json' }
  const own = await fetch(`${url}/users/register`, { method: 'POST', headers, body: '{"own":true}' })
  expect(await own.json()).toEqual({ own: true })
  expect(await (await fetch(`${url}/users/me`, { method: 'DELETE' })).text()).toBe('kept')
  expect((await fetch(`${url}/users/me`, { method: 'PATCH' })).status).toBe(401)
  expect((await fetch(`${url}/users/me`, { method: 'PUT' })).status).toBe(405)
})

test.each(Object.entries(orders))('Kith responds to their preflights, %s', async (_, mount) => {
  const url = await listen(mount)
  const headers = { origin: 'https://app.example', 'access-control-request-method': 'DELETE' }
  const preflight = await fetch(`${url}/users/me`, { method: 'OPTIONS', headers })
  expect(preflight.headers.get('access-control-allow-origin')).toBe('https://app.example')
  expect(preflight.headers.get('access-control-allow-methods')).toContain('DELETE')
})

test('if the app has no such route either, it sends its own 404', async () => {
  const url = await listen((app, routes) => void app.use(routes))
  for (const [method, path] of [
    ['POST', '/users/register'],
    ['GET', '/users/register'],
    ['GET', '/users/me'],
    ['HEAD', '/users/me'],
  ] as const) {
    const response = await fetch(url + path, { method })
    expect([response.status, await response.text()]).toEqual([404, method === 'HEAD' ? '' : 'of the host'])
  }
})
