import { describe, expect, test } from 'vitest'
import { createCookies } from './cookies.ts'
import { type CookieOptions, readHttpOptions } from './options.ts'

const now = new Date('2026-01-01T00:00:00.500Z')
const signIn = {
  user: {} as never,
  session: { id: 's', expiresAt: '2026-01-31T00:00:00.000Z' },
  tokens: { accessToken: 'a.b.c', refreshToken: 'd.e.f', expiresIn: 890 },
}

function cookies(options: CookieOptions = {}) {
  return createCookies(readHttpOptions({ cookies: options }).cookies, () => now)
}

test.each<[CookieOptions, string, string]>([
  [{}, '__Host-', 'Path=/; HttpOnly; Secure; SameSite=Lax'],
  [{ sameSite: 'strict' }, '__Host-', 'Path=/; HttpOnly; Secure; SameSite=Strict'],
  [
    { domain: 'a.example', sameSite: 'none' },
    '__Secure-',
    'Path=/; Domain=a.example; HttpOnly; Secure; SameSite=None',
  ],
  [{ secure: false }, '', 'Path=/; HttpOnly; SameSite=Lax'],
])('%j sets both cookies, and removes them by the same attributes', (options, prefix, attributes) => {
  const { set, clear } = cookies(options)
  expect(set(signIn)).toEqual([
    `${prefix}kith-access=a.b.c; Max-Age=890; ${attributes}`,
    `${prefix}kith-refresh=d.e.f; Max-Age=2591999; ${attributes}`,
  ])
  expect(clear()).toEqual([
    `${prefix}kith-access=; Max-Age=0; ${attributes}`,
    `${prefix}kith-refresh=; Max-Age=0; ${attributes}`,
  ])
})

test('reads only the names with its prefix, and the first of two', () => {
  const header = 'kith-access=x; __Host-kith-access=one;__Host-kith-refresh=r; __Host-kith-access=two'
  expect(cookies().read(header)).toMatchObject({ accessToken: 'one', refreshToken: 'r' })
  expect(cookies({ secure: false }).read(header)).toMatchObject({ accessToken: 'x', refreshToken: null })
})

test.each([null, '', ';', '=', '__Host-kith-access', '__Host-kith-access=', '__host-kith-access=x'])(
  'finds nothing in %j',
  (header) => {
    expect(cookies().read(header)).toEqual({ accessToken: null, refreshToken: null, conflict: false })
  },
)

function tokenOf(sid: string, more: string = ''): string {
  return `e30.${Buffer.from(JSON.stringify({ sid, more })).toString('base64url')}.c2ln`
}

describe('with a domain, where other hosts can set cookies of the same names', () => {
  const shared = cookies({ domain: 'a.example' })
  const refresh = `__Secure-kith-refresh=${tokenOf('s')}`
  const none = { accessToken: null, refreshToken: null, conflict: true }

  test.each([
    [
      'two access cookies',
      `__Secure-kith-access=${tokenOf('mallory')}; __Secure-kith-access=${tokenOf('s')}`,
    ],
    ['two refresh cookies', `__Secure-kith-refresh=junk; ${refresh}`],
    ['an access cookie of another session', `__Secure-kith-access=${tokenOf('mallory')}; ${refresh}`],
    ['an access cookie of no session', `__Secure-kith-access=junk; ${refresh}`],
  ])('%s: none counts', (_name, header) => expect(shared.read(header)).toEqual(none))

  test('two of the same value, or both tokens of one session, count', () => {
    const access = `__Secure-kith-access=${tokenOf('s', 'access')}`
    const tokens = { accessToken: tokenOf('s', 'access'), refreshToken: tokenOf('s'), conflict: false }
    expect(shared.read(`${access}; ${refresh}; ${access}`)).toEqual(tokens)
  })

  test('both are removed wherever this path gets them from', () => {
    const removed = shared.clearEverywhere('/v1/users')
    expect(removed).toHaveLength(12)
    for (const name of ['access', 'refresh'])
      for (const path of ['/', '/v1', '/v1/users'])
        for (const scope of ['Domain=a.example; ', ''])
          expect(removed).toContain(
            `__Secure-kith-${name}=; Max-Age=0; Path=${path}; ${scope}HttpOnly; Secure; SameSite=Lax`,
          )
  })
})
