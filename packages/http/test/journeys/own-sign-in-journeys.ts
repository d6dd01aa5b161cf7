import assert from 'node:assert/strict'
import type { KithHttpOptions } from '@kith/http'
import { race } from './client.ts'
import { registerBearer } from './clients.ts'
import type { Answer } from './answer.ts'
import { clientOf, type Client } from './client.ts'
import type { Journey } from './journey.ts'
import { allowedOrigin, type JourneyApp } from './journey-app.ts'
import { picture, upload } from './uploads.ts'

/** An app whose session cookie simply contains the id of an account, or the name of a failure. */
const http: KithHttpOptions = {
  async viewer({ headers }) {
    const [, scheme, value = ''] = /(host=|Bearer )([^; ]*)/.exec(
      `${headers.get('Cookie')} ${headers.get('authorization')}`,
    ) ?? [null, null, '']
    if (scheme === null) return null
    if (value in wrong) return wrong[value] as string
    if (value === 'throws') throw new Error('the session store of the app is down')
    return value
  },
}

/** Values that a callback may return by mistake. */
const wrong: Record<string, unknown> = {
  nothing: undefined,
  an: { id: 'object' },
  list: ['01998a3c-5f00-7a1b-8c2d-3e4f5a6b7c8d'],
  name: 'canary-of-a-secret',
  number: 7,
  empty: '',
  upper: '01998A3C-5F00-7A1B-8C2D-3E4F5A6B7C8D',
}

async function signedIn(app: JourneyApp, username: string): Promise<Client & { id: string; cookie: string }> {
  const { id } = await app.kith.accounts.import({ username, passwordHash: null })
  const cookie = `theme=dark; host=${id}`
  const own = { cookie, 'sec-fetch-site': 'same-origin' }
  return {
    id,
    cookie,
    ...clientOf((path, request = {}) =>
      app.request(path, { ...request, headers: { ...own, ...request.headers } }),
    ),
  }
}

/** Every call that requires a signed-in viewer, from the description: a new route is included automatically. */
async function guardedCalls(app: JourneyApp): Promise<[method: string, path: string][]> {
  const { paths } = (await app.request('/openapi.json')).json() as {
    paths: Record<string, Record<string, { security: unknown[] }>>
  }
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([, { security }]) => JSON.stringify(security) === '[{"app":[]}]')
      .map(([method]): [string, string] => [method.toUpperCase(), path.replaceAll(/\{\w+\}/g, 'x')]),
  )
}

const sessionRoutes: readonly (readonly [method: string, path: string])[] = [
  ['POST', '/users/register'],
  ['POST', '/users/login'],
  ['POST', '/users/refresh'],
  ['POST', '/users/logout'],
  ['GET', '/users/me/sessions'],
  ['DELETE', '/users/me/sessions'],
  ['DELETE', '/users/me/sessions/x'],
  ['POST', '/users/me/password'],
  ['DELETE', '/users/me'],
  ['POST', '/users/register/confirm'],
  ['POST', '/users/password/forgot'],
  ['POST', '/users/password/reset'],
  ['POST', '/users/login/code'],
  ['POST', '/users/login/code/confirm'],
  ['POST', '/codes/resend'],
  ['POST', '/users/me/addresses/verify'],
  ['POST', '/users/me/addresses'],
  ['POST', '/users/addresses/confirm'],
  ['POST', '/users/addresses/revert'],
  ['POST', '/users/login/factor'],
  ['POST', '/users/me/prove'],
  ['POST', '/users/me/prove/code'],
  ['POST', '/users/me/factors/totp/begin'],
  ['GET', '/users/me/credentials'],
  ['DELETE', '/users/me/credentials/x'],
  ['POST', '/users/login/passkey/begin'],
  ['POST', '/users/login/passkey'],
  ['POST', '/users/register/passkey/begin'],
  ['POST', '/users/register/passkey'],
  ['POST', '/users/me/passkeys'],
]

