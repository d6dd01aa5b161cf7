import assert from 'node:assert/strict'
import { Secret, TOTP } from 'otpauth'
import type { SoftwareAuthenticator } from '../../../core/test/software-authenticator.ts'
import { createAuthenticator } from '../../../core/test/software-authenticator.ts'
import { shapes } from '../../src/shapes.ts'
import type { Client } from './client.ts'
import {
  loginBearer,
  openBrowser,
  password,
  registerBearer,
  registerInBrowser,
  withBearer,
} from './clients.ts'
import type { Journey } from './journey.ts'
import { allowedOrigin, type JourneyApp } from './journey-app.ts'

/** Adds an authenticator app, and returns a function that reads its current code. */
async function addApp(app: JourneyApp, client: Client): Promise<{ code(): string; recoveryCodes: string[] }> {
  const begun = await client.post('/users/me/factors/totp/begin', { name: 'Phone' })
  const { token, secret } = shapes.TotpEnrolment.parse(begun.json())
  const totp = new TOTP({ secret: Secret.fromBase32(secret) })
  const code = (): string => totp.generate({ timestamp: app.now().getTime() })
  const added = await client.post('/users/me/factors/totp', { token, code: code() })
  const { recoveryCodes } = shapes.RecoveryCodes.parse(added.json())
  app.advance(30)
  return { code, recoveryCodes: recoveryCodes ?? [] }
}

async function addPasskey(client: Client, device: SoftwareAuthenticator): Promise<string> {
  const begun = await client.post('/users/me/passkeys/begin', {})
  const { token, options } = shapes.PasskeyCreation.parse(begun.json())
  const added = await client.post('/users/me/passkeys', { token, response: device.create(options) })
  assert.equal(added.status, 201, added.text)
  return shapes.Credential.parse(added.json()).id
}

