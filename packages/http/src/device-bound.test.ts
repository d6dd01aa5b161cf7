import { cheapPasswords } from '@kith/conformance'
import { createKith, type Kith, type KithOptions } from '@kith/core'
import { createMemoryStorage } from '@kith/core/memory'
import { expect, test } from 'vitest'
import { createDeviceKey } from '../../core/test/device-key.ts'
import { createKithHttp, type KithHttp } from './create-kith-http.ts'
import type { KithHttpOptions } from './options.ts'

const password = 'correct horse battery'
const origin = 'https://api.app.example'
const registration = 'secure-session-registration'

function makeKith(options: Partial<KithOptions> = {}): Kith {
  return createKith({
    secret: 'a secret of the tests, of 32 characters or more',
    storage: createMemoryStorage(),
    passwords: cheapPasswords,
    sessions: { deviceBound: true },
    ...options,
  })
}

async function register(http: KithHttp, headers: Record<string, string> = {}): Promise<Response> {
  return await http.handle(
    new Request(`${origin}/api/v1/users/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin', ...headers },
      body: JSON.stringify({ username: 'ana', password }),
    }),
  )
}

/** Registers an account and binds its session; returns the session cookies that were set and the instructions for the browser. */
async function bind(
  options: KithHttpOptions,
): Promise<{ setCookies: string[]; told: Record<string, unknown> }> {
  const http = createKithHttp(makeKith(), options)
  const registered = await register(http)
  const setCookies = registered.headers.getSetCookie()
  const [, path = '', challenge = ''] =
    /^\(ES256 RS256\);path="([^"]+)";challenge="([^"]+)"$/.exec(registered.headers.get(registration) ?? '') ??
    []
  const bound = await http.handle(
    new Request(new URL(path, origin), {
      method: 'POST',
      headers: {
        cookie: setCookies.map((cookie) => cookie.split(';')[0]).join('; '),
        'secure-session-response': createDeviceKey().registration(challenge),
      },
    }),
  )
  expect(bound.status).toBe(200)
  return { setCookies, told: (await bound.json()) as Record<string, unknown> }
}

test.each<KithHttpOptions['cookies']>([
  undefined,
  { sameSite: 'strict' },
  { domain: 'app.example' },
  { domain: 'app.example', sameSite: 'none' },
])('a browser gets the exact attributes of the cookie: %j', async (cookies) => {
  const { setCookies, told } = await bind({ cookies })
  const [credential] = told['credentials'] as Record<string, string>[]
  const { type, name = '', attributes = '' } = credential ?? {}
  const set = setCookies.find((cookie) => cookie.startsWith(`${name}=`)) ?? ''
  const [, , ...rest] = set.split('; ')
  expect([type, attributes]).toEqual(['cookie', rest.join('; ')])
  expect(told['credentials']).toHaveLength(1)
})

test('pages of allowed https origins may cause a refresh', async () => {
  const allowedOrigins = [
    'https://app.example',
    'https://app.example:8443',
    'http://localhost:3000',
    'app://shell',
  ]
  const { told } = await bind({ allowedOrigins })
  expect(told).toEqual({
    session_identifier: expect.any(String) as string,
    refresh_url: '/api/v1/users/bound-session/refresh',
    scope: { include_site: false },
    credentials: expect.any(Array) as unknown[],
    allowed_refresh_initiators: ['app.example'],
  })
})

test('nothing is offered if cookies are sent over plain http, or the option is off', async () => {
  for (const [kith, options] of [
    [makeKith(), { cookies: { secure: false } }],
    [makeKith({ sessions: {} }), {}],
  ] as const) {
    const http = createKithHttp(kith, options)
    expect((await register(http)).headers.get(registration)).toBe(null)
    expect(http.routes.map(({ operationId }) => operationId)).not.toContain('bindSession')
  }
})

test('a sign-in route of the host offers binding, except to browsers that come from another site', async () => {
  const kith = makeKith()
  const http = createKithHttp(kith)
  const { user } = await kith.accounts.register({ username: 'ana', password })
  for (const fromElsewhere of [false, true]) {
    const head = { method: 'POST', headers: new Headers({ 'sec-fetch-site': 'same-origin' }) }
    const { headers } = await http.signIn({ head, fromElsewhere }, () => kith.sessions.open(user.id))
    expect(headers.has(registration)).toBe(!fromElsewhere)
  }
})
