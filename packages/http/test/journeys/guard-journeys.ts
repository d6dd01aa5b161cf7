import assert from 'node:assert/strict'
import { registerBearer, registerInBrowser } from './clients.ts'
import type { Journey } from './journey.ts'
import { allowedOrigin } from './journey-app.ts'

const evil = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }

/** The guards on the host's own routes. */
export const guardJourneys: readonly Journey[] = [
  {
    id: 'guard/private',
    title: 'A private route accepts signed-in callers, by cookie and by header, and refuses others',
    host: 'each framework has its own guards',
    async run(app) {
      const { browser, user } = await registerInBrowser(app)
      const berta = await registerBearer(app, 'berta')
      const cookie = browser.jar.header()
      const authorization = `Bearer ${berta.tokens.accessToken}`
      assert.deepEqual((await app.raw('/host/private', { headers: { cookie } })).json(), { userId: user.id })
      const byHeader = await app.raw('/host/private', { headers: { cookie, authorization } })
      assert.deepEqual(byHeader.json(), { userId: berta.user.id })
      const stranger = await app.raw('/host/private')
      stranger.problem('unauthenticated')
      assert.equal(stranger.headers.get('content-type'), 'application/problem+json')
      assert.equal(stranger.headers.get('www-authenticate'), 'Bearer')
    },
  },
  {
    id: 'guard/public',
    title: 'A public route knows its viewer and accepts everyone else as a guest',
    host: 'each framework has its own guards',
    async run(app) {
      const { browser, user } = await registerInBrowser(app)
      const cookie = browser.jar.header()
      assert.deepEqual((await app.raw('/host/public', { headers: { cookie } })).json(), { userId: user.id })
      assert.deepEqual((await app.raw('/host/public')).json(), { userId: null })
      assert.deepEqual((await app.raw('/host/public', { method: 'POST', headers: evil })).json(), {
        userId: null,
      })
      await browser.post('/users/logout')
      assert.deepEqual((await app.raw('/host/public', { headers: { cookie } })).json(), { userId: null })
      // A client with its own token has to learn that it should refresh.
      const dead = await app.raw('/host/public', { headers: { authorization: 'Bearer dead' } })
      dead.problem('access-token-invalid')
    },
  },
  {
    id: 'guard/origins',
    title: 'The origin rule also applies to routes of the host',
    host: 'each framework has its own guards',
    async run(app) {
      const { browser, user } = await registerInBrowser(app)
      const cookie = browser.jar.header()
      for (const path of ['/host/private', '/host/public']) {
        const post = (headers: Record<string, string>) =>
          app.raw(path, { method: 'POST', headers: { cookie, ...headers } })
        ;(await post(evil)).problem('origin-not-allowed')
        ;(await post({})).problem('origin-not-allowed')
        assert.deepEqual((await post({ origin: allowedOrigin })).json(), { userId: user.id })
        assert.deepEqual((await post({ 'sec-fetch-site': 'same-origin' })).json(), { userId: user.id })
        assert.deepEqual((await app.raw(path, { headers: { cookie, ...evil } })).json(), { userId: user.id })
      }
    },
  },
  {
    id: 'guard/roles',
    title: 'A route for roles uses the current role of the account, whatever the token says',
    host: 'each framework has its own guards',
    async run(app) {
      const anna = await registerBearer(app)
      const berta = await registerBearer(app, 'berta')
      const ask = (tokens: { accessToken: string }) =>
        app.raw('/host/desk', { headers: { authorization: `Bearer ${tokens.accessToken}` } })
      ;(await app.raw('/host/desk')).problem('unauthenticated')
      ;(await ask(anna.tokens)).problem('role-required')
      for (const role of ['moderator', 'admin']) {
        await app.kith.accounts.setRole(anna.user.id, role)
        assert.deepEqual((await ask(anna.tokens)).json(), { userId: anna.user.id })
        ;(await ask(berta.tokens)).problem('role-required')
      }
      const me = (await anna.request('/users/me')).json() as { role: string }
      assert.equal(me.role, 'admin')
      await app.kith.accounts.setRole(anna.user.id, 'reader')
      ;(await ask(anna.tokens)).problem('role-required')
      await app.kith.accounts.setRole(anna.user.id, 'admin')
      await app.kith.accounts.ban(anna.user.id)
      ;(await ask(anna.tokens)).problem('session-revoked')
    },
  },
  {
    id: 'guard/revoked',
    title: 'Banned and signed-out callers are refused from the next request on',
    async run(app) {
      const anna = await registerBearer(app)
      const berta = await registerBearer(app, 'berta')
      await app.kith.accounts.ban(anna.user.id)
      await berta.post('/users/logout')
      for (const { tokens } of [anna, berta]) {
        const headers = { authorization: `Bearer ${tokens.accessToken}` }
        ;(await app.raw('/host/private', { headers })).problem('session-revoked')
      }
    },
  },
]
