import assert from 'node:assert/strict'
import { race } from './client.ts'
import { knownDevice, openBrowser, registerBearer, registerInBrowser, withBearer } from './clients.ts'
import type { Journey } from './journey.ts'
import type { JourneyApp } from './journey-app.ts'

function refresh(app: JourneyApp, refreshToken: string | undefined) {
  return app.post('/users/refresh', { refreshToken })
}

/** Refreshing: rotation, its grace period, and the end of a session. */
export const refreshJourneys: readonly Journey[] = [
  {
    id: 'refresh/cookie',
    title: 'A browser continues with its refresh cookie after the access cookie has expired',
    async run(app) {
      const { browser, sessionId } = await registerInBrowser(app)
      const before = browser.jar.get('__Host-kith-refresh')
      for (let day = 0; day < 40; day++) {
        app.advance(86_400)
        const { session, tokens } = (await browser.post('/users/refresh')).refreshed()
        assert.deepEqual([session.id, tokens], [sessionId, undefined])
      }
      assert.notEqual(browser.jar.get('__Host-kith-refresh'), before)
      ;(await browser.request('/users/me')).user()
    },
  },
  {
    // asvs: 7.3.1
    id: 'refresh/idle',
    title: 'A session that is not used for 30 days ends, with its cookies',
    async run(app) {
      const { browser } = await registerInBrowser(app)
      const old = browser.jar.get('__Host-kith-refresh') ?? ''
      app.advance(30 * 86_400 + 1)
      assert.deepEqual(browser.jar.names(), knownDevice)
      browser.jar.set('__Host-kith-refresh', old)
      ;(await browser.post('/users/refresh')).problem('refresh-token-expired')
      assert.deepEqual(browser.jar.names(), knownDevice)
    },
  },
  {
    id: 'refresh/race',
    title: '20 concurrent calls with one token get 20 usable responses and rotate once',
    async run(app) {
      const client = await registerBearer(app)
      const { refreshToken } = client.tokens
      const answers = await race(20, () => refresh(app, refreshToken))
      const tokens = answers.map((answer) => answer.refreshed().tokens)
      assert.equal(new Set(tokens.map((each) => each?.refreshToken)).size, 1)
      for (const each of tokens) (await withBearer(app, each?.accessToken ?? '').request('/users/me')).user()
      const stored = await app.kith.storage.sessions.byId(client.sessionId)
      assert.equal(stored?.generation, 1)
      // The grace period is over, and the one successor still works.
      app.advance(60)
      ;(await refresh(app, tokens[0]?.refreshToken)).refreshed()
    },
  },
  {
    id: 'refresh/reuse-ends-session',
    title: 'A token used again after the grace period ends the session for thief and owner alike',
    async run(app) {
      const { tokens } = await registerBearer(app)
      const next = (await refresh(app, tokens.refreshToken)).refreshed().tokens
      app.advance(10)
      ;(await refresh(app, tokens.refreshToken)).refreshed()
      app.advance(1)
      ;(await refresh(app, tokens.refreshToken)).problem('refresh-token-reused')
      ;(await refresh(app, next?.refreshToken)).problem('session-revoked')
      ;(await withBearer(app, next?.accessToken ?? '').request('/users/me')).problem('session-revoked')
    },
  },
  {
    id: 'refresh/revoked-in-grace',
    title: 'An ended session stays ended within the grace period',
    async run(app) {
      const client = await registerBearer(app)
      ;(await refresh(app, client.tokens.refreshToken)).refreshed()
      ;(await client.post('/users/logout')).done()
      ;(await refresh(app, client.tokens.refreshToken)).problem('session-revoked')
    },
  },
  {
    id: 'refresh/dead-cookie',
    title: 'A dead refresh cookie is removed, a missing one is reported',
    async run(app) {
      const { browser } = await registerInBrowser(app)
      const again = openBrowser(app)
      again.jar.set('__Host-kith-refresh', 'not.a.token')
      ;(await again.post('/users/refresh')).problem('refresh-token-invalid')
      assert.deepEqual(again.jar.names(), [])
      ;(await again.post('/users/refresh')).problem('refresh-token-invalid')
      ;(await browser.post('/users/refresh', {})).refreshed()
    },
  },
  {
    // asvs: 7.3.2
    id: 'refresh/end',
    title: 'A session ends 90 days after it was opened, however often it is refreshed',
    async run(app) {
      let { tokens } = await registerBearer(app)
      for (let day = 1; day < 90; day++) {
        app.advance(86_400)
        const next = (await refresh(app, tokens.refreshToken)).refreshed()
        tokens = next.tokens ?? tokens
        assert.ok(Date.parse(next.session.expiresAt) <= app.now().getTime() + (90 - day) * 86_400_000)
      }
      app.advance(86_400 - 60)
      const last = (await refresh(app, tokens.refreshToken)).refreshed().tokens
      assert.ok((last?.expiresIn ?? 0) <= 60, 'no token lives longer than its session')
      app.advance(60)
      ;(await refresh(app, last?.refreshToken)).problem('refresh-token-expired')
      ;(await withBearer(app, last?.accessToken ?? '').request('/users/me')).problem('access-token-expired')
    },
  },
]
