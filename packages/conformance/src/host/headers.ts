import assert from 'node:assert/strict'
import type { Case } from '../case.ts'
import type { Host } from './host.ts'
import { hostCase, origin, password } from './host-app.ts'

const flags =
  /^__Host-kith-(?:access|refresh|device)=([^;]*); Max-Age=(\d+); Path=\/; HttpOnly; Secure; SameSite=Lax$/
const ownPage = { 'sec-fetch-site': 'same-origin' }

/** Headers that a host passes on, in both directions. */
export const headerCases: readonly Case<Host>[] = [
  hostCase('host/cookies', 'Each cookie is set by a separate header, and is sent back', async ({ ask }) => {
    const json = { username: 'anna', password }
    const registered = await ask('/users/register', { method: 'POST', json, headers: ownPage })
    assert.equal(registered.status, 201, registered.text)
    const lines = registered.headers.getSetCookie()
    assert.equal(lines.length, 3)
    for (const line of lines) assert.match(line, flags)
    const cookie = lines.map((line) => line.split(';', 1)[0]).join('; ')
    const me = await ask('/users/me', { headers: { cookie } })
    assert.equal((JSON.parse(me.text) as { username: string }).username, 'anna')
    const out = await ask('/users/logout', { method: 'POST', headers: { ...ownPage, cookie } })
    const removed = out.headers.getSetCookie().filter((line) => flags.exec(line)?.[2] === '0')
    assert.deepEqual([out.status, removed.length], [204, 2])
  }),
  hostCase('host/bearer', 'A bearer token is read from its header, and no cookie is set', async (app) => {
    const headers = await app.register()
    const me = await app.ask('/users/me', { headers })
    assert.deepEqual([me.status, me.headers.getSetCookie()], [200, []])
    assert.equal((await app.ask('/users/me')).status, 401)
  }),
  hostCase('host/problems', 'Problems are passed on with all of their headers', async ({ ask }) => {
    const { status, headers, text } = await ask('/users/me', { headers: { origin, 'x-request-id': 'an-id' } })
    assert.equal(status, 401)
    assert.equal(headers.get('content-type'), 'application/problem+json')
    assert.equal(headers.get('www-authenticate'), 'Bearer')
    assert.equal(headers.get('cache-control'), 'no-store')
    assert.match(headers.get('vary') ?? '', /\bOrigin\b/)
    assert.equal(headers.get('x-request-id'), 'an-id')
    assert.equal(headers.get('access-control-allow-origin'), origin)
    const { code, requestId } = JSON.parse(text) as { code: string; requestId: string }
    assert.deepEqual([code, requestId], ['unauthenticated', 'an-id'])
  }),
  hostCase(
    'host/preflight',
    'A preflight is granted to allowed origins and to no others',
    async ({ ask }) => {
      const preflight = (from: string) =>
        ask('/users/me', {
          method: 'OPTIONS',
          headers: {
            origin: from,
            'access-control-request-method': 'PATCH',
            'access-control-request-headers': 'content-type',
          },
        })
      const { status, headers } = await preflight(origin)
      assert.equal(status, 204)
      const grant = (name: string): string | null => headers.get(`access-control-allow-${name}`)
      assert.deepEqual([grant('origin'), grant('credentials')], [origin, 'true'])
      assert.equal(grant('methods'), 'GET, PATCH, DELETE, HEAD, OPTIONS')
      assert.match(grant('headers') ?? '', /content-type/i)
      const refused = await preflight('https://evil.example')
      assert.equal(refused.status, 204)
      assert.ok(![...refused.headers.keys()].some((name) => name.startsWith('access-control')))
    },
  ),
  hostCase('host/address', 'The IP address of a client is the one that the host knows', async (app) => {
    const { address = '127.0.0.1', trustsProxy = false } = app.host
    await app.register()
    const json = { login: 'anna', password, transport: 'bearer' }
    const believed: (string | null | undefined)[] = []
    for (const headers of [{}, { 'x-forwarded-for': '198.51.100.7' }]) {
      const { text } = await app.ask('/users/login', { method: 'POST', json, headers })
      const { tokens } = JSON.parse(text) as { tokens: { accessToken: string } }
      const authorization = `Bearer ${tokens.accessToken}`
      const sessions = await app.ask('/users/me/sessions', { headers: { authorization } })
      const { items } = JSON.parse(sessions.text) as { items: { address: string | null }[] }
      believed.push(items[0]?.address)
    }
    assert.deepEqual(believed, [address, trustsProxy ? '198.51.100.7' : address])
  }),
]
