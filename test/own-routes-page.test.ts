import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import { getConnInfo } from '@hono/node-server/conninfo'
import { cheapPasswords } from '@kith/conformance'
import { createKith, type Kith, type RegisterInput } from '@kith/core'
import { createMemoryStorage } from '@kith/core/memory'
import { kithExpress, type KithHttpOptions, viewerOf } from '@kith/express'
import { kithFastify } from '@kith/fastify'
import { createKithHttp } from '@kith/http'
import express, { type IRouter, Router } from 'express'
import { fastify } from 'fastify'
import { Hono } from 'hono'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { browserPath, launchBrowser } from './browser.ts'
import { kithInHono } from '../examples/recipes/src/hono.ts'

/** A server on `localhost` that is closed after the test: for browsers, its other ports are other origins of the same site. */
async function listen(server: ReturnType<typeof createServer>): Promise<string> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://localhost:${(server.address() as AddressInfo).port}`
}

type Serve = (kith: Kith, options: KithHttpOptions) => Promise<string>

function invited({ invitation, ...account }: RegisterInput): RegisterInput {
  if (invitation !== 'welcome') throw new TypeError('Only with an invitation')
  return account
}

function expressApp(
  mount: (app: IRouter, parts: ReturnType<typeof kithExpress>, own: IRouter) => void,
): Serve {
  return async (kith, options) => {
    const parts = kithExpress(kith, options)
    const { signIn, requireViewer, problems } = parts
    const app = express()
    const own = Router()
    mount(app, parts, own)
    own.post('/api/v1/users/register', express.json(), async (request, response) => {
      const account = invited((request.body ?? {}) as RegisterInput)
      const answer = await signIn({ request, response }, () => kith.accounts.register(account))
      response.status(201).json(answer)
    })
    own.delete('/api/v1/users/me', requireViewer, () => {
      throw new TypeError('Not here')
    })
    own.get('/hello', requireViewer, async (request, response) => {
      response.json({ hello: (await kith.accounts.me(viewerOf(request))).username })
    })
    app.use(problems)
    return await listen(createServer(app))
  }
}

const apps: Record<string, Serve> = {
  Express: expressApp((app, { routes, cors }, own) => app.use(routes).use('/hello', cors).use(own)),
  'Express, with its own routes in a Router in front': expressApp((app, { routes, cors }, own) =>
    app.use(cors, own, routes),
  ),
  async Fastify(kith, options) {
    const app = fastify()
    await app.register(kithFastify, { kith, ...options })
    app.addHook('onRequest', app.cors)
    app.setErrorHandler(
      (error, request, reply) => app.sendProblem(error, { request, reply }) ?? reply.send(error),
    )
    app.post('/api/v1/users/register', async (request, reply) => {
      const account = invited((request.body ?? {}) as RegisterInput)
      reply.code(201)
      return await app.signIn({ request, reply }, () => kith.accounts.register(account))
    })
    app.delete('/api/v1/users/me', { preHandler: app.requireViewer }, () => {
      throw new TypeError('Not here')
    })
    app.get('/hello', { preHandler: app.requireViewer }, async ({ viewer }) => ({
      hello: viewer && (await kith.accounts.me(viewer)).username,
    }))
    await app.ready()
    return await listen(app.server)
  },
  async Hono(kith, options) {
    const http = createKithHttp(kith, options)
    const app = new Hono()
    app.use(kithInHono(http, (context) => getConnInfo(context).remote.address))
    app.onError((error, { req }) => http.problem(error, { head: req.raw, route: req.path }))
    app.post('/api/v1/users/register', async ({ req }) => {
      const account = invited(await req.json<RegisterInput>().catch(() => ({}) as RegisterInput))
      const { answer, headers } = await http.signIn({ head: req.raw }, () => kith.accounts.register(account))
      return Response.json(answer, { status: 201, headers })
    })
    app.delete('/api/v1/users/me', async ({ req }) => {
      await http.requireViewer(req.raw)
      throw new TypeError('Not here')
    })
    app.get('/hello', async (context) => {
      const viewer = await http.requireViewer(context.req.raw)
      return context.json({ hello: (await kith.accounts.me(viewer)).username })
    })
    return await listen(createAdaptorServer({ fetch: app.fetch }) as Server)
  },
}

describe.skipIf(!browserPath)(
  'routes of the app, called from a page on another port (needs chromium)',
  () => {
    let browser: Browser

    beforeAll(async () => {
      browser = await launchBrowser()
    })
    afterAll(() => browser.close())

    async function visit(): Promise<{ page: Page; origin: string }> {
      const origin = await listen(createServer((_request, response) => void response.end('<!doctype html>')))
      const page = await browser.newPage()
      onTestFinished(() => page.close())
      await page.goto(origin)
      return { page, origin }
    }

    function call(page: Page, url: string, init: RequestInit = {}): Promise<unknown> {
      return page.evaluate(
        async ([target, request]) => {
          const response = await fetch(target, { credentials: 'include', ...request }).catch(String)
          return typeof response === 'string'
            ? response
            : [response.status, await response.json().catch(() => null)]
        },
        [url, init] as const,
      )
    }

    const json = (body: object): RequestInit => ({
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    const ada = { username: 'ada', password: 'correct horse' }

    test.each(Object.entries(apps))('%s', async (_name, serve) => {
      const { page, origin } = await visit()
      const kith = createKith({
        secret: 'a secret of the tests, of 32 characters or more',
        storage: createMemoryStorage(),
        passwords: cheapPasswords,
      })
      const options = { routes: { register: false, deleteMe: false } } as const
      const url = await serve(kith, { ...options, allowedOrigins: [origin], cookies: { secure: false } })
      const register = `${url}/api/v1/users/register`

      expect(
        await call(page, register, json({ ...ada, password: 'x', invitation: 'welcome' })),
      ).toMatchObject([422, { code: 'invalid-input' }])
      expect(await call(page, register, json({ ...ada, invitation: 'welcome' }))).toMatchObject([
        201,
        { user: { username: 'ada' } },
      ])
      // The cookies were set, and are sent.
      expect(await call(page, `${url}/api/v1/users/me`)).toMatchObject([200, { username: 'ada' }])
      expect(await call(page, register, json({ ...ada, invitation: 'welcome' }))).toMatchObject([
        409,
        { code: 'identifier-taken' },
      ])
      expect(await call(page, `${url}/hello`)).toEqual([200, { hello: 'ada' }])
      // Requested by a preflight, because the header is the app's own.
      const headers = { 'x-app': '1' }
      expect(await call(page, `${url}/hello`, { headers })).toEqual([200, { hello: 'ada' }])

      await call(page, `${url}/api/v1/users/logout`, json({}))
      expect(await call(page, `${url}/hello`)).toMatchObject([401, { code: 'unauthenticated' }])
      expect(await call(page, `${url}/api/v1/users/me`, { method: 'DELETE' })).toMatchObject([
        401,
        { code: 'unauthenticated' },
      ])

      const { page: stranger } = await visit()
      expect(await call(stranger, register, json({ ...ada, invitation: 'welcome' }))).toMatch(
        /Failed to fetch/,
      )
      expect(await call(stranger, `${url}/hello`)).toMatch(/Failed to fetch/)
    })
  },
)
