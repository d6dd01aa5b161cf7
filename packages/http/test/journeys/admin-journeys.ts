import assert from 'node:assert/strict'
import {
  type Browser,
  knownDevice,
  password,
  registerBearer,
  registerInBrowser,
  withBearer,
} from './clients.ts'
import type { Journey } from './journey.ts'
import type { JourneyApp } from './journey-app.ts'

const reason = 'Ticket 7: posts are missing'
const bearer = { reason, transport: 'bearer' }
const [refreshCookie, keptCookie] = ['__Host-kith-refresh', '__Host-kith-admin']

/** An account that may act as others, in its own browser. */
async function adminInBrowser(app: JourneyApp): Promise<{ browser: Browser; id: string; sessionId: string }> {
  const { browser, user, sessionId } = await registerInBrowser(app, 'cleo')
  await app.kith.accounts.setRole(user.id, 'admin')
  return { browser, id: user.id, sessionId }
}

const act = (id: string) => `/admin/users/${id}/impersonate`

/** The back office. */
export const adminJourneys: readonly Journey[] = [
  {
    id: 'admin/audit',
    title: 'Admins can read what was done to an account and by which admin; moderators and members cannot',
    async run(app) {
      const { browser, id, sessionId } = await adminInBrowser(app)
      const anna = await registerBearer(app)
      const by = { userId: id, sessionId }
      const client = { address: '192.0.2.9', userAgent: 'Desk/1' }
      await app.kith.accounts.ban(anna.user.id, { reason: 'Spam' }, { by, client })
      await app.kith.accounts.unban(anna.user.id, { by })
      const path = `/admin/users/${anna.user.id}/audit`
      const { items } = (await browser.request(`${path}?limit=2`)).audit()
      const actor = { kind: 'admin', sessionId, userId: id }
      assert.deepEqual(
        items.map((entry) => [entry.action, entry.actor, entry.address]),
        [
          ['account.unbanned', actor, null],
          ['session.revoked', actor, client.address],
        ],
      )
      const own = await registerBearer(app, 'berta')
      ;(await own.request(path)).problem('role-required')
      ;(await own.request(`/admin/users/${own.user.id}/audit`)).problem('role-required')
      ;(await app.request(path)).problem('unauthenticated')
      await app.kith.accounts.setRole(id, 'moderator')
      ;(await browser.request(path)).problem('role-required')
      await app.kith.accounts.setRole(id, 'admin')
      ;(await browser.request(`${path}?cursor=c2Vzc2lvbnM`)).problem('invalid-cursor')
      await app.kith.accounts.ban(id)
      ;(await browser.request(path)).problem('session-revoked')
    },
  },
  {
    id: 'admin/act',
    title:
      'An admin acts as a member with cookies, can see that, cannot change the ways in, and gets the own session back after signing out',
    async run(app) {
      const { browser, id } = await adminInBrowser(app)
      const anna = await registerBearer(app)
      const { user, session, tokens } = (await browser.post(act(anna.user.id), { reason })).signIn(201)
      assert.deepEqual([user.id, tokens], [anna.user.id, undefined])
      const me = (await browser.request('/users/me')).user()
      assert.deepEqual([me.username, me.actorId], ['anna', id])
      assert.equal((await anna.request('/users/me')).user().actorId, undefined)
      ;(await browser.patch('/users/me', { name: 'Anna A.' })).edited()
      const refused: [method: 'post' | 'patch' | 'delete', path: string, json?: object][] = [
        ['patch', '/users/me', { username: 'eve', currentPassword: password }],
        ['post', '/users/me/password', { currentPassword: password, newPassword: 'other horse 12' }],
        ['delete', '/users/me', { password }],
        ['post', '/users/me/prove', { password }],
        ['post', '/users/me/prove/code', { kind: 'email' }],
        ['post', '/users/me/addresses/verify', { kind: 'email' }],
        ['post', '/users/me/addresses', { email: 'eve@example.com', currentPassword: password }],
        ['post', '/users/me/factors/totp/begin', {}],
        ['post', '/users/me/factors/recovery-codes'],
        ['post', '/users/me/passkeys/begin', {}],
        ['delete', '/users/me/sessions'],
        ['delete', `/users/me/sessions/${anna.sessionId}`],
        ['post', act(anna.user.id), { reason }],
      ]
      for (const [method, path, json] of refused) {
        const answer = await browser[method](path, json)
        assert.equal((answer.json() as { code?: string }).code, 'impersonated', `${method} ${path}`)
      }
      ;(await browser.request('/users/me/export')).problem('impersonated')
      const { items } = (await anna.request('/users/me/sessions')).sessions()
      assert.deepEqual(
        items.map((each) => [each.id, each.impersonated, each.address]),
        [
          [session.id, true, null],
          [anna.sessionId, false, items[1]?.address],
        ],
      )
      const log = (await anna.request('/users/me/audit')).audit()
      const [entry] = log.items
      assert.deepEqual(
        [entry?.action, entry?.actor],
        ['session.impersonated', { kind: 'admin', sessionId: null }],
      )
      assert.ok(!JSON.stringify(log).includes(id))
      assert.ok(browser.jar.names().includes(keptCookie))
      ;(await browser.post('/users/logout')).done()
      const back = (await browser.request('/users/me')).user()
      assert.deepEqual([back.username, back.actorId], ['cleo', undefined])
      assert.ok(!browser.jar.names().includes(keptCookie))
      ;(await browser.post('/users/logout')).done()
      assert.deepEqual(browser.jar.names(), knownDevice)
    },
  },
  {
    id: 'admin/act-left',
    title:
      'Another sign-in ends the waiting session of the admin, and a forged refresh cookie does not bring it back',
    async run(app) {
      const { browser } = await adminInBrowser(app)
      const anna = await registerBearer(app)
      ;(await browser.post(act(anna.user.id), { reason })).signIn(201)
      const kept = browser.jar.get(keptCookie) ?? ''
      const acting = browser.jar.get(refreshCookie) ?? ''
      const claims = Buffer.from(JSON.stringify({ act: true })).toString('base64url')
      browser.jar.set(refreshCookie, `e30.${claims}.${acting.split('.')[2]}`)
      ;(await browser.post('/users/refresh')).problem('refresh-token-invalid')
      assert.ok(!browser.jar.names().includes(refreshCookie))

      ;(await browser.post('/users/login', { login: 'anna', password })).signIn()
      assert.ok(!browser.jar.names().includes(keptCookie))
      browser.jar.set(keptCookie, kept)
      browser.jar.set(refreshCookie, acting)
      ;(await browser.post('/users/logout')).done()
      assert.ok(!browser.jar.names().includes(refreshCookie))

      ;(await browser.post('/users/login', { login: 'cleo', password })).signIn()
      const { session } = (await browser.post(act(anna.user.id), { reason })).signIn(201)
      ;(await browser.delete(`/users/me/sessions/${session.id}`)).done()
      assert.equal((await browser.request('/users/me')).user().username, 'cleo')
      assert.ok(!browser.jar.names().includes(keptCookie))
    },
  },
  {
    id: 'admin/act-ends',
    title:
      'Acting ends when it expires, when the owner ends it, and with the admin; a leftover cookie does not revive a session after a sign-out',
    async run(app) {
      const { browser, id } = await adminInBrowser(app)
      const anna = await registerBearer(app)
      ;(await browser.post(act(anna.user.id), { reason })).signIn(201)
      const kept = browser.jar.get(keptCookie) ?? ''
      const { items } = (await anna.request('/users/me/sessions')).sessions()
      ;(await anna.delete(`/users/me/sessions/${items[0]?.id}`)).done()
      ;(await browser.request('/users/me')).problem('session-revoked')
      ;(await browser.post('/users/refresh')).problem('session-revoked')
      assert.equal((await browser.request('/users/me')).user().username, 'cleo')

      ;(await browser.post(act(anna.user.id), { reason })).signIn(201)
      app.advance(1000)
      ;(await browser.post('/users/refresh')).refreshed()
      assert.equal((await browser.request('/users/me')).user().actorId, id)
      app.advance(801)
      assert.deepEqual(browser.jar.names(), knownDevice)

      ;(await browser.post('/users/login', { login: 'cleo', password })).signIn()
      browser.jar.set(keptCookie, kept)
      ;(await browser.post('/users/logout')).done()
      ;(await browser.request('/users/me')).problem('unauthenticated')

      ;(await browser.post('/users/login', { login: 'cleo', password })).signIn()
      const { tokens } = (await browser.post(act(anna.user.id), bearer)).signIn(201)
      const acting = withBearer(app, tokens?.accessToken ?? '')
      assert.equal((await acting.request('/users/me')).user().actorId, id)
      assert.equal((await browser.request('/users/me')).user().username, 'cleo')
      ;(await browser.post('/users/logout')).done()
      ;(await acting.request('/users/me')).problem('session-revoked')
    },
  },
  {
    id: 'admin/act-refused',
    title: 'Members, admins without a fresh proof, and targets that cannot be acted as are refused',
    async run(app) {
      const { browser, id } = await adminInBrowser(app)
      const anna = await registerBearer(app)
      const berta = await registerBearer(app, 'berta')
      ;(await anna.post(act(berta.user.id), bearer)).problem('role-required')
      ;(await app.post(act(berta.user.id), bearer)).problem('unauthenticated')
      ;(await browser.post(act(id), { reason })).problem('not-impersonable')
      ;(await browser.post(act('018f5a5e-0000-7000-8000-000000000000'), { reason })).problem(
        'account-not-found',
      )
      assert.deepEqual((await browser.post(act(anna.user.id), {})).invalid(), ['reason required'])
      await app.kith.accounts.ban(berta.user.id)
      ;(await browser.post(act(berta.user.id), { reason })).problem('account-banned')
      app.advance(601)
      ;(await browser.post(act(anna.user.id), { reason })).problem('proof-required')
      ;(await browser.post('/users/me/prove', { password })).refreshed()
      ;(await browser.post(act(anna.user.id), { reason })).signIn(201)
    },
  },
  {
    id: 'admin/act-bearer',
    title: 'Bearer callers have to request bearer tokens: nothing could bring their session back',
    async run(app) {
      const cleo = await registerBearer(app, 'cleo')
      await app.kith.accounts.setRole(cleo.user.id, 'admin')
      const anna = await registerBearer(app)
      assert.deepEqual((await cleo.post(act(anna.user.id), { reason })).invalid(), ['transport required'])
      const opened = await cleo.post(act(anna.user.id), bearer)
      assert.deepEqual(opened.headers.getSetCookie(), [])
      assert.ok(opened.signIn(201).tokens)
    },
  },
]
