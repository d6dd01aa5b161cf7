import assert from 'node:assert/strict'
import { Secret, TOTP } from 'otpauth'
import type { Answer } from './answer.ts'
import { type Browser, openBrowser, password, registerInBrowser } from './clients.ts'
import type { Journey } from './journey.ts'
import { allowedOrigin } from './journey-app.ts'

const setup = { providers: true } as const
const ada = { subject: '1', verifiedEmail: 'ada@example.com', name: 'Ada', username: 'ada' }

/** The fields of a provider's response to a browser that was sent there. */
function answerTo(url: string | null, who: object): URLSearchParams {
  const { origin, searchParams } = new URL(url ?? '')
  assert.equal(origin, 'https://id.example')
  const state = searchParams.get('state') ?? ''
  return new URLSearchParams({ state, code: JSON.stringify(who) })
}

/** Where a browser is redirected, with the contents of the fragment. */
function sentTo({ status, headers }: Answer): [path: string, fragment: Record<string, string>] {
  assert.equal(status, 303)
  const [path = '', fragment = ''] = (headers.get('location') ?? '').split('#')
  return [path, Object.fromEntries(new URLSearchParams(fragment))]
}

async function begin(browser: Browser, path: string, who: object = ada): Promise<URLSearchParams> {
  const begun = await browser.request(path)
  assert.equal(begun.status, 303, begun.text)
  return answerTo(begun.headers.get('location'), who)
}

function callback(browser: Browser, answer: URLSearchParams, provider = 'paper'): Promise<Answer> {
  return browser.request(`/auth/${provider}/callback?${answer.toString()}`)
}

/** Signs in with the provider, from the first page to the last. */
async function signInAs(browser: Browser, who: object): Promise<[string, Record<string, string>]> {
  return sentTo(await callback(browser, await begin(browser, '/auth/paper?returnTo=/home', who)))
}

/** An account that was created from an identity. */
async function registered(browser: Browser): Promise<string> {
  await signInAs(browser, ada)
  return (await browser.post('/users/register/identity', { username: 'ada' })).signIn(201).user.id
}

