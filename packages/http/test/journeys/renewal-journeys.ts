import assert from 'node:assert/strict'
import { race } from './client.ts'
import { type Browser, knownDevice, openBrowser, registerBearer, registerInBrowser } from './clients.ts'
import type { Answer } from './answer.ts'
import type { JourneyRequest } from './client.ts'
import type { Journey } from './journey.ts'
import { allowedOrigin, type JourneyApp } from './journey-app.ts'

const accessLife = 15 * 60 + 1
const graceSeconds = 10
const refreshCookie = '__Host-kith-refresh'

/** Opens a page of the host, as a browser does after a click on a link, and stores the cookies from the response. */
async function open(app: JourneyApp, { jar }: Browser, request: JourneyRequest = {}): Promise<Answer> {
  const own = { cookie: jar.header(), 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'navigate' }
  const answer = await app.raw('/host/page', { ...request, headers: { ...own, ...request.headers } })
  jar.take(answer.headers)
  return answer
}

async function generationOf(app: JourneyApp, sessionId: string): Promise<number | undefined> {
  return (await app.kith.storage.sessions.byId(sessionId))?.generation
}

/** The guard for pages that the host renders. */
export const renewalJourneys: readonly Journey[] = [
  {
    id: 'renewal/page',
    title: 'A page renews a session whose access cookie has expired, and sets the new cookies',
    host: 'each framework has its own guards, and sets cookies in its own way',
    async run(app) {
      const { browser, user, sessionId } = await registerInBrowser(app)
      const untouched = await open(app, browser)
      assert.deepEqual([untouched.json(), untouched.headers.getSetCookie()], [{ userId: user.id }, []])
      for (let renewals = 1; renewals <= 3; renewals++) {
        app.advance(accessLife)
        assert.deepEqual(browser.jar.names(), [refreshCookie, ...knownDevice])
        const page = await open(app, browser)
        assert.deepEqual(page.json(), { userId: user.id })
        assert.equal(page.headers.getSetCookie().length, 2)
        assert.equal(await generationOf(app, sessionId), renewals)
        assert.deepEqual((await open(app, browser)).headers.getSetCookie(), [])
        ;(await browser.request('/users/me')).user()
      }
      const stored = await app.kith.storage.sessions.byId(sessionId)
      assert.equal(stored?.address, app.host.address ?? stored?.address)
      assert.deepEqual((await app.raw('/host/page')).json(), { userId: null })
    },
  },
  {
    id: 'renewal/guards',
    title: 'The guards behind it see the request with the new cookies',
    host: 'each framework has its own guards',
    async run(app) {
      const { browser, user } = await registerInBrowser(app)
      app.advance(accessLife)
      const cookie = browser.jar.header()
      ;(await app.raw('/host/private', { headers: { cookie } })).problem('access-token-expired')
      const page = await app.raw('/host/page/private', { headers: { cookie } })
      assert.deepEqual(page.json(), { userId: user.id })
      browser.jar.take(page.headers)
      ;(await browser.request('/users/me')).user()
      ;(await app.raw('/host/page/private')).problem('unauthenticated')
    },
  },
  {
    id: 'renewal/race',
    title: '20 pages loaded with one refresh cookie rotate once, and all resulting cookies work',
    host: 'parallel requests go through the guards of a framework',
    async run(app) {
      const { browser, user, sessionId } = await registerInBrowser(app)
      const alarms: string[] = []
      for (const name of ['session.reuse-detected', 'session.grace-used', 'session.revoked'] as const)
        app.kith.events.on(name, () => void alarms.push(name))
      app.advance(accessLife)
      const old = browser.jar.header()
      const headers = { cookie: old, 'sec-fetch-site': 'same-origin' }
      const pages = await race(20, (index) =>
        app.raw('/host/page', {
          headers: index % 2 ? { ...headers, 'sec-purpose': 'prefetch' } : headers,
        }),
      )
      assert.equal(await generationOf(app, sessionId), 1)
      for (const page of pages) {
        assert.deepEqual(page.json(), { userId: user.id })
        const tab = openBrowser(app)
        tab.jar.take(page.headers)
        ;(await tab.request('/users/me')).user()
      }
      // A late request within the grace period, and one that continues afterwards with any of the cookies.
      app.advance(graceSeconds - 1)
      assert.deepEqual((await app.raw('/host/page', { headers })).json(), { userId: user.id })
      browser.jar.take((pages[7] as Answer).headers)
      app.advance(accessLife)
      assert.deepEqual((await open(app, browser)).json(), { userId: user.id })
      assert.equal(await generationOf(app, sessionId), 2)
      assert.deepEqual(alarms, [])
    },
  },
  {
    id: 'renewal/reuse',
    title:
      'A refresh cookie that is used again after the grace period ends the session, and the page shows a guest',
    async run(app) {
      const { browser, sessionId } = await registerInBrowser(app)
      const alarms: unknown[] = []
      app.kith.events.on('session.reuse-detected', (event) => void alarms.push(event.sessionId))
      app.advance(accessLife)
      const thief = openBrowser(app)
      thief.jar.set(refreshCookie, browser.jar.get(refreshCookie) ?? '')
      await open(app, browser)
      app.advance(graceSeconds + 1)
      assert.deepEqual((await open(app, thief)).json(), { userId: null })
      assert.deepEqual(thief.jar.names(), [])
      assert.deepEqual(alarms, [sessionId])
      assert.deepEqual((await open(app, browser)).json(), { userId: null })
      assert.deepEqual(browser.jar.names(), knownDevice)
    },
  },
  {
    id: 'renewal/ended',
    title: 'The cookies of an ended session are removed, and the page shows a guest',
    async run(app) {
      const { browser, user } = await registerInBrowser(app)
      await app.kith.sessions.endAll(user.id)
      assert.deepEqual((await open(app, browser)).json(), { userId: null })
      assert.deepEqual(browser.jar.names(), knownDevice)
      const berta = await registerInBrowser(app, 'berta')
      app.advance(accessLife)
      await app.kith.accounts.ban(berta.user.id)
      assert.deepEqual((await open(app, berta.browser)).json(), { userId: null })
      assert.deepEqual(berta.browser.jar.names(), knownDevice)
    },
  },
  {
    id: 'renewal/lost-cookies',
    title: 'Requests that cannot store cookies renew nothing: HEAD, and subresources of other sites',
    host: 'each framework responds to HEAD in its own way',
    async run(app) {
      const { browser, user, sessionId } = await registerInBrowser(app)
      app.advance(accessLife)
      const picture = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' }
      const script = {
        'sec-fetch-site': 'cross-site',
        'sec-fetch-mode': 'cors',
        origin: 'https://evil.example',
      }
      for (const request of [{ method: 'HEAD' }, { headers: picture }, { headers: script }])
        assert.deepEqual((await open(app, browser, request)).headers.getSetCookie(), [])
      assert.equal(await generationOf(app, sessionId), 0)
      const link = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }
      assert.deepEqual((await open(app, browser, { headers: link })).json(), { userId: user.id })
      assert.equal(await generationOf(app, sessionId), 1)
    },
  },
  {
    id: 'renewal/origins',
    title: 'An unsafe method renews only for pages of allowed origins',
    async run(app) {
      const { browser, user, sessionId } = await registerInBrowser(app)
      app.advance(accessLife)
      for (const headers of [
        { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' },
        { 'sec-fetch-site': 'same-site', origin: 'https://x.app.example' },
      ]) {
        const post = { method: 'POST', headers: { ...headers, 'sec-fetch-mode': 'navigate' } }
        ;(await open(app, browser, post)).problem('origin-not-allowed')
      }
      assert.equal(await generationOf(app, sessionId), 0)
      const headers = { 'sec-fetch-site': 'cross-site', origin: allowedOrigin }
      const post = await open(app, browser, { method: 'POST', headers })
      assert.deepEqual(post.json(), { userId: user.id })
      assert.equal(await generationOf(app, sessionId), 1)
    },
  },
  {
    id: 'renewal/bearer',
    title: 'A bearer token is used, and never renewed with cookies from the same request',
    async run(app) {
      const { browser, sessionId } = await registerInBrowser(app)
      const berta = await registerBearer(app, 'berta')
      const headers = { authorization: `Bearer ${berta.tokens.accessToken}` }
      assert.deepEqual((await open(app, browser, { headers })).json(), { userId: berta.user.id })
      app.advance(accessLife)
      ;(await open(app, browser, { headers })).problem('access-token-expired')
      assert.equal(await generationOf(app, sessionId), 0)
    },
  },
]
