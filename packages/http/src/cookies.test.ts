import { expect, test } from 'vitest'
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
  expect(cookies().read(header)).toEqual({ accessToken: 'one', refreshToken: 'r' })
  expect(cookies({ secure: false }).read(header)).toEqual({ accessToken: 'x', refreshToken: null })
})

test.each([null, '', ';', '=', '__Host-kith-access', '__Host-kith-access=', '__host-kith-access=x'])(
  'finds nothing in %j',
  (header) => {
    expect(cookies().read(header)).toEqual({ accessToken: null, refreshToken: null })
  },
)
