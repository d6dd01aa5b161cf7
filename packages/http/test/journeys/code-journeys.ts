import assert from 'node:assert/strict'
import {
  loginBearer,
  openBrowser,
  password,
  registerBearer,
  registerInBrowser,
  withBearer,
} from './clients.ts'
import { askForCode, email, messageOf, readLink, registration, wrong } from './code-steps.ts'
import type { Journey } from './journey.ts'

/** Sent codes, from a registration to a change of email. */
export const codeJourneys: readonly Journey[] = [
  {
    id: 'code/registration',
    title:
      'A registration sends a code in the language of the client; with the code the account exists and is signed in',
    host: 'the host passes on headers and sets cookies',
    setup: { confirm: true },
    async run(app) {
      const browser = openBrowser(app)
      const sent = await browser.request('/users/register', {
        method: 'POST',
        json: registration,
        headers: { 'accept-language': `de-AT,de;q=0.9,${'en;q=0.1,'.repeat(200)}` },
      })
      const { flow, expiresAt } = sent.codeSent()
      assert.equal(Date.parse(expiresAt) - app.now().getTime(), 600_000)
      assert.deepEqual(browser.jar.names(), [])
      assert.equal(await app.kith.accounts.find('anna'), null)
      const { language, content } = await messageOf(app, 'registration-code')
      assert.match(language ?? '', /^de-AT,de;q=0\.9,/)
      assert.equal(language?.length, 200)
      const confirm = (code: string) => browser.post('/users/register/confirm', { flow, code })
      ;(await confirm(wrong(content.code))).problem('code-invalid')
      assert.deepEqual(browser.jar.names(), [])
      const { user, tokens } = (await confirm(content.code)).signIn(201)
      assert.deepEqual(
        [user.username, user.email, user.emailVerified, tokens],
        ['anna', email, true, undefined],
      )
      assert.equal((await browser.request('/users/me')).user().id, user.id)
      ;(await confirm(content.code)).problem('code-invalid')
      ;(await app.post('/users/login', { login: email, password })).signIn()
    },
  },
  {
    id: 'code/registration-bearer',
    title: 'Without cookies the tokens are in the response to the code, if the request asks for them',
    setup: { confirm: true },
    async run(app) {
      const early = await app.post('/users/register', { ...registration, transport: 'bearer' })
      assert.deepEqual(early.invalid(), ['transport unknown-field'])
      const code = await askForCode(app, app, {
        path: '/users/register',
        json: registration,
        kind: 'registration-code',
      })
      const answer = await app.post('/users/register/confirm', { ...code, transport: 'bearer' })
      const { user, tokens } = answer.signIn(201)
      assert.deepEqual(answer.headers.getSetCookie(), [])
      const client = withBearer(app, tokens?.accessToken ?? '')
      assert.equal((await client.request('/users/me')).user().id, user.id)
    },
  },
  {
    id: 'code/forgotten-password',
    title: 'A forgotten password is reset by code or link; every session ends, and no new one is opened',
    host: 'cookies that stay unchanged',
    async run(app) {
      const { browser } = await registerInBrowser(app)
      const other = await loginBearer(app)
      const { browser: stranger } = await registerInBrowser(app, 'berta')
      for (const [by, next] of [
        ['code', 'battery staple'],
        ['link', 'a third one here'],
      ] as const) {
        const json = { login: by === 'code' ? 'anna' : email }
        const { flow } = (await stranger.post('/users/password/forgot', json)).codeSent()
        const { content } = await messageOf(app, 'password-reset')
        const given = by === 'code' ? { flow, code: content.code } : readLink(content.link, '/reset')
        assert.equal(given.flow, flow)
        const weak = await stranger.post('/users/password/reset', { ...given, password: email })
        assert.deepEqual(weak.invalid(), ['password too-easy'])
        ;(await stranger.post('/users/password/reset', { ...given, password: next })).done()
        ;(await stranger.post('/users/password/reset', { ...given, password: next })).problem('code-invalid')
        ;(await app.post('/users/login', { login: 'anna', password: next })).signIn()
      }
      for (const client of [browser, other]) (await client.request('/users/me')).problem('session-revoked')
      ;(await browser.post('/users/refresh')).problem('session-revoked')
      ;(await app.post('/users/login', { login: 'anna', password })).problem('invalid-credentials')
      // The caller was signed in to another account, and still is.
      assert.equal((await stranger.request('/users/me')).user().username, 'berta')
      await messageOf(app, 'password-changed')
    },
  },
  {
    id: 'code/sign-in',
    title: 'A code or a link signs in with cookies or tokens, and replaces the session that was there',
    host: 'the host sets cookies',
    async run(app) {
      const { browser, user } = await registerInBrowser(app)
      await app.kith.accounts.update(user.id, { phone: '+4930123456' })
      for (const kind of ['verifyEmail', 'verifyPhone'] as const) await app.kith.accounts[kind](user.id)
      const before = openBrowser(app)
      for (const name of browser.jar.names()) before.jar.set(name, browser.jar.get(name) ?? '')

      ;(await browser.post('/users/login/code', { login: email })).codeSent()
      const { link } = (await messageOf(app, 'sign-in-code')).content
      const answer = await browser.post('/users/login/code/confirm', readLink(link, '/sign-in'))
      assert.equal(answer.signIn().tokens, undefined)
      assert.equal((await browser.request('/users/me')).user().id, user.id)
      ;(await before.request('/users/me')).problem('session-revoked')

      const { flow } = (await app.post('/users/login/code', { phone: '+49 30 123456' })).codeSent()
      const { code } = (await messageOf({ ...app, mailbox: app.phones }, 'sign-in-code', '+4930123456'))
        .content
      const spaced = `${code.slice(0, 3)} ${code.slice(3)}`
      const json = { flow, code: spaced, transport: 'bearer', deviceName: 'Pocket' }
      const { tokens } = (await app.post('/users/login/code/confirm', json)).signIn()
      const client = withBearer(app, tokens?.accessToken ?? '')
      const { items } = (await client.request('/users/me/sessions')).sessions()
      assert.equal(items.find(({ current }) => current)?.deviceName, 'Pocket')
    },
  },
  {
    // asvs: 7.5.1
    id: 'code/prove',
    title: 'An account with only codes proves its owner with another code, in the session that requested it',
    host: 'each framework has its own guards, and sets cookies',
    async run(app) {
      const { id } = await app.kith.accounts.import({
        username: 'anna',
        email,
        emailVerified: true,
        phone: '+4930123456',
        passwordHash: null,
      })
      const signIn = async () => {
        const browser = openBrowser(app)
        const code = await askForCode(app, browser, {
          path: '/users/login/code',
          json: { login: email },
          kind: 'sign-in-code',
        })
        ;(await browser.post('/users/login/code/confirm', code)).signIn()
        return browser
      }
      const [browser, thief] = [await signIn(), await signIn()]
      const fresh = () => app.raw('/host/fresh', { headers: { cookie: browser.jar.header() } })
      app.advance(601)
      ;(await fresh()).problem('proof-required')
      const path = '/users/me/prove/code'
      ;(await browser.post(path, { kind: 'phone' })).problem('code-not-sent')
      assert.deepEqual((await browser.post(path, { kind: 'fax' })).invalid(), ['kind malformed'])
      const first = await askForCode(app, browser, { path, json: { kind: 'email' }, kind: 'proof-code' })
      const proof = { ...first, code: wrong(first.code) }
      ;(await browser.post('/users/me/prove', proof)).problem('code-invalid')
      assert.deepEqual((await browser.post('/users/me/prove', { flow: first.flow })).invalid(), [
        'password required',
      ])
      ;(await app.post('/codes/resend', { purpose: 'prove', flow: first.flow })).codeSent()
      const { code } = (await messageOf(app, 'proof-code')).content
      const before = browser.jar.header()
      const spaced = { flow: first.flow, code: `${code.slice(0, 3)} ${code.slice(3)}` }
      assert.equal((await browser.post('/users/me/prove', spaced)).refreshed().tokens, undefined)
      assert.notEqual(browser.jar.header(), before)
      assert.deepEqual((await fresh()).json(), { userId: id })

      const next = await askForCode(app, browser, { path, json: { kind: 'email' }, kind: 'proof-code' })
      ;(await thief.post('/users/me/prove', next)).problem('code-invalid')
      ;(await thief.delete('/users/me/sessions')).problem('proof-required')
      ;(await app.post(path, { kind: 'email' })).problem('unauthenticated')
      ;(await app.post('/users/login/code/confirm', next)).problem('code-invalid')
    },
  },
  {
    id: 'code/address',
    title: 'An email is confirmed and changed with codes; the old mailbox can take the change back',
    host: 'the host passes on headers and sets cookies',
    async run(app) {
      const { browser } = await registerInBrowser(app)
      const confirm = (json: object) => openBrowser(app).post('/users/addresses/confirm', json)
      const codeAt = async (to: string) => (await messageOf(app, 'address-code', to)).content.code
      const verify = await browser.post('/users/me/addresses/verify', { kind: 'email' })
      const { flow } = verify.codeSent()
      ;(await confirm({ flow, code: wrong(await codeAt(email)) })).problem('code-invalid')
      ;(await confirm({ flow, code: await codeAt(email) })).done()
      assert.equal((await browser.request('/users/me')).user().emailVerified, true)

      const next = 'thief@example.com'
      const change = (currentPassword: string) =>
        browser.post('/users/me/addresses', { email: next, currentPassword })
      ;(await change('a wrong password')).problem('wrong-password')
      const begun = (await change(password)).codeSent()
      assert.equal((await browser.request('/users/me')).user().email, email)
      ;(await confirm({ flow: begun.flow, code: await codeAt(next) })).done()
      assert.equal((await browser.request('/users/me')).user().email, next)

      const told = await messageOf(app, 'address-changed')
      assert.equal((await messageOf(app, 'address-changed', next)).content.link, null)
      app.advance(71 * 3_600)
      const revert = () => app.post('/users/addresses/revert', readLink(told.content.link, '/revert'))
      ;(await revert()).done()
      ;(await revert()).problem('code-invalid')
      ;(await browser.post('/users/refresh')).problem('session-revoked')
      assert.equal((await app.kith.accounts.find('anna'))?.email, email)
      ;(await app.post('/users/login', { login: email, password })).problem('invalid-credentials')
    },
  },
  {
    id: 'code/no-such-address',
    title: 'An email that an account does not have cannot be confirmed',
    async run(app) {
      const client = await registerBearer(app)
      ;(await client.post('/users/me/addresses/verify', { kind: 'phone' })).problem('code-invalid')
      const fax = await client.post('/users/me/addresses/verify', { kind: 'fax' })
      assert.deepEqual(fax.invalid(), ['kind malformed'])
    },
  },
]
