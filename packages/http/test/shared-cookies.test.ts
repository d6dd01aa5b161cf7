import { cheapPasswords } from '@kith/conformance'
import { createKith } from '@kith/core'
import { createMemoryStorage } from '@kith/core/memory'
import { expect, test } from 'vitest'
import { createKithHttp } from '../src/index.ts'

const kith = createKith({
  secret: 'a secret of the tests, of 32 characters or more',
  storage: createMemoryStorage(),
  passwords: cheapPasswords,
})
const http = createKithHttp(kith, { cookies: { domain: 'app.example' } })
const own = { 'sec-fetch-site': 'same-origin' }

async function cookiesOf(username: string): Promise<string[]> {
  const { headers } = await http.signIn({ head: { method: 'POST', headers: new Headers(own) } }, () =>
    kith.accounts.register({ username, password: 'correct horse battery' }),
  )
  return headers.getSetCookie().map((cookie) => cookie.split(';')[0] ?? '')
}

async function send(
  method: string,
  path: string,
  headers: Record<string, string>,
): Promise<[string, Response]> {
  const response = await http.handle(new Request(`http://api.app.example/api/v1${path}`, { method, headers }))
  const text = await response.text()
  return [text === '' ? '' : (JSON.parse(text) as { code: string }).code, response]
}

test('cookies that another host of the domain has added sign nobody in as someone else, and are removed', async () => {
  const [anna, mallory] = [await cookiesOf('anna'), await cookiesOf('mallory')]
  const [malloryAccess = '', malloryRefresh = ''] = mallory
  const mixtures = [
    [malloryAccess, ...anna],
    [...anna, malloryAccess],
    [malloryAccess, anna[1] ?? ''],
    [malloryRefresh, ...anna],
  ]
  for (const mixture of mixtures) {
    const headers = { ...own, cookie: mixture.join('; ') }
    const [code, response] = await send('GET', '/users/me', headers)
    expect([code, response.status]).toEqual(['access-token-invalid', 401])
    const removed = response.headers.getSetCookie()
    for (const path of ['/', '/api', '/api/v1', '/api/v1/users', '/api/v1/users/me'])
      expect(removed.filter((cookie) => cookie.includes(`Max-Age=0; Path=${path};`))).toHaveLength(4)
    // These cookies can neither end nor renew either session.
    expect((await send('POST', '/users/refresh', headers))[0]).toBe('refresh-token-invalid')
    expect((await send('POST', '/users/logout', headers))[0]).toBe('access-token-invalid')
    expect((await send('POST', '/users/logout', { cookie: headers.cookie }))[0]).toBe('origin-not-allowed')
    expect(await http.readViewer({ method: 'GET', headers: new Headers(headers) })).toBeNull()
  }
  const [, me] = await send('GET', '/users/me', { cookie: anna.join('; ') })
  expect(me.status).toBe(200)
})

test('another host of the domain cannot inject a device cookie', async () => {
  const [, , device = ''] = await cookiesOf('berta')
  expect(device).toMatch(/^__Host-kith-device=/)
  const { headers } = await http.signIn(
    {
      head: {
        method: 'POST',
        // A neighbor can only set cookies with a domain, and browsers reject those with this prefix.
        headers: new Headers({
          ...own,
          cookie: `__Secure-kith-device=tossed; kith-device=tossed; ${device}`,
        }),
      },
    },
    ({ device: known }) => {
      expect(`__Host-kith-device=${known}`).toBe(device)
      return kith.sessions.login(
        { login: 'berta', password: 'correct horse battery' },
        known === undefined ? {} : { device: known },
      )
    },
  )
  expect(headers.getSetCookie()[2]).toMatch(
    /^__Host-kith-device=[^;]+; Max-Age=\d+; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
  )
})
