import assert from 'node:assert/strict'
import { race } from './client.ts'
import { loginBearer, password, registerBearer, registerInBrowser, withBearer } from './clients.ts'
import type { Journey } from './journey.ts'
import type { Answer } from './answer.ts'
import type { JourneyApp } from './journey-app.ts'

function login(app: JourneyApp, json: object, address = '198.51.100.1'): Promise<Answer> {
  return app.request('/users/login', {
    method: 'POST',
    json: { transport: 'bearer', ...json },
    headers: { 'x-forwarded-for': address },
  })
}

function wrong(login: string): object {
  return { login, password: 'a wrong guess' }
}

async function guess(app: JourneyApp, name: string, times: number): Promise<void> {
  for (let attempt = 0; attempt < times; attempt++)
    (await login(app, wrong(name))).problem('invalid-credentials')
}

function retryAfter(answer: Answer): number {
  return Number(answer.headers.get('retry-after'))
}

/** Limits on attempts. */
export const limitJourneys: readonly Journey[] = [
  {
    id: 'limit/lockout',
    title: 'Guessing the password of an account locks out the guesser, with the time until the end',
    host: 'the host knows the IP address',
    async run(app) {
      await registerInBrowser(app)
      await guess(app, 'anna', 10)
      const locked = await login(app, { login: 'anna', password })
      locked.problem('account-locked')
      assert.equal(retryAfter(locked), 300)
      if (app.host.trustsProxy) (await login(app, { login: 'anna', password }, '198.51.100.9')).signIn()
      app.advance(retryAfter(locked))
      ;(await login(app, { login: 'anna', password })).signIn()
    },
  },
  {
    // asvs: 6.1.1, 6.3.1
    id: 'limit/known-device',
    title: 'No number of strangers locks out a device that signed in before, or a session',
    host: 'the host knows the IP address',
    async run(app) {
      const { browser } = await registerInBrowser(app)
      const bearer = await loginBearer(app)
      // More than any limit for strangers allows, from one IP address and from many.
      for (let round = 0; round < 3; round++)
        for (let host = 0; host < 12; host++) await login(app, wrong('anna'), `198.51.100.${host}`)
      ;(await login(app, { login: 'anna', password }, '198.51.100.99')).problem(
        app.host.trustsProxy ? 'account-locked' : 'rate-limited',
      )

      const json = { login: 'anna', password }
      ;(await browser.post('/users/logout')).done()
      ;(await browser.post('/users/login', json)).signIn()
      const { deviceToken } = bearer.tokens
      ;(await bearer.post('/users/logout')).done()
      const tokens = (await login(app, { ...json, deviceToken })).signIn().tokens
      const change = { currentPassword: password, newPassword: 'another password' }
      const again = withBearer(app, tokens?.accessToken ?? '')
      ;(await again.post('/users/me/password', change)).signIn()
    },
  },
  {
    id: 'limit/device-guesses',
    title: 'Wrong passwords of a known device count separately, and only for accounts that used it',
    async run(app) {
      const { browser } = await registerInBrowser(app)
      await registerBearer(app, 'berta')
      for (let attempt = 0; attempt < 10; attempt++)
        (await browser.post('/users/login', wrong('anna'))).problem('invalid-credentials')
      // A thief who copied the token could do that. Then it makes the owner a stranger, and nothing worse.
      for (let attempt = 0; attempt < 9; attempt++)
        (await browser.post('/users/login', wrong('anna'))).problem('invalid-credentials')
      ;(await browser.post('/users/login', { login: 'anna', password })).signIn()
      // A token of another account, or an invented one, identifies nobody.
      await guess(app, 'berta', 10)
      const device = browser.jar.get('__Host-kith-device') ?? ''
      for (const deviceToken of [device, `${device.slice(0, -4)}AAAA`, 'x'])
        (await login(app, { login: 'berta', password, deviceToken })).problem('account-locked')
    },
  },
  {
    id: 'limit/invalid-input',
    title: 'Invalid input counts like valid input, and separately for a known device',
    async run(app) {
      const { browser } = await registerInBrowser(app)
      const bearer = await loginBearer(app)
      const { deviceToken } = bearer.tokens
      const broken = [{}, { transport: 'pigeon' }, { login: 7, transport: 'bearer' }]
      const send = (client: Pick<typeof browser, 'request'>, path: string, json: object) =>
        client.request(path, { method: path === '/users/me' ? 'DELETE' : 'POST', json })
      // One sign-in from here has counted: the rest is for strangers, and does not count for any device.
      for (let call = 0; call < 29; call++)
        (await send(app, '/users/login', broken[call % 3] ?? {})).problem('invalid-input')
      ;(await send(app, '/users/login', { login: 'anna', password })).problem('rate-limited')
      for (let call = 0; call < 30; call++)
        (await send(browser, '/users/login', broken[call % 3] ?? {})).problem('invalid-input')
      ;(await send(browser, '/users/login', {})).problem('rate-limited')
      ;(await send(app, '/users/login', { login: 'anna', password, deviceToken })).signIn()

      for (let call = 0; call < 59; call++) (await send(app, '/users/register', {})).problem('invalid-input')
      const berta = { username: 'berta', password }
      ;(await send(app, '/users/register', berta)).problem('rate-limited')

      for (let call = 0; call < 30; call++) {
        const path = call % 2 ? '/users/me' : '/users/me/password'
        ;(await send(bearer, path, { password: 7 })).problem('invalid-input')
      }
      // A thief uses up only the limit of the stolen session: the owner can end it from another one.
      ;(await send(bearer, '/users/me', { password })).problem('rate-limited')
      const change = { currentPassword: password, newPassword: 'another password' }
      ;(await send(browser, '/users/me/password', change)).signIn()
      app.advance(60)
      ;(await send(app, '/users/register', berta)).signIn(201)
    },
  },
  {
    id: 'limit/lock-reveals-nothing',
    title: 'A lock does not reveal which name and email belong together',
    async run(app) {
      await registerInBrowser(app)
      const codes: string[] = []
      for (const name of ['anna', 'nobody']) {
        await guess(app, name, 10)
        ;(await login(app, wrong(name))).problem('account-locked')
        const answer = await login(app, wrong(`${name}@example.com`))
        codes.push((answer.json() as { code: string }).code)
      }
      assert.deepEqual(codes, ['invalid-credentials', 'invalid-credentials'])
    },
  },
  {
    id: 'limit/confirm-password',
    title: 'Attempts to confirm a password are counted per session',
    async run(app) {
      const { browser } = await registerInBrowser(app)
      const other = await loginBearer(app)
      const remove = (json: object) => browser.delete('/users/me', json)
      for (let attempt = 0; attempt < 10; attempt++)
        (await remove({ password: 'a wrong guess' })).problem('wrong-password')
      const locked = await remove({ password })
      locked.problem('account-locked')
      assert.equal(retryAfter(locked), 300)
      ;(await other.delete('/users/me', { password })).done()
    },
  },
  {
    id: 'limit/guess-race',
    title: 'Concurrent guesses cannot exceed the limit, and unknown accounts lock in the same way',
    async run(app) {
      await registerInBrowser(app)
      for (const name of ['anna', 'nobody']) {
        const answers = await race(14, (index) =>
          login(app, { login: name, password: `wrong guess ${index}` }),
        )
        const statuses = answers.map(({ status }) => status).sort()
        assert.deepEqual(statuses, [...Array<number>(10).fill(401), ...Array<number>(4).fill(429)])
      }
    },
  },
  {
    id: 'limit/by-address',
    title: 'Logins are counted by the IP address that the host trusts, which a header cannot change',
    host: 'the host knows the IP address',
    async run(app) {
      await registerInBrowser(app)
      const spray = (index: number, address: string) =>
        login(app, { login: `user${index}`, password }, address)
      for (let index = 0; index < 30; index++)
        (await spray(index, '198.51.100.1')).problem('invalid-credentials')
      const limited = await spray(30, '198.51.100.1')
      limited.problem('rate-limited')
      assert.ok(retryAfter(limited) > 0 && retryAfter(limited) <= 60)
      const elsewhere = await spray(31, '198.51.100.2')
      elsewhere.problem(app.host.trustsProxy ? 'invalid-credentials' : 'rate-limited')
      app.advance(retryAfter(limited))
      ;(await spray(32, '198.51.100.1')).problem('invalid-credentials')
    },
  },
  {
    id: 'limit/untrusted-proxy',
    title: 'An untrusted proxy is logged once, with the option to set',
    host: 'the host knows the IP address',
    async run(app) {
      await registerInBrowser(app)
      assert.deepEqual(app.log, [])
      for (let index = 0; index < 3; index++)
        (await login(app, { login: 'nobody', password }, `198.51.100.${index}`)).problem(
          'invalid-credentials',
        )
      const untrusted = !app.host.trustsProxy && !app.host.hidesPeer
      assert.equal(app.log.length, untrusted ? 1 : 0)
      if (untrusted)
        assert.match(
          app.log[0] ?? '',
          /x-forwarded-for.*trust proxy", 1.*trustProxy: '10\.0\.0\.1'.*never `true`/s,
        )
    },
  },
  {
    id: 'limit/registrations',
    title: 'Registrations are limited',
    async run(app) {
      const register = (index: number) => app.post('/users/register', { username: `user${index}`, password })
      for (let index = 0; index < 20; index++) assert.equal((await register(index)).status, 201)
      ;(await register(20)).problem('rate-limited')
    },
  },
]
