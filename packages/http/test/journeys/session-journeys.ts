import assert from 'node:assert/strict'
import {
  knownDevice,
  loginBearer,
  openBrowser,
  password,
  registerBearer,
  registerInBrowser,
} from './clients.ts'
import type { Journey } from './journey.ts'

/** Sessions: signing in and out, and the list of devices. */
export const sessionJourneys: readonly Journey[] = [
  {
    id: 'session/login',
    title: 'A login works with username or email, in `login` or in a separate field',
    async run(app) {
      await registerInBrowser(app)
      const names = [
        { login: 'Anna' },
        { login: 'ANNA@example.com' },
        { username: 'anna' },
        { email: 'anna@example.com' },
      ]
      for (const name of names) {
        const browser = openBrowser(app)
        ;(await browser.post('/users/login', { ...name, password })).signIn()
        assert.equal((await browser.request('/users/me')).user().username, 'anna')
      }
      const json = { login: 'anna', username: 'anna', password }
      ;(await app.post('/users/login', json)).problem('invalid-input')
    },
  },
  {
    id: 'session/same-refusal',
    title: 'A wrong password and an unknown login get the same response',
    async run(app) {
      await registerInBrowser(app)
      const login = (json: object) => app.post('/users/login', json)
      const wrong = (await login({ login: 'anna', password: 'a wrong password' })).problem(
        'invalid-credentials',
      )
      const unknown = (await login({ login: 'nobody', password })).problem('invalid-credentials')
      assert.deepEqual({ ...wrong, requestId: '' }, { ...unknown, requestId: '' })
    },
  },
  {
    id: 'session/audit',
    title: 'The audit log of an account shows what was done, by which session and from where, in pages',
    async run(app) {
      const { browser, sessionId, user } = await registerInBrowser(app)
      const login = await app.request('/users/login', {
        method: 'POST',
        json: { login: 'anna', password, transport: 'bearer' },
        headers: { 'user-agent': 'curl/8.9.1' },
      })
      const { session } = login.signIn()
      ;(await browser.delete(`/users/me/sessions/${session.id}`)).done()
      await app.kith.accounts.setRole(user.id, 'moderator')
      const { items } = (await browser.request('/users/me/audit')).audit()
      assert.deepEqual(
        items.map(({ action, actor, details }) => [action, actor.kind, actor.sessionId, details]),
        [
          ['account.role-changed', 'host', null, { role: 'moderator' }],
          ['session.revoked', 'self', sessionId, { sessionId: session.id }],
          ['session.opened', 'self', session.id, { sessionId: session.id }],
          ['session.opened', 'self', sessionId, { sessionId }],
          ['account.registered', 'self', null, {}],
        ],
      )
      assert.equal(items[2]?.userAgent, 'curl/8.9.1')
      assert.deepEqual(
        items.map(({ address }) => address === null),
        [true, false, false, false, false],
      )
      const first = (await browser.request('/users/me/audit?limit=3')).audit()
      assert.deepEqual(first.items, items.slice(0, 3))
      const rest = (await browser.request(`/users/me/audit?limit=3&cursor=${first.nextCursor}`)).audit()
      assert.deepEqual(rest, { items: items.slice(3), nextCursor: null })
      ;(await browser.request('/users/me/audit?cursor=c2Vzc2lvbnM')).problem('invalid-cursor')
      ;(await app.request('/users/me/audit')).problem('unauthenticated')
    },
  },
  {
    id: 'session/list',
    title: 'Devices are listed with their names, in pages, and can be ended one by one',
    async run(app) {
      const phone =
        'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1 Version/18.0 Mobile/15E148 Safari/604.1'
      const { browser, sessionId } = await registerInBrowser(app)
      const login = (json: object, userAgent: string) =>
        app.request('/users/login', {
          method: 'POST',
          json: { login: 'anna', password, ...json },
          headers: { 'user-agent': userAgent },
        })
      await login({}, phone)
      await login({ deviceName: 'My old phone' }, phone)
      await login({}, `curl/8.9.1 ${'x'.repeat(2000)}`)
      const { items } = (await browser.request('/users/me/sessions')).sessions()
      assert.deepEqual(
        items.map(({ deviceName }) => deviceName),
        ['curl', 'My old phone', 'Safari on iPhone', null],
      )
      assert.deepEqual(
        items.map(({ current }) => current),
        [false, false, false, true],
      )
      assert.equal(items[0]?.userAgent?.length, 300)
      assert.equal(items[3]?.id, sessionId)

      const first = (await browser.request('/users/me/sessions?limit=3')).sessions()
      assert.deepEqual(first.items, items.slice(0, 3))
      const rest = (await browser.request(`/users/me/sessions?limit=3&cursor=${first.nextCursor}`)).sessions()
      assert.deepEqual(rest, { items: items.slice(3), nextCursor: null })

      const end = (id = '') => browser.delete(`/users/me/sessions/${id}`)
      ;(await end(items[1]?.id)).done()
      ;(await end(items[1]?.id)).problem('session-not-found')
      assert.equal((await browser.request('/users/me/sessions')).sessions().items.length, 3)
      ;(await end(sessionId)).done()
      assert.deepEqual(browser.jar.names(), knownDevice)
    },
  },
  {
    id: 'session/own',
    title: 'The session of another account cannot be ended',
    async run(app) {
      const anna = await registerBearer(app)
      const berta = await registerBearer(app, 'berta')
      const answer = await berta.delete(`/users/me/sessions/${anna.sessionId}`)
      answer.problem('session-not-found')
      ;(await anna.request('/users/me')).user()
    },
  },
  {
    id: 'session/end-others',
    title: 'All other sessions can be ended, and with `all=true` this one too',
    async run(app) {
      const { browser } = await registerInBrowser(app)
      const others = [await loginBearer(app), await loginBearer(app)]
      ;(await browser.delete('/users/me/sessions')).done()
      for (const other of others) (await other.request('/users/me')).problem('session-revoked')
      ;(await browser.request('/users/me')).user()
      ;(await browser.delete('/users/me/sessions?all=true')).done()
      assert.deepEqual(browser.jar.names(), knownDevice)
      ;(await browser.request('/users/me')).problem('unauthenticated')
    },
  },
  {
    id: 'session/logout',
    title:
      'After a logout the tokens are refused from the next request on, and a second logout is idempotent',
    async run(app) {
      const { browser } = await registerInBrowser(app)
      const stolen = browser.jar.get('__Host-kith-access') ?? ''
      const logout = () => browser.post('/users/logout')
      ;(await logout()).done()
      assert.deepEqual(browser.jar.names(), knownDevice)
      const replay = await app.request('/users/me', { headers: { cookie: `__Host-kith-access=${stolen}` } })
      replay.problem('session-revoked')
      ;(await logout()).done()
    },
  },
  {
    // asvs: 7.4.1
    id: 'session/logout-expired',
    title: 'A logout works with an expired access token, using the refresh cookie',
    async run(app) {
      const { browser, sessionId } = await registerInBrowser(app)
      const other = await loginBearer(app)
      app.advance(16 * 60)
      assert.equal(browser.jar.get('__Host-kith-access'), undefined)
      ;(await browser.request('/users/me')).problem('access-token-expired')
      ;(await browser.post('/users/logout')).done()
      const json = { refreshToken: other.tokens.refreshToken }
      const again = (await app.post('/users/refresh', json)).refreshed()
      const headers = { authorization: `Bearer ${again.tokens?.accessToken}` }
      const { items } = (await app.request('/users/me/sessions', { headers })).sessions()
      assert.ok(!items.some(({ id }) => id === sessionId))
    },
  },
  {
    id: 'session/logout-bearer',
    title: 'A bearer logout works with either token, and returns an error if neither can end the session',
    async run(app) {
      await registerInBrowser(app)
      const byAccess = await loginBearer(app)
      const logout = { method: 'POST' }
      ;(await byAccess.request('/users/logout', logout)).done()
      ;(await byAccess.request('/users/me')).problem('session-revoked')
      ;(await byAccess.request('/users/logout', logout)).done()

      const byRefresh = await loginBearer(app)
      app.advance(16 * 60)
      ;(await byRefresh.request('/users/logout', logout)).problem('access-token-expired')
      const json = { refreshToken: byRefresh.tokens.refreshToken }
      ;(await byRefresh.request('/users/logout', { ...logout, json })).done()
      ;(await app.request('/users/logout', { ...logout, json })).done()
      ;(await app.post('/users/refresh', json)).problem('session-revoked')
      ;(await app.request('/users/logout', logout)).done()
    },
  },
  {
    // asvs: 7.2.4
    id: 'session/replaced',
    title: 'Signing in over a live session ends that one, for every account',
    async run(app) {
      const berta = { username: 'berta', email: 'berta@example.com', password }
      const signIns = [
        ['/users/login', { login: 'anna', password }],
        ['/users/login', { login: 'anna', password, transport: 'bearer' }],
        ['/users/register', berta],
      ] as const
      await registerInBrowser(app)
      for (const [path, json] of signIns) {
        const browser = openBrowser(app)
        const login = { method: 'POST', json: { login: 'anna', password } }
        ;(await browser.request('/users/login', login)).signIn()
        const before = openBrowser(app)
        for (const name of browser.jar.names()) before.jar.set(name, browser.jar.get(name) ?? '')
        assert.ok((await browser.post(path, json)).status < 300)
        ;(await before.request('/users/me')).problem('session-revoked')
        ;(await before.post('/users/refresh')).problem('session-revoked')
        // With tokens in the response, no session is left in the cookies.
        if ('transport' in json) assert.deepEqual(browser.jar.names(), knownDevice)
        else (await browser.request('/users/me')).user()
      }
      const bearer = await loginBearer(app)
      const again = { method: 'POST', json: { login: 'anna', password, transport: 'bearer' } }
      ;(await bearer.request('/users/login', again)).signIn()
      ;(await bearer.request('/users/me')).problem('session-revoked')
    },
  },
  {
    id: 'session/failed-login',
    title: 'A failed sign-in does not affect the current session',
    async run(app) {
      const { browser } = await registerInBrowser(app)
      const json = { login: 'anna', password: 'a wrong password' }
      ;(await browser.post('/users/login', json)).problem('invalid-credentials')
      ;(await browser.request('/users/me')).user()
    },
  },
]
