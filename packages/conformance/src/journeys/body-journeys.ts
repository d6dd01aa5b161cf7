import assert from 'node:assert/strict'
import { password, registerInBrowser } from './clients.ts'
import type { Journey } from './journey.ts'
import type { JourneyApp, JourneyRequest } from './journey-app.ts'

const jsonType = { 'content-type': 'application/json' }

/** Sends a body that cannot be read. Where a parser of the host is in front, the host says so in its own words. */
async function expectRefusal(
  app: JourneyApp,
  request: JourneyRequest,
  codes: readonly string[],
): Promise<void> {
  const post = { method: 'POST', ...request }
  if (app.conditions.bodiesAnsweredByHost !== null) {
    const { status } = await app.raw(`${app.conditions.basePath}/users/login`, post)
    assert.ok(status >= 400 && status < 500, String(status))
    return
  }
  const answer = await app.request('/users/login', post)
  const { code } = answer.json() as { code: string }
  assert.ok(codes.includes(code), answer.text)
}

/** Bodies that cannot be read: a clear answer, quickly, and never a fault. */
export const bodyJourneys: readonly Journey[] = [
  {
    name: 'bodies: what is not JSON in UTF-8 is refused',
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
    name: 'bodies: deep nesting is refused before it is looked at',
    async run(app) {
      const deep = (depth: number) => `{"login":${'['.repeat(depth)}${']'.repeat(depth)}}`
      for (const depth of [20, 1000, 30_000])
        await expectRefusal(app, { body: deep(depth), headers: jsonType }, ['malformed-request'])
      const objects = `${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}`
      await expectRefusal(app, { body: objects, headers: jsonType }, ['malformed-request'])
    },
  },
  {
    name: 'bodies: another content type is refused, JSON with a charset is not',
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
      if (app.conditions.bodiesAnsweredByHost !== null) return
      ;(await login('application/json; charset=utf-16')).problem('unsupported-media-type')
      const headers = { ...jsonType, 'content-encoding': 'gzip' }
      ;(await app.request('/users/login', { method: 'POST', body, headers })).problem(
        'unsupported-media-type',
      )
    },
  },
  {
    name: 'bodies: too large a body is refused at once, by its length or while it comes',
    async run(app) {
      const body = JSON.stringify({ login: 'anna', password: 'x'.repeat(10_000_000) })
      for (const request of [{ body }, { body, chunked: true }])
        await expectRefusal(app, { ...request, headers: jsonType }, ['payload-too-large'])
      // Whoever waits for the end of these waits for ever, as a host may that answers in its own words.
      if (app.conditions.bodiesAnsweredByHost === null) {
        const start = body.slice(0, 2_000_000)
        for (const request of [{ body: '{' }, { body: start, chunked: true }])
          await expectRefusal(app, { ...request, announced: body.length, headers: jsonType }, [
            'payload-too-large',
          ])
      }
      // Under the limit in bytes, and still far too long for a field.
      const long = await app.request('/users/login', {
        method: 'POST',
        json: { login: 'x'.repeat(50_000), password },
      })
      assert.equal(long.problem('invalid-input').errors?.[0]?.code, 'too-long')
    },
  },
  {
    name: 'bodies: a body in chunks is read like any other',
    async run(app) {
      await registerInBrowser(app)
      const body = JSON.stringify({ login: 'anna', password, transport: 'bearer' })
      ;(
        await app.request('/users/login', { method: 'POST', body, chunked: true, headers: jsonType })
      ).signIn()
    },
  },
  {
    name: 'bodies: a client that goes away in the middle harms nobody',
    async run(app) {
      const { browser } = await registerInBrowser(app)
      const body = `{"login":"anna","password":"${'x'.repeat(100)}`
      const aborted = { method: 'POST', body, abort: true, headers: jsonType }
      await Promise.all(Array.from({ length: 10 }, () => app.request('/users/login', aborted)))
      ;(await browser.request('/users/me')).user()
      assert.deepEqual(app.log, [])
    },
  },
  {
    name: 'bodies: headers that come twice are read safely',
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
