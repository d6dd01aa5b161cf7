import assert from 'node:assert/strict'
import { RetryLaterError } from '@kith/core'
import { createDeviceKey } from '../../../core/test/device-key.ts'
import type { Answer } from './answer.ts'
import { openBoundBrowser, readItem, registerBound } from './bound-browser.ts'
import { race } from './client.ts'
import {
  type Browser,
  knownDevice,
  openBrowser,
  password,
  registerBearer,
  registerInBrowser,
} from './clients.ts'
import type { Journey } from './journey.ts'
import { allowedOrigin, type JourneyApp } from './journey-app.ts'

const accessLife = 15 * 60 + 1
const [accessCookie, refreshCookie] = ['__Host-kith-access', '__Host-kith-refresh']
const [bindPath, refreshPath] = ['/users/bound-session', '/users/bound-session/refresh']

/** The browser of a thief who has copied the cookies of another one. */
function copyCookies(app: JourneyApp, from: Browser): Browser {
  const thief = openBrowser(app)
  for (const name of from.jar.names()) thief.jar.set(name, from.jar.get(name) ?? '')
  return thief
}

async function generationOf(app: JourneyApp, sessionId: string): Promise<number | undefined> {
  return (await app.kith.storage.sessions.byId(sessionId))?.generation
}

/** Sends a proof with the cookies of this browser, which no page can do. */
function prove(app: JourneyApp, { jar }: Browser, { id, proof }: { id: string; proof: string | null }) {
  const headers = { cookie: jar.header(), 'sec-secure-session-id': id }
  const signed = proof !== null && { 'secure-session-response': proof }
  return app.request(refreshPath, { method: 'POST', headers: { ...headers, ...signed } })
}

/** The challenge in a response. */
function challengeOf({ headers }: Answer): string {
  return JSON.parse(readItem(headers.get('secure-session-challenge') ?? '').head) as string
}