/** Signing in with an identity of another provider. */
export const identityJourneys: readonly Journey[] = [
  {
    id: 'identity/sign-in',
    title:
      'A browser goes to a provider and back: the first time the response lists missing details, later it signs in directly',
    host: 'the host redirects and sets cookies',
    setup,
    async run(app) {
      const browser = openBrowser(app)
      const [path, fragment] = await signInAs(browser, ada)
      const said = { username: 'ada', name: 'Ada', email: 'ada@example.com' }
      assert.deepEqual([path, fragment], ['/home', { missing: 'username', ...said }])
      assert.deepEqual(browser.jar.names(), ['__Host-kith-details'])
      const taken = await browser.post('/users/register/identity', { username: 'a' })
      assert.deepEqual(taken.invalid(), ['username too-short'])
      const { user, tokens } = (await browser.post('/users/register/identity', { username: 'ada' })).signIn(
        201,
      )
      assert.deepEqual([user.email, user.emailVerified, tokens], ['ada@example.com', true, undefined])
      assert.equal((await browser.request('/users/me')).user().id, user.id)
      assert.ok(!browser.jar.names().includes('__Host-kith-details'))

      const before = openBrowser(app)
      for (const name of browser.jar.names()) before.jar.set(name, browser.jar.get(name) ?? '')
      assert.deepEqual(await signInAs(browser, ada), ['/home', { 'signed-in': 'known' }])
      assert.equal((await browser.request('/users/me')).user().id, user.id)
      ;(await before.request('/users/me')).problem('session-revoked')
    },
  },
  {
    id: 'identity/bound',
    title:
      'The response of a provider works once, only in the browser that was sent, and only for that provider',
    setup,
    async run(app) {
      const [browser, victim] = [openBrowser(app), openBrowser(app)]
      const answer = await begin(browser, '/auth/paper')
      // Login CSRF: a victim who is lured to another person's callback would use that person's account.
      ;(await callback(victim, answer)).problem('code-invalid')
      await begin(victim, '/auth/paper')
      assert.deepEqual(sentTo(await callback(victim, answer)), ['/', { error: 'code-invalid' }])
      assert.deepEqual(victim.jar.names(), [])
      assert.deepEqual(sentTo(await callback(browser, answer, 'form')), ['/', { error: 'code-invalid' }])
      ;(await callback(browser, answer)).problem('code-invalid')
      ;(await victim.post('/users/register/identity', { username: 'ada' })).problem('code-invalid')
    },
  },
  {
    id: 'identity/form',
    title:
      'The page of a provider may post its form from another site, but only in the browser that was sent',
    host: 'a form arrives raw or parsed',
    setup,
    async run(app) {
      const browser = openBrowser(app)
      const begun = await browser.request('/auth/form?returnTo=/home')
      assert.match(begun.headers.get('set-cookie') ?? '', /^__Host-kith-flow=.*; Secure; SameSite=None$/)
      const answer = answerTo(begun.headers.get('location'), ada)
      answer.set('user', '{"name":{"firstName":"Ada"}}')
      const post = (type: string): Promise<Answer> =>
        app.request('/auth/form/callback', {
          method: 'POST',
          headers: [
            ['content-type', type],
            ['origin', 'https://id.example'],
            ['sec-fetch-site', 'cross-site'],
            ['cookie', `__Host-kith-flow=${browser.jar.get('__Host-kith-flow') ?? ''}`],
          ],
          body: answer.toString(),
        })
      ;(await post('text/plain')).problem('unsupported-media-type')
      const [path, { missing }] = sentTo(await post('application/x-www-form-urlencoded'))
      assert.deepEqual([path, missing], ['/home', 'username'])
      const begunHere = await browser.request('/auth/paper')
      assert.match(begunHere.headers.get('set-cookie') ?? '', /SameSite=Lax$/)
    },
  },
  {
    id: 'identity/refused',
    title: 'A failed sign-in is reported on the page where it started; no redirect leads to another site',
    setup,
    async run(app) {
      const browser = openBrowser(app)
      const declined = await begin(browser, '/auth/paper?returnTo=/in')
      declined.delete('code')
      declined.set('error', 'access_denied')
      assert.deepEqual(sentTo(await callback(browser, declined)), ['/in', { error: 'identity-refused' }])
      const { id } = await app.kith.accounts.import({
        username: 'other',
        email: 'ada@example.com',
        passwordHash: null,
      })
      await app.kith.accounts.verifyEmail(id)
      assert.deepEqual(await signInAs(browser, ada), ['/home', { error: 'link-required' }])
      ;(await browser.request('/auth/nobody')).problem('provider-not-found')
      for (const path of ['//evil.example', '/%5Cevil.example', 'https://evil.example']) {
        const answer = await browser.request(
          `/auth/paper?${new URLSearchParams({ returnTo: path }).toString()}`,
        )
        assert.deepEqual(answer.invalid(), ['returnTo malformed'])
      }
      const twice = await browser.request('/auth/paper?returnTo=/a&returnTo=/b')
      assert.deepEqual(twice.invalid(), ['returnTo wrong-type'])
    },
  },
  {
    id: 'identity/other-origin',
    title: 'A page of an allowed origin gets its visitor back; a URL of any other origin is refused',
    setup,
    async run(app) {
      const browser = openBrowser(app)
      const home = `${allowedOrigin}/home`
      const start = (returnTo: string): Promise<Answer> =>
        browser.request(`/auth/paper?${new URLSearchParams({ returnTo }).toString()}`)
      const signIn = async (): Promise<[string, Record<string, string>]> =>
        sentTo(await callback(browser, answerTo((await start(home)).headers.get('location'), ada)))
      const [page, { missing }] = await signIn()
      assert.deepEqual([page, missing], [home, 'username'])
      ;(await browser.post('/users/register/identity', { username: 'ada' })).signIn(201)
      assert.deepEqual(await signIn(), [home, { 'signed-in': 'known' }])
      const declined = answerTo((await start(home)).headers.get('location'), ada)
      declined.set('error', 'access_denied')
      assert.deepEqual(sentTo(await callback(browser, declined)), [home, { error: 'identity-refused' }])
      const wrong = ['.evil.example/', '@evil.example/', '\\.evil.example', ':81/', '//evil.example', '/#a']
      for (const rest of wrong)
        assert.deepEqual((await start(`${allowedOrigin}${rest}`)).invalid(), ['returnTo malformed'])

      // Nor does a cookie from an attacker who can write cookies for this host redirect to another site.
      const answer = answerTo((await start(home)).headers.get('location'), ada)
      const [secret = ''] = (browser.jar.get('__Host-kith-flow') ?? '').split('.')
      const evil = Buffer.from('https://evil.example/').toString('base64url')
      browser.jar.set('__Host-kith-flow', `${secret}.${evil}`)
      ;(await callback(browser, answer)).problem('code-invalid')
    },
  },
  {
    // asvs: 7.6.2
    id: 'identity/own-visit',
    title: 'No page of another site can sign its visitor in without a click',
    setup,
    async run(app) {
      const visit = (headers: Record<string, string>): Promise<Answer> =>
        app.request('/auth/paper', { headers: { 'sec-fetch-mode': 'navigate', ...headers } })
      const crossSite = { 'sec-fetch-site': 'cross-site' }
      for (const headers of [
        crossSite,
        { ...crossSite, referer: 'https://evil.example/' },
        { ...crossSite, referer: `${allowedOrigin}.evil.example/` },
        { ...crossSite, referer: 'nonsense' },
        { ...crossSite, 'sec-fetch-user': '?0' },
      ]) {
        const refused = await visit(headers)
        refused.problem('origin-not-allowed')
        assert.equal(refused.headers.get('set-cookie'), null)
      }
      for (const headers of [
        {},
        { 'sec-fetch-site': 'none' },
        { 'sec-fetch-site': 'same-site' },
        { ...crossSite, 'sec-fetch-user': '?1' },
        { ...crossSite, referer: `${allowedOrigin}/` },
      ])
        assert.equal((await visit(headers)).status, 303)
    },
  },
  {
    id: 'identity/second-factor',
    title: 'If the account has a second factor, the redirect says which one to ask for',
    setup,
    async run(app) {
      const browser = openBrowser(app)
      const viewer = app.kith.viewerOf(await registered(browser))
      const { token, secret } = await app.kith.factors.beginTotp(viewer)
      const totp = new TOTP({ secret: Secret.fromBase32(secret) })
      const code = (): string => totp.generate({ timestamp: app.now().getTime() })
      await app.kith.factors.confirmTotp(viewer, { token, code: code() })
      const other = openBrowser(app)
      const [, { error, factors, challenge = '' }] = await signInAs(other, ada)
      assert.deepEqual([error, factors], ['second-factor-required', 'totp,recovery-code'])
      assert.deepEqual(other.jar.names(), [])
      app.advance(30)
      const signIn = await app.kith.sessions.loginByFactor({ challenge, code: code() })
      assert.equal(signIn.user.id, viewer.userId)
    },
  },
  {
    id: 'identity/link',
    title: 'An account with a fresh proof links an identity, and can sign in with it from then on',
    setup,
    async run(app) {
      const { browser, user } = await registerInBrowser(app)
      const path = '/users/me/identities/paper'
      const stranger = openBrowser(app)
      ;(await stranger.post(path, {})).problem('unauthenticated')
      const foreign = { method: 'POST', json: {}, headers: { 'sec-fetch-site': 'cross-site' } }
      ;(await browser.request(path, foreign)).problem('origin-not-allowed')
      app.advance(601)
      ;(await browser.post(path, {})).problem('proof-required')
      ;(await browser.post('/users/login', { login: 'anna', password })).signIn()
      const begun = await browser.post(path, { returnTo: '/settings' })
      assert.equal(begun.status, 200)
      const { url } = begun.json() as { url: string }
      const linked = sentTo(await callback(browser, answerTo(url, ada)))
      assert.deepEqual(linked, ['/settings', { linked: 'yes' }])
      assert.deepEqual(await signInAs(stranger, ada), ['/home', { 'signed-in': 'known' }])
      assert.equal((await stranger.request('/users/me')).user().id, user.id)
    },
  },
]
