import { createKith } from '@kith/core'
import { createMemoryStorage } from '@kith/core/memory'
import { createKithHttp } from '@kith/http'
import { describe, expect, test } from 'vitest'

const origin = 'https://app.example'
const password = 'a password of its own'

function serve() {
  const kith = createKith({
    secret: 'uBq3kV8wLx1nZr5tYc7mPd2fGh9jKs4a',
    storage: createMemoryStorage(),
    passwords: { memoryKiB: 8, iterations: 1 },
  })
  const http = createKithHttp(kith, { allowedOrigins: [origin] })
  /** `what` is a method and a path, as in `GET /users/me`. */
  function send(what: string, body?: unknown, headers: Record<string, string> = {}) {
    const [method = '', path = ''] = what.split(' ')
    return http.handle(
      new Request(`${origin}/api/v1${path}`, {
        method,
        headers: { origin, 'content-type': 'application/json', ...headers },
        body: body === undefined ? null : JSON.stringify(body),
      }),
    )
  }
  return { kith, http, send }
}

function cookiesOf(response: Response): string {
  return response.headers
    .getSetCookie()
    .map((line) => line.split(';')[0] ?? '')
    .join('; ')
}

/** Data that, in other libraries, led to the sign-ups, links or sessions of other accounts, and has no effect here. */
describe('a request cannot change what the server knows about itself', () => {
  // Supabase GHSA-3529-5m8x-rpv3: X-Forwarded-Host chose the host of a link that was sent by email.
  test('no response names a host from the request', async () => {
    const { send } = serve()
    const evil = 'evil.example'
    const bring = {
      'x-forwarded-host': evil,
      'x-forwarded-proto': 'gopher',
      'x-original-url': `https://${evil}/`,
      forwarded: `host=${evil};proto=gopher`,
    }
    const registered = await send('POST /users/register', { username: 'ana', password }, bring)
    expect(registered.status).toBe(201)
    const headers = { ...bring, cookie: cookiesOf(registered) }
    const answers = [registered]
    for (const path of ['/users/me', '/users/ana', '/users/me/sessions', '/openapi.json', '/nowhere']) {
      answers.push(await send(`GET ${path}`, undefined, headers))
    }
    for (const answer of answers) {
      const whole = `${await answer.text()} ${JSON.stringify([...answer.headers])}`
      expect(whole).not.toContain(evil)
      expect(whole).not.toContain('gopher')
    }
  })

  // GHSA-8jhw-6pjj-8723 and GHSA-vp58-j275-797x: a callback URL in the request sent tokens to another host.
  test('no route accepts a URL for redirects or tokens', async () => {
    const { http } = serve()
    const response = await http.handle(new Request(`${origin}/api/v1/openapi.json`))
    const names: string[] = []
    JSON.stringify(await response.json(), (key, value: unknown) => {
      names.push(key)
      if (typeof value === 'object' && value !== null && 'name' in value) names.push(String(value.name))
      return value
    })
    expect(names).toContain('currentPassword')
    const leading = /^(redirect|callback|return|next|continue|target)(_?(to|url|uri))?$/i
    expect(names.filter((name) => leading.test(name))).toEqual([])
    expect(
      ['redirect_uri', 'callbackURL', 'returnTo', 'next'].filter((name) => leading.test(name)),
    ).toHaveLength(4)
  })
})

describe('a sign-in', () => {
  // Passport CVE-2022-25896: the session from before the sign-in continued after it.
  // asvs: 7.2.4
  test('does not reuse a session from the browser', async () => {
    const { kith, send } = serve()
    const planted = cookiesOf(await send('POST /users/register', { username: 'eve', password }))
    await kith.accounts.register({ username: 'ana', password })
    const response = await send('POST /users/login', { login: 'ana', password }, { cookie: planted })
    expect(response.status).toBe(200)
    const fresh = cookiesOf(response)
    // The device cookie gives access to nothing.
    const [before, after] = [planted, fresh].map((cookie) =>
      cookie.split('; ').filter((pair) => !pair.includes('kith-device=')),
    )
    expect(after).toHaveLength(2)
    expect(after?.filter((pair) => before?.includes(pair))).toEqual([])
    const me = await send('GET /users/me', undefined, { cookie: fresh })
    expect(await me.json()).toMatchObject({ username: 'ana' })
    const whoPlanted = await send('GET /users/me', undefined, { cookie: planted })
    expect(JSON.stringify(await whoPlanted.json())).not.toContain('ana')
  })

  // CVE-2025-61928: without a session, the id of the account was read from the body.
  test('is the only way to be authenticated: an id in a body, query or header is ignored', async () => {
    const { kith, send } = serve()
    const { user } = await kith.accounts.register({ username: 'ana', password })
    const claims = { 'x-user-id': user.id, 'x-forwarded-user': 'ana', 'x-kith-user': user.id }
    const body = { userId: user.id, sub: user.id, password }
    for (const what of [
      `GET /users/me?userId=${user.id}`,
      `GET /users/me/sessions?user=${user.id}`,
      'PATCH /users/me',
      'DELETE /users/me',
    ]) {
      const response = await send(what, what.startsWith('GET') ? undefined : body, claims)
      expect(response.status, what).toBe(401)
    }
  })
})
