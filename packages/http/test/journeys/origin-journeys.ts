import assert from 'node:assert/strict'
import { openBrowser, password, registerBearer, registerInBrowser } from './clients.ts'
import type { Journey } from './journey.ts'
import { allowedOrigin } from './journey-app.ts'

/** The headers that a browser adds, depending on the page that makes the request. */
const signals: readonly { from: string; allowed: boolean; headers: Record<string, string> }[] = [
  { from: 'the own origin', allowed: true, headers: { 'sec-fetch-site': 'same-origin' } },
  {
    from: 'the own origin, with its name',
    allowed: true,
    headers: { 'sec-fetch-site': 'same-origin', origin: 'https://api.example' },
  },
  {
    from: 'an allowed origin',
    allowed: true,
    headers: { 'sec-fetch-site': 'cross-site', origin: allowedOrigin },
  },
  { from: 'an allowed origin in an older browser', allowed: true, headers: { origin: allowedOrigin } },
  {
    from: 'another origin',
    allowed: false,
    headers: { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' },
  },
  { from: 'another origin in an older browser', allowed: false, headers: { origin: 'https://evil.example' } },
  {
    from: 'a subdomain that is not listed',
    allowed: false,
    headers: { 'sec-fetch-site': 'same-site', origin: 'https://x.app.example' },
  },
  {
    from: 'an origin that begins like an allowed one',
    allowed: false,
    headers: { origin: `${allowedOrigin}.evil.example` },
  },
  {
    from: 'the allowed origin on another port',
    allowed: false,
    headers: { origin: `${allowedOrigin}:8443` },
  },
  { from: 'the allowed origin over http', allowed: false, headers: { origin: 'http://app.example' } },
  { from: 'a sandboxed page', allowed: false, headers: { origin: 'null' } },
  {
    from: 'two origins at once',
    allowed: false,
    headers: { origin: `${allowedOrigin}, https://evil.example` },
  },
  { from: 'the address bar', allowed: false, headers: { 'sec-fetch-site': 'none' } },
  { from: 'another site, without an origin', allowed: false, headers: { 'sec-fetch-site': 'cross-site' } },
]

/** CSRF and CORS, from a single list of allowed origins. */
export const originJourneys: readonly Journey[] = [
  {
    id: 'origin/cookies',
    title: 'With cookies, only pages of allowed origins can make changes',
    host: 'the host passes on the headers',
    async run(app) {
      const { browser } = await registerInBrowser(app)
      const cookie = browser.jar.header()
      for (const { from, allowed, headers } of signals) {
        const edit = { method: 'PATCH', json: { name: from }, headers: { ...headers, cookie } }
        const answer = await app.request('/users/me', edit)
        if (allowed) assert.equal(answer.user().name, from)
        else answer.problem('origin-not-allowed')
        // Reading changes nothing, so it is left to CORS.
        ;(await app.request('/users/me', { headers: { ...headers, cookie } })).user()
      }
      for (const [method, path] of [
        ['POST', '/users/logout'],
        ['POST', '/users/refresh'],
        ['POST', '/users/login'],
        ['DELETE', '/users/me/sessions'],
        ['POST', '/users/me/password'],
        ['DELETE', '/users/me'],
      ] as const) {
        const answer = await app.request(path, {
          method,
          json: {},
          headers: { origin: 'https://evil.example', cookie },
        })
        answer.problem('origin-not-allowed')
      }
      ;(await browser.request('/users/me')).user()
    },
  },
  {
    id: 'origin/no-browser',
    title: 'A change with cookies but without browser headers is refused, with advice',
    async run(app) {
      const { browser } = await registerInBrowser(app)
      const headers = { cookie: browser.jar.header() }
      const answer = await app.request('/users/me', { method: 'PATCH', json: { name: 'x' }, headers })
      assert.match(answer.problem('origin-not-allowed').detail, /Authorization: Bearer/)
      ;(await app.request('/users/logout', { method: 'POST', headers })).problem('origin-not-allowed')
      ;(await browser.request('/users/me')).user()
    },
  },
  {
    id: 'origin/sign-in',
    title: 'No page of another origin can sign its visitor in',
    async run(app) {
      await registerInBrowser(app)
      for (const { allowed, headers } of signals) {
        const json = { login: 'anna', password }
        const answer = await app.request('/users/login', { method: 'POST', json, headers })
        if (allowed) answer.signIn()
        else answer.problem('origin-not-allowed')
        assert.equal(answer.headers.getSetCookie().length, allowed ? 3 : 0)
      }
      const evil = { origin: 'https://evil.example' }
      const register = { method: 'POST', json: { username: 'eve', password }, headers: evil }
      ;(await app.request('/users/register', register)).problem('origin-not-allowed')
      assert.equal(await app.kith.accounts.find('eve'), null)
    },
  },
  {
    id: 'origin/outside-browser',
    title: 'Requests without cookies from outside a browser work',
    async run(app) {
      await registerInBrowser(app)
      const signedIn = await app.post('/users/login', { login: 'anna', password })
      assert.equal(signedIn.signIn().tokens, undefined)
      assert.equal(signedIn.headers.getSetCookie().length, 3)
    },
  },
  {
    id: 'origin/bearer',
    title: 'Bearer requests are accepted from every origin',
    async run(app) {
      const client = await registerBearer(app)
      for (const { headers } of signals) {
        const edit = { method: 'PATCH', json: { name: 'x' }, headers }
        ;(await client.request('/users/me', edit)).user()
      }
    },
  },
  {
    id: 'origin/cors',
    title: 'CORS echoes an allowed origin exactly, and grants nothing to others',
    async run(app) {
      const client = await registerBearer(app)
      const granted = (headers: Headers): (string | null)[] =>
        ['origin', 'credentials'].map((name) => headers.get(`access-control-allow-${name}`))
      for (const path of ['/users/me', '/openapi.json', '/users/me/sessions/x']) {
        for (const origin of [allowedOrigin, 'https://evil.example', 'null', '*', `${allowedOrigin}/`]) {
          const answer = await client.request(path, { headers: { origin } })
          assert.deepEqual(
            granted(answer.headers),
            origin === allowedOrigin ? [allowedOrigin, 'true'] : [null, null],
          )
        }
        assert.deepEqual(granted((await client.request(path)).headers), [null, null])
      }
      const failed = await app.request('/users/me', { headers: { origin: allowedOrigin } })
      failed.problem('unauthenticated')
      assert.deepEqual(granted(failed.headers), [allowedOrigin, 'true'])
      assert.equal(failed.headers.get('access-control-expose-headers'), 'Retry-After, X-Request-Id')
    },
  },
  {
    id: 'origin/no-list',
    title: 'Without a list only pages of the same origin can use cookies',
    setup: { http: { allowedOrigins: [] } },
    async run(app) {
      const browser = openBrowser(app)
      const json = { username: 'anna', password }
      ;(await browser.post('/users/register', json)).signIn(201)
      const headers = { origin: allowedOrigin, cookie: browser.jar.header() }
      const answer = await app.request('/users/logout', { method: 'POST', headers })
      answer.problem('origin-not-allowed')
      assert.equal(answer.headers.get('access-control-allow-origin'), null)
    },
  },
]
