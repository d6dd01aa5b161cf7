import assert from 'node:assert/strict'
import { password, registerInBrowser } from './clients.ts'
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

function retryAfter(answer: Answer): number {
  return Number(answer.headers.get('retry-after'))
}

/** Limits on attempts. */
export const limitJourneys: readonly Journey[] = [
  {
    name: 'limits: guessing one account locks it, tells until when, and lets the owner in afterwards',
    async run(app) {
      await registerInBrowser(app)
      for (let attempt = 0; attempt < 10; attempt++)
        (await login(app, { login: 'anna', password: `wrong guess ${attempt}` })).problem(
          'invalid-credentials',
        )
      const locked = await login(app, { login: 'anna@example.com', password })
      locked.problem('account-locked')
      assert.ok(retryAfter(locked) > 0 && retryAfter(locked) <= 300)
      app.advance(retryAfter(locked))
      ;(await login(app, { login: 'anna', password })).signIn()
    },
  },
  {
    name: 'limits: parallel guesses do not pass the lock together, and unknown accounts lock alike',
    async run(app) {
      await registerInBrowser(app)
      for (const name of ['anna', 'nobody']) {
        const answers = await Promise.all(
          Array.from({ length: 14 }, (_, index) =>
            login(app, { login: name, password: `wrong guess ${index}` }),
          ),
        )
        const statuses = answers.map(({ status }) => status).sort()
        assert.deepEqual(statuses, [...Array<number>(10).fill(401), ...Array<number>(4).fill(429)])
      }
    },
  },
  {
    name: 'limits: logins are counted by the address that the host believes, which a header cannot choose',
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
      elsewhere.problem(app.conditions.trustsProxy ? 'invalid-credentials' : 'rate-limited')
      app.advance(retryAfter(limited))
      ;(await spray(32, '198.51.100.1')).problem('invalid-credentials')
    },
  },
  {
    name: 'limits: the session list shows the address that the host believes',
    async run(app) {
      await registerInBrowser(app)
      const signedIn = (await login(app, { login: 'anna', password }, '198.51.100.7')).signIn()
      const headers = { authorization: `Bearer ${signedIn.tokens?.accessToken}` }
      const { items } = (await app.request('/users/me/sessions', { headers })).sessions()
      assert.equal(items[0]?.address === '198.51.100.7', app.conditions.trustsProxy)
    },
  },
  {
    name: 'limits: a proxy that the host does not trust is said once in the log, with what to set',
    async run(app) {
      await registerInBrowser(app)
      assert.deepEqual(app.log, [])
      for (let index = 0; index < 3; index++)
        (await login(app, { login: 'nobody', password }, `198.51.100.${index}`)).problem(
          'invalid-credentials',
        )
      const untrusted = !app.conditions.trustsProxy && app.conditions.knowsPeer
      assert.equal(app.log.length, untrusted ? 1 : 0)
      if (untrusted) assert.match(app.log[0] ?? '', /x-forwarded-for.*trustProxy: 1.*never `true`/s)
    },
  },
  {
    name: 'limits: registrations are counted',
    async run(app) {
      const register = (index: number) =>
        app.request('/users/register', { method: 'POST', json: { username: `user${index}`, password } })
      for (let index = 0; index < 20; index++) assert.equal((await register(index)).status, 201)
      ;(await register(20)).problem('rate-limited')
    },
  },
]
