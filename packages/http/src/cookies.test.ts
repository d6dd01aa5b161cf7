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
])('%j sets both cookies, and removes them with the same attributes', (options, prefix, attributes) => {
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

test('reads only cookies with its prefix, and the first of two', () => {
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

describe('with a domain, where other hosts can set cookies with the same names', () => {
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
    ['an access cookie without a session', `__Secure-kith-access=junk; ${refresh}`],
  ])('%s: none is used', (_name, header) => expect(shared.read(header)).toEqual(none))

  test('two with the same value, or both tokens of one session, are used', () => {
    const access = `__Secure-kith-access=${tokenOf('s', 'access')}`
    const tokens = { accessToken: tokenOf('s', 'access'), refreshToken: tokenOf('s'), conflict: false }
    expect(shared.read(`${access}; ${refresh}; ${access}`)).toEqual(tokens)
  })

  test('both are removed, whichever host and path they come from', () => {
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

describe('the device cookie', () => {
  const device = { ...signIn, tokens: { ...signIn.tokens, deviceToken: 'g.h.i' } }

  test.each<[CookieOptions, string]>([
    [{}, '__Host-kith-device=g.h.i; Max-Age=34560000; Path=/; HttpOnly; Secure; SameSite=Lax'],
    // Only for this host, even if the session cookies are shared by a domain.
    [
      { domain: 'a.example' },
      '__Host-kith-device=g.h.i; Max-Age=34560000; Path=/; HttpOnly; Secure; SameSite=Lax',
    ],
    [{ secure: false }, 'kith-device=g.h.i; Max-Age=34560000; Path=/; HttpOnly; SameSite=Lax'],
  ])('with %j is set together with a device token, only for this host', (options, cookie) => {
    expect(cookies(options).set(device).slice(2)).toEqual([cookie])
  })

  test('is read by its name, and stays when the others are removed', () => {
    expect(cookies().readDevice('kith-device=x; __Host-kith-device=g')).toBe('g')
    expect(cookies({ secure: false }).readDevice('__Host-kith-device=x; kith-device=g')).toBe('g')
    expect(cookies().readDevice('kith-device=x')).toBeUndefined()
    expect(cookies().clear()).toHaveLength(2)
  })
})

test('in a request header, the tokens of a session are replaced and all else stays', () => {
  const { replaceIn } = cookies()
  const header = '__Host-kith-access=a; theme = dark ;__Host-kith-refresh=r; other=x=y'
  expect(replaceIn(header, { accessToken: 'b', refreshToken: 's' })).toBe(
    'theme=dark; other=x=y; __Host-kith-access=b; __Host-kith-refresh=s',
  )
  expect(replaceIn(header, null)).toBe('theme=dark; other=x=y')
  expect(replaceIn(null, null)).toBe('')
})

test('an ended session sets a Max-Age of 0, and the attributes of the access cookie are available', () => {
  const ended = { ...signIn, session: { id: 's', expiresAt: '2025-01-01T00:00:00.000Z' } }
  expect(cookies().set(ended)[1]).toBe(
    '__Host-kith-refresh=d.e.f; Max-Age=0; Path=/; HttpOnly; Secure; SameSite=Lax',
  )
  expect(cookies().accessAttributes).toBe('Path=/; HttpOnly; Secure; SameSite=Lax')
  expect(cookies({ domain: 'a.example' }).accessAttributes).toBe(
    'Path=/; Domain=a.example; HttpOnly; Secure; SameSite=Lax',
  )
  expect([cookies().accessName, cookies({ secure: false }).accessName]).toEqual([
    '__Host-kith-access',
    'kith-access',
  ])
})

test('cookies are removed down to the longest path that browsers store, and without a domain only for this host', () => {
  const longest = `/${'a'.repeat(1023)}`
  const pathsOf = (path: string): (string | undefined)[] =>
    cookies()
      .clearEverywhere(path)
      .filter((cookie) => cookie.startsWith('__Host-kith-access='))
      .map((cookie) => /Path=([^;]*)/.exec(cookie)?.[1])
  expect(pathsOf(longest)).toEqual(['/', longest])
  expect(pathsOf(`${longest}a`)).toEqual(['/'])
  expect(pathsOf('/v1/a')).toEqual(['/', '/v1', '/v1/a'])
  expect(cookies().clearEverywhere('/v1')).toHaveLength(4)
})

test('without a domain two sessions do not conflict, because no other host can have set one of them', () => {
  const access = `__Host-kith-access=${tokenOf('one')}`
  const refresh = `__Host-kith-refresh=${tokenOf('two')}`
  const expected = { accessToken: tokenOf('one'), refreshToken: tokenOf('two'), conflict: false }
  expect(cookies().read(`${access}; ${refresh}; __Host-kith-access=x`)).toEqual(expected)
})

test('with a domain a single cookie is enough', () => {
  const { read } = cookies({ domain: 'a.example' })
  const [access, refresh] = [tokenOf('s', 'access'), tokenOf('s')]
  expect(read(`__Secure-kith-access=${access}`)).toEqual({
    ...{ accessToken: access, refreshToken: null, conflict: false },
  })
  expect(read(`__Secure-kith-refresh=${refresh}`)).toEqual({
    ...{ accessToken: null, refreshToken: refresh, conflict: false },
  })
})

test('with a domain two unrelated cookies do not conflict', () => {
  const { read } = cookies({ domain: 'a.example' })
  const header = `theme=dark; theme=light; __Secure-kith-refresh=${tokenOf('s')}`
  expect(read(header)).toEqual({ accessToken: null, refreshToken: tokenOf('s'), conflict: false })
})

test('only the access cookie is removed if the browser is expected to renew it', () => {
  expect(cookies().endAccess()).toBe('__Host-kith-access=; Max-Age=0; Path=/; HttpOnly; Secure; SameSite=Lax')
})
