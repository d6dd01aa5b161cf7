import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { cheapPasswords } from '@kith/conformance'
import { createKith } from '@kith/core'
import { createMemoryStorage } from '@kith/core/memory'
import { kithExpress } from '@kith/express'
import express from 'express'
import { chromium } from 'playwright-core'
import ts from 'typescript'
import { describe, expect, onTestFinished, test } from 'vitest'
import { root } from '../../scripts/packages.ts'
import { findOnPath } from '../servers/program-path.ts'
import { listen } from './visitor.ts'

const [executablePath] = ['chromium', 'google-chrome', 'chrome'].flatMap(findOnPath)

interface Client {
  call: typeof fetch
}

const source = readFileSync(join(root, 'examples/recipes/src/browser-client.ts'), 'utf8')
const script = ts.transpile(source, { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 })

/** A page with a script that has a client of the API at `api`. */
function pageOf(api: () => string): (path: string) => string {
  return (path) =>
    path === '/client.js'
      ? script
      : `<!doctype html><script type="module">
          import { createClient } from './client.js'
          window.call = createClient(${JSON.stringify(api())})
        </script>`
}

describe.skipIf(!executablePath)('a page with another origin (needs chromium)', () => {
  test('makes calls, and refreshes once for all calls that find the access token expired', async () => {
    let api = ''
    const page = pageOf(() => api)
    const origin = await listen(({ url = '/' }, response) => {
      response
        .setHeader('content-type', url === '/client.js' ? 'text/javascript' : 'text/html')
        .end(page(url))
    })
    const asked: string[] = []
    const secondProfile = Promise.withResolvers<void>()
    let isSlow = false
    const kith = createKith({
      secret: 'a secret of the tests, of 32 characters or more',
      storage: createMemoryStorage(),
      passwords: cheapPasswords,
    })
    const { routes } = kithExpress(kith, {
      allowedOrigins: [origin],
      cookies: { secure: false },
      onRequest({ method, route, status }) {
        if (isSlow && route === '/api/v1/users/me' && status === 200) secondProfile.resolve()
        if (method !== 'OPTIONS') asked.push(`${method} ${route?.replace('/api/v1', '')} ${status}`)
      },
    })
    const app = express()
    app.use((request, _response, next) => {
      if (isSlow && request.path.endsWith('/sessions')) void secondProfile.promise.then(() => next())
      else next()
    })
    api = await listen(app.use(routes))

    const browser = await chromium.launch({
      executablePath: executablePath ?? '',
      args: ['--no-sandbox', '--disable-dev-shm-usage'],
    })
    onTestFinished(() => browser.close())
    const context = await browser.newContext()
    const tab = await context.newPage()
    await tab.goto(origin)
    await tab.waitForFunction(() => 'call' in globalThis)

    function call(path: string, body?: object): Promise<unknown> {
      return tab.evaluate(
        async ([target, json]) => {
          const response = await (globalThis as unknown as Client).call(target, {
            ...(json && { method: 'POST', headers: { 'content-type': 'application/json' }, body: json }),
          })
          return [response.status, await response.json()]
        },
        [path, body && JSON.stringify(body)] as const,
      )
    }
    /** Removes the cookie as a browser does when it expires. */
    const endAccess = (): Promise<void> => context.clearCookies({ name: /access/ })
    const me = '/api/v1/users/me'
    const ada = { username: 'ada', password: 'correct horse' }
    expect(await call(me)).toMatchObject([401, { code: 'unauthenticated' }])
    expect(await call('/api/v1/users/register', ada)).toMatchObject([201, { user: { username: 'ada' } }])
    expect(await call(me)).toMatchObject([200, { username: 'ada' }])

    // Both are refused before either refreshes, or the second one after the first has finished.
    for (isSlow of [false, true]) {
      await endAccess()
      asked.length = 0
      const two = await Promise.all([call(me), call('/api/v1/users/me/sessions')])
      expect(two).toMatchObject([
        [200, { username: 'ada' }],
        [200, {}],
      ])
      expect(asked.toSorted()).toEqual([
        'GET /users/me 200',
        'GET /users/me 401',
        'GET /users/me/sessions 200',
        'GET /users/me/sessions 401',
        'POST /users/refresh 200',
      ])
    }

    await endAccess()
    await call(me)
    asked.length = 0
    expect(await call('/api/v1/users/login', { login: 'ada', password: 'wrong horse' })).toMatchObject([
      401,
      { code: 'invalid-credentials' },
    ])
    expect(asked).toEqual(['POST /users/login 401'])

    await kith.sessions.endAll((await kith.accounts.find('ada'))?.id ?? '')
    expect(await call(me)).toMatchObject([401, { code: 'session-revoked' }])
  })
})