/** Signing in with more than a password, and without one. */
export const factorJourneys: readonly Journey[] = [
  {
    id: 'factor/second-half',
    title:
      'A password alone gets the missing factor in the response; with the code of the app the browser is signed in',
    host: 'problems with additional members, and cookies after the second half',
    async run(app) {
      const { browser, user } = await registerInBrowser(app)
      const { code, recoveryCodes } = await addApp(app, browser)
      const other = openBrowser(app)
      const half = async (): Promise<string> => {
        const refused = await other.post('/users/login', { login: 'anna', password })
        assert.equal(refused.status, 401)
        const { challenge } = refused.problem('second-factor-required')
        assert.deepEqual(challenge?.factors, ['totp', 'recovery-code'])
        return challenge?.token ?? ''
      }
      const challenge = await half()
      assert.deepEqual(other.jar.names(), [])
      ;(await other.post('/users/login/factor', { challenge, code: '000000' })).problem('factor-invalid')
      const signIn = (await other.post('/users/login/factor', { challenge, code: code() })).signIn()
      assert.deepEqual([signIn.user.id, signIn.tokens], [user.id, undefined])
      assert.equal((await other.request('/users/me')).user().id, user.id)
      ;(await other.post('/users/login/factor', { challenge, code: code() })).problem('code-invalid')
      const again = { challenge: await half(), recoveryCode: recoveryCodes[0], transport: 'bearer' }
      const { tokens } = (await app.post('/users/login/factor', again)).signIn()
      assert.ok(tokens?.accessToken)
    },
  },
  {
    id: 'factor/prove',
    title:
      'Sensitive actions require a proof after ten minutes, even in routes of the host; a proof renews the tokens',
    host: 'each framework has its own guards, and sets cookies',
    async run(app) {
      const { browser, user } = await registerInBrowser(app)
      const fresh = () => app.raw('/host/fresh', { headers: { cookie: browser.jar.header() } })
      ;(await app.raw('/host/fresh')).problem('unauthenticated')
      assert.deepEqual((await fresh()).json(), { userId: user.id })
      app.advance(601)
      const refused = await fresh()
      refused.problem('proof-required')
      assert.equal(refused.status, 403)
      ;(await browser.post('/users/me/factors/totp/begin', {})).problem('proof-required')
      ;(await browser.post('/users/me/prove', { password: 'a wrong one' })).problem('wrong-password')
      const before = browser.jar.header()
      assert.equal((await browser.post('/users/me/prove', { password })).refreshed().tokens, undefined)
      assert.notEqual(browser.jar.header(), before)
      assert.deepEqual((await fresh()).json(), { userId: user.id })
      await addApp(app, browser)
      const client = await registerBearer(app, 'berta')
      const proved = (await client.post('/users/me/prove', { password })).refreshed()
      const renewed = withBearer(app, proved.tokens?.accessToken ?? '')
      assert.equal((await renewed.request('/users/me')).user().id, client.user.id)
    },
  },
  {
    id: 'factor/list',
    title: 'Credentials are listed, renamed and removed only by their owner',
    async run(app) {
      const anna = await registerBearer(app)
      const berta = await registerBearer(app, 'berta')
      await addApp(app, anna)
      const list = async () =>
        shapes.CredentialList.parse((await anna.request('/users/me/credentials')).json())
      const [totp] = (await list()).items
      const path = `/users/me/credentials/${totp?.id}`
      ;(await berta.patch(path, { name: 'Mine' })).problem('credential-not-found')
      ;(await berta.delete(path)).problem('credential-not-found')
      assert.deepEqual((await anna.patch(path, { name: '' })).invalid(), ['name too-short'])
      ;(await anna.patch(path, { name: 'Old phone' })).done()
      assert.equal((await list()).items[0]?.name, 'Old phone')
      const renewed = await anna.post('/users/me/factors/recovery-codes')
      assert.equal(shapes.RecoveryCodes.parse(renewed.json()).recoveryCodes?.length, 10)
      ;(await anna.delete(path)).done()
      assert.deepEqual((await list()).items, [])
      await loginBearer(app)
    },
  },
  {
    id: 'passkey/sign-in',
    title:
      'A passkey is added and signs a browser in without a username; a removed one is reported for the password manager',
    host: 'problems with additional members, and cookies',
    async run(app) {
      const { browser, user } = await registerInBrowser(app)
      const device = createAuthenticator({ origin: allowedOrigin })
      const id = await addPasskey(browser, device)
      const other = openBrowser(app)
      const signIn = async (name = 'Pocket') => {
        const begun = await other.post('/users/login/passkey/begin')
        const { token, options } = shapes.PasskeyRequest.parse(begun.json())
        const json = { token, response: device.get(options), deviceName: name }
        return await other.post('/users/login/passkey', json)
      }
      assert.equal((await signIn()).signIn().user.id, user.id)
      assert.equal((await other.request('/users/me')).user().id, user.id)
      const signals = shapes.PasskeySignals.parse((await other.request('/users/me/passkeys/signals')).json())
      assert.deepEqual(signals.allAcceptedCredentials.allAcceptedCredentialIds, device.ids)
      ;(await browser.delete(`/users/me/credentials/${id}`)).done()
      const refused = (await signIn()).problem('passkey-unknown')
      assert.deepEqual(refused.unknownCredential, { rpId: 'app.example', credentialId: device.ids[0] })
      const evil = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }
      const begun = await app.request('/users/login/passkey/begin', { method: 'POST', headers: evil })
      begun.problem('origin-not-allowed')
    },
  },
  {
    id: 'passkey/registration',
    title: 'A passkey opens an account without a password, which keeps its last way in',
    async run(app) {
      const browser = openBrowser(app)
      const device = createAuthenticator({ origin: allowedOrigin })
      const begun = await browser.post('/users/register/passkey/begin', { username: 'anna' })
      const { token, options } = shapes.PasskeyCreation.parse(begun.json())
      const json = { token, response: device.create(options) }
      const { user } = (await browser.post('/users/register/passkey', json)).signIn(201)
      assert.equal((await browser.request('/users/me')).user().id, user.id)
      ;(await browser.post('/users/register/passkey', json)).problem('code-invalid')
      const { items } = shapes.CredentialList.parse((await browser.request('/users/me/credentials')).json())
      ;(await browser.delete(`/users/me/credentials/${items[0]?.id}`)).problem('last-way-in')
      ;(await app.post('/users/register/passkey/begin', { username: 'anna' })).problem('identifier-taken')
      app.advance(601)
      const proof = shapes.PasskeyRequest.parse((await browser.post('/users/me/prove/passkey/begin')).json())
      const passkey = { token: proof.token, response: device.get(proof.options) }
      ;(await browser.post('/users/me/prove', { passkey })).refreshed()
      await addPasskey(browser, device)
    },
  },
  {
    id: 'passkey/second-factor',
    title: 'A passkey can be the second factor, with the options from the challenge',
    async run(app) {
      const anna = await registerBearer(app)
      const device = createAuthenticator({ origin: allowedOrigin })
      await addPasskey(anna, device)
      await addApp(app, anna)
      const refused = await app.post('/users/login', { login: 'anna', password })
      const { challenge } = refused.problem('second-factor-required')
      assert.ok(challenge?.passkey)
      const json = { challenge: challenge.token, passkey: device.get(challenge.passkey) }
      assert.equal((await app.post('/users/login/factor', json)).signIn().user.id, anna.user.id)
    },
  },
]