/** An app with its own sign-in (`viewer`). */
export const ownSignInJourneys: readonly Journey[] = [
  {
    id: 'own-sign-in/social',
    title: "The social half works with the app's own sign-in, without any session of Kith",
    setup: { http },
    async run(app) {
      const anna = await signedIn(app, 'anna')
      const berta = await signedIn(app, 'berta')
      const { id: media } = await upload(anna, picture())
      const post = (await anna.post('/posts', { caption: 'first', media: [{ id: media }] })).json()
      ;(await berta.put('/users/anna/follow')).json()
      const feed = (await berta.request('/feed')).json() as { items: { id: string }[] }
      assert.deepEqual(
        feed.items.map(({ id }) => id),
        [(post as { id: string }).id],
      )
      assert.equal((await anna.patch('/users/me', { name: 'Anna' })).user().name, 'Anna')
      const rename = await anna.patch('/users/me', { username: 'ann', currentPassword: 'x' })
      assert.deepEqual(rename.invalid(), ['currentPassword unknown-field', 'username unknown-field'])
      assert.equal((await anna.request('/users/me/export')).status, 200)
      const { items } = await app.kith.sessions.list(anna.id)
      assert.deepEqual(items, [])
    },
  },
  {
    id: 'own-sign-in/guards',
    title: "The guards of the host use the app's sign-in",
    host: 'each framework has its own guards',
    setup: { http },
    async run(app) {
      const anna = await signedIn(app, 'anna')
      const ask = (path: string, cookie = anna.cookie): Promise<Answer> =>
        app.raw(path, { headers: { cookie } })
      for (const path of ['/host/private', '/host/public', '/host/page', '/host/page/private']) {
        const answer = await ask(path)
        assert.deepEqual([answer.json(), answer.headers.getSetCookie()], [{ userId: anna.id }, []])
      }
      ;(await ask('/host/desk')).problem('role-required')
      await app.kith.accounts.setRole(anna.id, 'moderator')
      assert.deepEqual((await ask('/host/desk')).json(), { userId: anna.id })
      ;(await app.raw('/host/private')).problem('unauthenticated')
      assert.deepEqual((await app.raw('/host/public')).json(), { userId: null })
      const evil = { origin: 'https://evil.example', cookie: anna.cookie }
      for (const path of ['/host/private', '/host/public', '/host/page'])
        (await app.raw(path, { method: 'POST', headers: evil })).problem('origin-not-allowed')
      await app.kith.accounts.ban(anna.id)
      for (const path of ['/host/private', '/host/desk', '/host/page/private'])
        (await ask(path)).problem('account-banned')
      for (const path of ['/host/public', '/host/page'])
        assert.deepEqual((await ask(path)).json(), { userId: null })
    },
  },
  {
    id: 'own-sign-in/state',
    title: 'A banned or unknown account is refused in every call, from the next one on',
    setup: { http },
    async run(app) {
      const anna = await signedIn(app, 'anna')
      await signedIn(app, 'berta')
      await app.kith.accounts.ban(anna.id)
      const calls = await guardedCalls(app)
      assert.ok(calls.length > 15)
      for (const [method, path] of calls)
        (await anna.request(path, { method, json: undefined })).problem('account-banned')
      await app.kith.accounts.unban(anna.id)
      ;(await anna.request('/users/me')).user()
      const nobody = { cookie: 'host=01998a3c-5f00-7a1b-8c2d-3e4f5a6b7c8d', 'sec-fetch-site': 'same-origin' }
      for (const [method, path] of calls) {
        const { detail } = (await app.request(path, { method, headers: nobody })).problem('unauthenticated')
        assert.match(detail, /not created yet/)
      }
      // Public data stays readable.
      ;(await app.request('/users/berta', { headers: nobody })).json()
    },
  },
  {
    id: 'own-sign-in/origins',
    title: 'With any cookie only pages of allowed origins can make changes',
    host: 'the host passes on the headers',
    setup: { http },
    async run(app) {
      const { id, cookie } = await signedIn(app, 'anna')
      const edit = (headers: Record<string, string>) =>
        app.request('/users/me', { method: 'PATCH', json: { name: 'x' }, headers })
      const evil = { origin: 'https://evil.example' }
      ;(await edit({ cookie, ...evil })).problem('origin-not-allowed')
      ;(await edit({ cookie })).problem('origin-not-allowed')
      ;(await edit({ cookie: 'theme=dark', authorization: `Bearer ${id}` })).problem('origin-not-allowed')
      ;(await edit({ cookie, origin: allowedOrigin })).user()
      ;(await edit({ cookie, 'sec-fetch-site': 'same-origin' })).user()
      // Passwords and certificates that browsers send automatically, and tokens that they do not.
      ;(await edit({ authorization: 'Basic YTpi', ...evil })).problem('origin-not-allowed')
      ;(await edit({ authorization: `Bearer ${id}`, ...evil })).user()
      ;(await edit({ authorization: `Bearer ${id}` })).user()
      ;(await app.request('/users/me', { headers: { cookie, ...evil } })).user()
    },
  },
  {
    id: 'own-sign-in/routes',
    title: 'Routes for passwords, tokens and sessions do not exist, nor do they in the description',
    setup: { http },
    async run(app) {
      for (const [method, path] of sessionRoutes) {
        const answer = await app.raw(app.host.prefix + path, {
          method,
          json: method === 'GET' ? undefined : {},
          headers: { origin: allowedOrigin },
        })
        // These requests go on to the app, which has only a registration.
        if (path === '/users/register') assert.deepEqual(answer.json(), { own: true })
        else assert.equal(answer.status, 404, path)
      }
      const described = JSON.stringify((await app.request('/openapi.json')).json())
      for (const name of [
        'login',
        'refresh',
        'logout',
        'register',
        'changePassword',
        'deleteMe',
        'listSessions',
        'forgotPassword',
        'loginByCode',
        'changeAddress',
        'loginByFactor',
        'listCredentials',
        'loginByPasskey',
        'registerByPasskey',
      ])
        assert.ok(!described.includes(`"operationId":"${name}"`), name)
      assert.ok(!described.includes('kith-access'))
      assert.ok(described.includes('"security":[{"app":[]}]'))
      // A token of Kith means nothing to the app's sign-in.
      const { tokens } = await app.kith.accounts.register({ username: 'carla', password: 'correct horse' })
      const cookie = `__Host-kith-access=${tokens.accessToken}`
      ;(await app.request('/users/me', { headers: { cookie } })).problem('unauthenticated')
    },
  },
  {
    id: 'own-sign-in/mistakes',
    title:
      'A callback that throws, or returns no id, is an error of the app, logged without the returned value',
    host: 'guards and routes report it',
    setup: { http },
    async run(app) {
      for (const value of [...Object.keys(wrong), 'throws']) {
        for (const path of [`${app.host.prefix}/users/me`, '/host/private', '/host/public', '/host/page']) {
          const before = app.log.length
          const answer = await app.raw(path, { headers: { cookie: `host=${value}` } })
          assert.equal(answer.status, 500)
          answer.problem('internal-error')
          app.kith.config.log.flush()
          const log = app.log.slice(before).join('\n')
          assert.match(
            log,
            value === 'throws' ? /session store of the app is down/ : /The `viewer` option returned/,
          )
          assert.ok(!log.includes('canary') && !answer.text.includes('canary'))
        }
      }
    },
  },
  {
    id: 'own-sign-in/limits',
    title: 'Limits count per account, and two accounts have separate limits',
    setup: { http },
    async run(app) {
      const anna = await signedIn(app, 'anna')
      const berta = await signedIn(app, 'berta')
      await race(120, () => anna.put('/users/berta/follow'))
      ;(await anna.put('/users/berta/follow')).problem('rate-limited')
      ;(await berta.put('/users/anna/follow')).json()
    },
  },
  {
    id: 'own-sign-in/off',
    title: 'Without the option nothing changes: another cookie signs nobody in',
    async run(app) {
      const { user } = await registerBearer(app)
      const headers = { cookie: `host=${user.id}` }
      ;(await app.request('/users/me', { headers })).problem('unauthenticated')
    },
  },
]
