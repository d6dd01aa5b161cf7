import assert from 'node:assert/strict'
import { password, registerInBrowser } from './clients.ts'
import type { Journey } from './journey.ts'
import type { JourneyRequest } from './client.ts'
import type { JourneyApp } from './journey-app.ts'

const jsonType = { 'content-type': 'application/json' }

/** Sends an unreadable body. If a parser of the host runs first, the response may be the host's own. */
async function expectRefusal(
  app: JourneyApp,
  request: JourneyRequest,
  codes: readonly string[],
): Promise<void> {
  const post = { method: 'POST', ...request }
  if (app.host.bodiesAnsweredByHost) {
    const { status } = await app.raw(`${app.host.prefix}/users/login`, post)
    assert.ok(status >= 400 && status < 500, String(status))
    return
  }
  const answer = await app.request('/users/login', post)
  const { code } = answer.json() as { code: string }
  assert.ok(codes.includes(code), answer.text)
}

/** Unreadable bodies: a clear response, quickly, and never an internal error. */
export const bodyJourneys: readonly Journey[] = [
  {
    id: 'body/not-json',
    title: 'A body that is not JSON in UTF-8 is refused',
    host: 'a body parser of the host may run first',
    async run(app) {
      const broken = [
        '{',
        '{"login":',
        "{'login':1}",
        '{"a":1}{"b":2}',
        'null1',
        '\ufeff{',
        '[1,]',
        '\0',
        'NaN',
        'undefined',
      ]
      for (const body of broken) await expectRefusal(app, { body, headers: jsonType }, ['malformed-request'])
      const bytes = Buffer.from([0x7b, 0x22, 0x61, 0x22, 0x3a, 0x22, 0xff, 0xfe, 0x22, 0x7d])
      await expectRefusal(app, { body: bytes, headers: jsonType }, ['malformed-request'])
      assert.deepEqual(app.log, [])
    },
  },
  {
    id: 'body/nesting',
    title: 'Deep nesting is refused before it is parsed',
    host: 'a body parser of the host may run first',
    async run(app) {
      const deep = (depth: number) => `{"login":${'['.repeat(depth)}${']'.repeat(depth)}}`
      for (const depth of [20, 1000, 30_000])
        await expectRefusal(app, { body: deep(depth), headers: jsonType }, ['malformed-request'])
      const objects = `${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}`
      await expectRefusal(app, { body: objects, headers: jsonType }, ['malformed-request'])
    },
  },
  {
    id: 'body/content-type',
    title: 'Other content types are refused; JSON with a charset is accepted',
    host: 'a body parser of the host may run first',
    async run(app) {
      await registerInBrowser(app)
      const body = JSON.stringify({ login: 'anna', password, transport: 'bearer' })
      const login = (type: string | null, method = 'POST') =>
        app.request('/users/login', { method, body, headers: type === null ? {} : { 'content-type': type } })
      for (const type of [
        'application/json; charset=utf-8',
        'Application/JSON;charset="UTF-8"',
        'application/json ; charset=utf-8',
      ])
        (await login(type)).signIn()
      for (const type of [
        null,
        'text/plain',
        'application/x-www-form-urlencoded',
        'multipart/form-data; boundary=x',
        'application/jsonp',
        'text/json',
        'json',
        ';',
        'application/json, text/plain',
      ])
        (await login(type)).problem('unsupported-media-type')
      if (app.host.bodiesAnsweredByHost) return
      ;(await login('application/json; charset=utf-16')).problem('unsupported-media-type')
      const headers = { ...jsonType, 'content-encoding': 'gzip' }
      ;(await app.request('/users/login', { method: 'POST', body, headers })).problem(
        'unsupported-media-type',
      )
    },
  },
  {
    id: 'body/too-large',
    title: 'A body that is too large is refused immediately, by its declared length or while it arrives',
    host: 'the host passes on the body',
    async run(app) {
      const body = JSON.stringify({ login: 'anna', password: 'x'.repeat(10_000_000) })
      // A client that waits for the end of these would wait forever, and so may a host with its own response.
      if (!app.host.bodiesAnsweredByHost) {
        const start = body.slice(0, 2_000_000)
        for (const request of [{ body: '{' }, { body: start, chunked: true }])
          await expectRefusal(app, { ...request, announced: body.length, headers: jsonType }, [
            'payload-too-large',
          ])
      }
      // Below the limit in bytes, and still far too long for a field.
      const long = await app.post('/users/login', { login: 'x'.repeat(50_000), password })
      assert.deepEqual(long.invalid(), ['login too-long'])
      const empty = await app.post('/users/login', {})
      assert.deepEqual(empty.invalid(), ['login required', 'password required'])
      const twice = await app.post('/users/login', { login: 'anna', email: 'a@example.com' })
      assert.deepEqual(twice.invalid(), ['login ambiguous', 'password required'])
    },
  },
  {
    id: 'body/repeated-headers',
    title: 'Repeated headers are read safely',
    host: 'hosts join repeated headers',
    async run(app) {
      const { browser } = await registerInBrowser(app)
      const cookie = browser.jar.header()
      const edit = (headers: readonly (readonly [string, string])[]) =>
        app.request('/users/me', {
          method: 'PATCH',
          json: { name: 'x' },
          headers: [['cookie', cookie], ...headers],
        })
      const [good, evil] = [
        ['origin', 'https://app.example'],
        ['origin', 'https://evil.example'],
      ] as const
      ;(await edit([evil, evil])).problem('origin-not-allowed')
      ;(
        await edit([
          ['sec-fetch-site', 'same-origin'],
          ['sec-fetch-site', 'cross-site'],
        ])
      ).problem('origin-not-allowed')
      const mixed = await edit([good, evil])
      assert.ok(mixed.status === 403 || mixed.status === 200)
      const twice = [
        ['authorization', 'Bearer x'],
        ['authorization', 'Bearer y'],
      ] as const
      ;(await app.request('/users/me', { headers: [['cookie', cookie], ...twice] })).problem(
        'access-token-invalid',
      )
    },
  },
]