/** Sessions that a browser binds to a device key. */
export const boundJourneys: readonly Journey[] = [
  {
    id: 'bound/life',
    title: "A browser binds its session and renews it with its key, before a page's request",
    host: 'each framework passes on headers that no page sends',
    async run(app) {
      for (const algorithm of ['ES256', 'RS256'] as const) {
        const { browser, user, sessionId } = await registerBound(
          app,
          `of-${algorithm}`.toLowerCase().replace('-', '_'),
          algorithm,
        )
        const { items } = (await browser.request('/users/me/sessions')).sessions()
        assert.deepEqual(
          items.map(({ id, bound }) => [id, bound]),
          [[sessionId, true]],
        )
        for (let generation = 1; generation <= 3; generation++) {
          app.advance(accessLife)
          assert.equal(browser.jar.get(accessCookie), undefined)
          assert.equal((await browser.request('/users/me')).user().id, user.id)
          assert.equal(
            await generationOf(app, sessionId),
            generation,
            'one refresh, without another challenge',
          )
        }
        // A page that renews as it always did gets a normal response.
        app.advance(accessLife)
        const { session, tokens } = (await browser.post('/users/refresh')).refreshed()
        assert.deepEqual([session.id, tokens], [sessionId, undefined])
        assert.equal(await generationOf(app, sessionId), 4)
        ;(await browser.request('/users/me')).user()

        const old = browser.jar.header()
        ;(await browser.post('/users/logout')).done()
        ;(await browser.request('/users/me')).problem('unauthenticated')
        assert.deepEqual(browser.bound(), [], 'the session has ended in the browser as well')
        ;(await app.request('/users/me', { headers: { cookie: old } })).problem('session-revoked')
      }
    },
  },
  {
    id: 'bound/idle',
    title:
      'A bound session ends like any other: after 30 days without a refresh, and 90 days after it was opened',
    async run(app) {
      const idle = await registerBound(app)
      app.advance(30 * 86_400 + 1)
      ;(await idle.browser.request('/users/me')).problem('unauthenticated')
      assert.deepEqual(idle.browser.bound(), [])
      const busy = await registerBound(app, 'berta')
      for (let day = 1; day < 90; day++) {
        app.advance(86_400)
        ;(await busy.browser.request('/users/me')).user()
      }
      app.advance(86_400)
      ;(await busy.browser.request('/users/me')).problem('unauthenticated')
      assert.deepEqual(busy.browser.bound(), [])
    },
  },
  {
    id: 'bound/theft',
    title: 'The cookies of a bound session alone renew nothing and end nothing, on any route',
    host: 'each framework has its own guards, and sets cookies in its own way',
    async run(app) {
      const { browser, user, sessionId } = await registerBound(app)
      const alarms: string[] = []
      for (const name of ['session.reuse-detected', 'session.grace-used', 'session.revoked'] as const)
        app.kith.events.on(name, () => void alarms.push(name))
      const thief = copyCookies(app, browser)
      const cookie = thief.jar.header()
      const refreshToken = thief.jar.get(refreshCookie) ?? ''
      ;(await thief.request('/users/me')).user()

      app.advance(accessLife)
      const headers = { cookie: `${refreshCookie}=${refreshToken}`, 'sec-fetch-site': 'same-origin' }
      async function tryAll(): Promise<void> {
        const refreshed = await app.request('/users/refresh', { method: 'POST', headers, json: {} })
        refreshed.problem('device-proof-required')
        assert.deepEqual(refreshed.headers.getSetCookie(), [])
        ;(await app.post('/users/refresh', { refreshToken })).problem('device-proof-required')
        const page = await app.raw('/host/page', { headers })
        assert.deepEqual([page.json(), page.headers.getSetCookie()], [{ userId: null }, []])
        ;(await app.raw('/host/private', { headers: { cookie } })).problem('access-token-expired')
        const proved = await app.request('/users/me/prove', { method: 'POST', headers, json: { password } })
        proved.problem('access-token-expired')
        ;(await app.request(bindPath, { method: 'POST', headers })).problem('access-token-expired')
        const asked = await app.request(refreshPath, {
          method: 'POST',
          headers: { ...headers, 'sec-secure-session-id': sessionId },
        })
        asked.problem('device-proof-required')
        assert.deepEqual(asked.headers.getSetCookie(), [])
        const proof = createDeviceKey().refresh(challengeOf(asked))
        ;(await prove(app, thief, { id: sessionId, proof })).problem('device-proof-invalid')
      }
      await tryAll()
      ;(await browser.request('/users/me')).user()
      // The owner has continued, so the token is used up, and too old.
      app.advance(60)
      await tryAll()
      assert.deepEqual(alarms, [])
      assert.equal((await browser.request('/users/me')).user().id, user.id)
      assert.equal(await generationOf(app, sessionId), 1)
    },
  },
  {
    id: 'bound/prove',
    title: 'Copied cookies prove their owner together with the password, but get no new ones',
    async run(app) {
      const { browser, sessionId } = await registerBound(app)
      const thief = copyCookies(app, browser)
      const proved = await thief.post('/users/me/prove', { password })
      assert.deepEqual([proved.refreshed().session.id, proved.refreshed().tokens], [sessionId, undefined])
      assert.deepEqual(thief.jar.names(), [refreshCookie, ...knownDevice])
      const authorization = `Bearer ${browser.jar.get(accessCookie) ?? ''}`
      const bearer = await app.request('/users/me/prove', {
        method: 'POST',
        headers: { authorization },
        json: { password },
      })
      assert.equal(bearer.refreshed().tokens, undefined)
      app.advance(accessLife)
      ;(await app.request('/users/me', { headers: { authorization } })).problem('access-token-expired')
      ;(await browser.request('/users/me')).user()
      assert.equal(
        await generationOf(app, sessionId),
        3,
        'two proofs, and one refresh with another challenge',
      )
    },
  },
  {
    id: 'bound/proved',
    title: 'After a proof the browser renews its cookies right away, so that sensitive actions are allowed',
    async run(app) {
      const { browser, sessionId } = await registerBound(app)
      app.advance(601)
      const thief = copyCookies(app, browser)
      ;(await browser.post('/users/me/factors/totp/begin', {})).problem('proof-required')
      assert.equal((await browser.post('/users/me/prove', { password })).refreshed().session.id, sessionId)
      assert.equal((await browser.post('/users/me/factors/totp/begin', {})).status, 200)
      assert.equal(await generationOf(app, sessionId), 2)
      ;(await thief.post('/users/me/factors/totp/begin', {})).problem('proof-required')
    },
  },
  {
    id: 'bound/replay',
    title: 'A proof is valid once, and only for its own session',
    async run(app) {
      const anna = await registerBound(app)
      const berta = await registerBound(app, 'berta')
      app.advance(accessLife)
      ;(await anna.browser.request('/users/me')).user()
      const proof = anna.browser.lastProof()
      for (const id of [anna.sessionId, `"${anna.sessionId}"`]) {
        const replayed = await prove(app, anna.browser, { id, proof })
        replayed.problem('device-proof-required')
        assert.deepEqual(replayed.headers.getSetCookie(), [])
      }
      const ofBerta = challengeOf(await prove(app, berta.browser, { id: berta.sessionId, proof: null }))
      const { key } = anna.browser
      for (const [from, id, sent, code] of [
        [berta.browser, berta.sessionId, proof, 'device-proof-invalid'],
        [berta.browser, berta.sessionId, key.refresh(ofBerta), 'device-proof-invalid'],
        [anna.browser, anna.sessionId, key.refresh(ofBerta), 'device-proof-required'],
        [anna.browser, berta.sessionId, proof, 'refresh-token-invalid'],
        [openBrowser(app), anna.sessionId, proof, 'refresh-token-invalid'],
        [anna.browser, 'nobody', proof, 'refresh-token-invalid'],
        [anna.browser, '', proof, 'device-proof-invalid'],
        [anna.browser, anna.sessionId, 'no.proof', 'device-proof-invalid'],
      ] as const)
        (await prove(app, from, { id, proof: sent })).problem(code)
      assert.equal(await generationOf(app, anna.sessionId), 1)
    },
  },
  {
    id: 'bound/race',
    title: 'During 20 calls of a thief with the same cookies, only the browser can continue',
    async run(app) {
      const { browser, sessionId } = await registerBound(app)
      const refreshToken = browser.jar.get(refreshCookie)
      app.advance(accessLife)
      const stealing = race(20, () => app.post('/users/refresh', { refreshToken }))
      const [me, stolen] = await Promise.all([browser.request('/users/me'), stealing])
      me.user()
      for (const answer of stolen) answer.problem('device-proof-required')
      assert.equal(await generationOf(app, sessionId), 1)
      // Two tabs that send the same proof: one is asked for another.
      app.advance(accessLife)
      const asked = await prove(app, browser, { id: sessionId, proof: null })
      const proof = browser.key.refresh(challengeOf(asked))
      const answers = await race(20, () => prove(app, browser, { id: sessionId, proof }))
      assert.equal(answers.filter(({ status }) => status === 200).length, 1)
      for (const answer of answers) if (answer.status !== 200) answer.problem('device-proof-required')
      ;(await browser.request('/users/me')).user()
    },
  },
  {
    id: 'bound/key-once',
    title: 'A session is bound once: another key, another session and a late proof are refused',
    async run(app) {
      const browser = openBrowser(app)
      const registered = await browser.post('/users/register', { username: 'anna', password })
      const offer = readItem(registered.headers.get('secure-session-registration') ?? '')
      assert.deepEqual([offer.head, Object.keys(offer.parameters)], ['(ES256 RS256)', ['path', 'challenge']])
      const { challenge = '' } = offer.parameters
      const bind = (from: Browser, proof: string) =>
        from.request(bindPath, { method: 'POST', headers: { 'secure-session-response': proof } })
      const [first, second] = [createDeviceKey(), createDeviceKey()]
      const berta = await registerInBrowser(app, 'berta')
      ;(await bind(berta.browser, first.registration(challenge))).problem('device-proof-invalid')
      ;(await bind(openBrowser(app), first.registration(challenge))).problem('unauthenticated')
      ;(await browser.post(bindPath)).problem('device-proof-invalid')

      const bound = await bind(browser, first.registration(challenge))
      assert.equal(bound.status, 200, bound.text)
      assert.deepEqual(bound.headers.getSetCookie(), [], 'registering a key gives nothing but that')
      assert.equal((await bind(browser, first.registration(challenge))).status, 200)
      ;(await bind(browser, second.registration(challenge))).problem('session-bound')
      const me = await browser.request('/users/me')
      assert.equal(me.headers.get('secure-session-registration'), null)

      const offerOfBerta = (await berta.browser.request('/users/me')).headers.get(
        'secure-session-registration',
      )
      const late = readItem(offerOfBerta ?? '').parameters['challenge'] ?? ''
      app.advance(121)
      ;(await bind(berta.browser, second.registration(late))).problem('device-proof-invalid')
      const offered = (await berta.browser.request('/users/me')).headers.get('secure-session-registration')
      assert.equal(offered, null)
      ;(await berta.browser.post('/users/refresh')).refreshed()
    },
  },
  {
    id: 'bound/script',
    title:
      'A script in a page cannot bind a session to its own key, and such a key is useless without the cookie',
    async run(app) {
      const browser = openBrowser(app)
      const registered = await browser.post('/users/register', { username: 'anna', password })
      const offer = readItem(registered.headers.get('secure-session-registration') ?? '')
      const key = createDeviceKey()
      const proof = key.registration(offer.parameters['challenge'] ?? '')
      for (const mode of ['cors', 'same-origin', 'navigate']) {
        const headers = { 'secure-session-response': proof, 'sec-fetch-mode': mode }
        ;(await browser.request(bindPath, { method: 'POST', headers })).problem('origin-not-allowed')
      }
      const { session } = registered.signIn(201)
      assert.equal((await app.kith.storage.sessions.byId(session.id))?.boundKey, null)
      // A browser from before `Sec-Fetch-Mode`.
      const headers = { 'secure-session-response': proof }
      const bound = await browser.request(bindPath, { method: 'POST', headers })
      const signed = key.refresh(challengeOf(bound))
      const elsewhere = openBrowser(app)
      ;(await prove(app, elsewhere, { id: session.id, proof: signed })).problem('refresh-token-invalid')
      assert.deepEqual(elsewhere.jar.names(), [])
    },
  },
  {
    id: 'bound/bearer',
    title: 'Clients that store their own tokens get no offer and cannot bind',
    async run(app) {
      const client = await registerBearer(app)
      const json = { login: 'anna', password, transport: 'bearer' }
      for (const answer of [await app.post('/users/login', json), await client.request('/users/me')])
        assert.equal(answer.headers.get('secure-session-registration'), null)
      const proof = createDeviceKey().registration(app.kith.boundSessions.offer(client.sessionId))
      const headers = { 'secure-session-response': proof }
      ;(await client.request(bindPath, { method: 'POST', headers })).problem('unauthenticated')
      ;(await app.post('/users/refresh', { refreshToken: client.tokens.refreshToken })).refreshed()
    },
  },
  {
    id: 'bound/sign-ins',
    title: 'Every new session in a browser offers binding: from a sign-in, a code or a new password',
    async run(app) {
      const { browser, sessionId } = await registerBound(app)
      const edited = await browser.patch('/users/me', { username: 'hanna', currentPassword: password })
      const afterEdit = edited.edited().session?.id ?? ''
      assert.deepEqual(browser.bound(), [sessionId, afterEdit])
      const changed = await browser.post('/users/me/password', {
        currentPassword: password,
        newPassword: `${password} 2`,
      })
      const { session } = changed.signIn()
      assert.equal(browser.bound().at(-1), session.id)
      app.advance(accessLife)
      ;(await browser.request('/users/me')).user()
      assert.deepEqual(browser.bound(), [session.id], 'the sessions before are over in the browser as well')
      const again = await browser.post('/users/login', { login: 'hanna', password: `${password} 2` })
      assert.equal(browser.bound().at(-1), again.signIn().session.id)
      app.advance(accessLife)
      ;(await browser.request('/users/me')).user()
      assert.deepEqual(browser.bound(), [again.signIn().session.id])
    },
  },
  {
    id: 'bound/pages',
    title: "The browser's own requests need no page, and a page of another site can cause none of them",
    host: 'each framework passes on the headers of a request',
    async run(app) {
      const { browser, sessionId } = await registerBound(app)
      app.advance(accessLife)
      const cookie = browser.jar.header()
      const foreign = { cookie, origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }
      ;(await app.request(refreshPath, { method: 'POST', headers: foreign })).problem('device-proof-invalid')
      const preflight = { origin: 'https://evil.example', 'access-control-request-method': 'POST' }
      const names = { 'access-control-request-headers': 'secure-session-response' }
      const asked = await app.request(refreshPath, { method: 'OPTIONS', headers: { ...preflight, ...names } })
      assert.equal(asked.headers.get('access-control-allow-origin'), null)
      const allowed = await app.request(refreshPath, {
        method: 'OPTIONS',
        headers: { ...preflight, ...names, origin: allowedOrigin },
      })
      assert.doesNotMatch(allowed.headers.get('access-control-allow-headers') ?? '', /secure-session/i)
      assert.equal(await generationOf(app, sessionId), 0)
      ;(await browser.request('/users/me')).user()
    },
  },
  {
    id: 'bound/skipped',
    title: 'If the browser temporarily does not refresh, a page sees a guest, and nothing is lost',
    async run(app) {
      const { browser, user } = await registerBound(app)
      app.advance(accessLife)
      browser.refreshes = false
      ;(await browser.request('/users/me')).problem('access-token-expired')
      ;(await browser.post('/users/refresh')).problem('device-proof-required')
      assert.ok(browser.jar.get(refreshCookie))
      browser.refreshes = true
      app.breakStorage(new RetryLaterError('storage-unavailable', 5))
      await browser.request('/users/me')
      assert.equal(browser.bound().length, 1, 'an outage ends nothing')
      app.breakStorage(null)
      assert.equal((await browser.request('/users/me')).user().id, user.id)
    },
  },
  {
    id: 'bound/audit',
    title: 'The owner can read in the audit log when a session was bound, and from where',
    async run(app) {
      const { browser, sessionId } = await registerBound(app)
      const { items } = (await browser.request('/users/me/audit')).audit()
      const [entry] = items.filter(({ action }) => action === 'session.bound')
      assert.deepEqual(entry?.actor, { kind: 'self', sessionId })
      assert.equal(entry.address, app.host.address ?? entry.address)
    },
  },
  {
    id: 'bound/off',
    title: 'Without the option nothing is offered, and no session is bound',
    setup: { deviceBound: false },
    async run(app) {
      const browser = openBoundBrowser(app)
      const registered = await browser.post('/users/register', { username: 'anna', password })
      for (const answer of [registered, await browser.request('/users/me')])
        assert.equal(answer.headers.get('secure-session-registration'), null)
      const cookie = browser.jar.header()
      const headers = { cookie, 'secure-session-response': createDeviceKey().registration('any') }
      const bind = await app.raw(`${app.host.prefix}${bindPath}`, { method: 'POST', headers })
      bind.problem('not-configured')
      app.advance(accessLife)
      ;(await browser.post('/users/refresh')).refreshed()
    },
  },
]
