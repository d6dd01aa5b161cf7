import assert from 'node:assert/strict'
import type { Answer } from './answer.ts'
import { password, registerBearer, registerInBrowser } from './clients.ts'
import type { Journey } from './journey.ts'
import type { JourneyApp } from './journey-app.ts'

function register(app: JourneyApp, json: unknown): Promise<Answer> {
  return app.post('/users/register', json)
}

/** Invalid input: every mistake is reported, and no value is repeated. */
export const inputJourneys: readonly Journey[] = [
  {
    id: 'input/all-errors',
    title: 'Every invalid field is reported in one response, and no submitted value comes back',
    async run(app) {
      const json = {
        username: 'x',
        email: 'nowhere-at-all',
        password: 'short',
        bio: 7,
        admin: true,
        transport: 'smoke',
      }
      const answer = await register(app, json)
      const named = answer.invalid().map((each) => each.split(' ')[0])
      assert.deepEqual(named, ['admin', 'bio', 'email', 'password', 'transport', 'username'])
      assert.doesNotMatch(answer.text, /nowhere-at-all|"short"|smoke/)
    },
  },
  {
    id: 'input/empty',
    title: 'An empty body is reported field by field',
    host: 'hosts differ in how they parse an empty body',
    async run(app) {
      const required = ['password required', 'username required']
      assert.deepEqual((await register(app, {})).invalid(), required)
      assert.deepEqual((await app.post('/users/register')).invalid(), required)
    },
  },
  {
    id: 'input/unknown-fields',
    title: 'Unknown fields are refused, including dangerous names',
    host: 'a parser of the host can change or drop them',
    async run(app) {
      const base = `"username":"anna","password":"${password}"`
      for (const field of ['id', 'emailVerified', '__proto__', 'constructor', 'prototype', 'toString']) {
        const body = `{${base},"${field}":{"isAdmin":true}}`
        const headers = { 'content-type': 'application/json' }
        const answer = await app.request('/users/register', { method: 'POST', body, headers })
        assert.deepEqual(answer.invalid(), [`${field} unknown-field`])
      }
      assert.equal(({} as { isAdmin?: boolean }).isAdmin, undefined)
      const { browser } = await registerInBrowser(app)
      const edit = await browser.patch('/users/me', { id: 'x', createdAt: 'x', emailVerified: true })
      assert.deepEqual(edit.invalid(), [
        'createdAt unknown-field',
        'emailVerified unknown-field',
        'id unknown-field',
      ])
    },
  },
  {
    id: 'input/wrong-types',
    title: 'Values of the wrong type, NUL and lone surrogates are reported as such',
    async run(app) {
      for (const value of [1, true, null, [], {}, ['anna'], { $ne: null }]) {
        const answer = await app.post('/users/login', { login: value, password: value })
        const wrong = answer.invalid().filter((each) => each.endsWith('wrong-type'))
        assert.deepEqual(wrong, ['login wrong-type', 'password wrong-type'])
      }
      for (const text of ['a\0b', '\ud800', '\udfff tail']) {
        const answer = await register(app, { username: 'anna', password: `${password}${text}`, name: text })
        assert.deepEqual(answer.invalid(), ['name forbidden-character', 'password forbidden-character'])
        assert.equal((await app.post('/users/login', { login: text, password })).status, 422)
      }
    },
  },
  {
    id: 'input/hidden-characters',
    title: 'Names and bios contain no hidden or reordering characters, and a name is visible',
    async run(app) {
      const { browser } = await registerInBrowser(app)
      const edit = (json: object) => browser.patch('/users/me', json)
      for (const hidden of [
        '\u202e',
        '\u2066',
        '\u200b',
        '\u3164',
        '\u{E0041}',
        '\u2028',
        '\u2800',
        '\ufe0f',
        '\u034f',
      ]) {
        const text = `a${hidden}b`
        assert.deepEqual((await edit({ name: text, bio: text })).invalid(), [
          'bio forbidden-character',
          'name forbidden-character',
        ])
      }
      assert.deepEqual((await edit({ name: '\u0301' })).invalid(), ['name blank'])
      for (const name of [
        '👩🏽\u200d🚀',
        'می\u200cخواهم',
        'क्\u200dष',
        '🏴\u{E0067}\u{E0062}\u{E0073}\u{E0063}\u{E0074}\u{E007F}',
      ])
        assert.equal((await edit({ name })).user().name, name)
    },
  },
  {
    id: 'input/combining-marks',
    title: 'More than 30 consecutive combining marks are refused in every field, before they cost anything',
    async run(app) {
      const pile = `a${'\u0301\u0323'.repeat(16)}`
      const fields = {
        username: pile,
        email: `${pile}@example.com`,
        phone: pile,
        password: `${password}${pile}`,
        name: pile,
      }
      assert.deepEqual(
        (await register(app, fields)).invalid(),
        Object.keys(fields)
          .sort()
          .map((name) => `${name} too-many-marks`),
      )
      const login = await app.post('/users/login', { login: pile, password })
      assert.deepEqual(login.invalid(), ['login too-many-marks'])
      assert.equal(
        (await app.request(`/users/${encodeURIComponent(pile)}`)).problem('account-not-found').status,
        404,
      )
    },
  },
  {
    id: 'input/not-an-object',
    title: 'A body that is not an object is refused',
    host: 'a body parser of the host may run first',
    async run(app) {
      for (const json of [[], [[]], [{ username: 'anna' }]])
        assert.deepEqual((await register(app, json)).invalid(), [' wrong-type'])
      if (app.host.bodiesAnsweredByHost) return
      for (const json of [null, 1, 'text', true])
        assert.deepEqual((await register(app, json)).invalid(), [' wrong-type'])
    },
  },
  {
    id: 'input/query',
    title: 'A query is validated like a body',
    host: 'the host passes on the query',
    async run(app) {
      const { browser } = await registerInBrowser(app)
      const list = (query: string) => browser.request(`/users/me/sessions?${query}`)
      assert.deepEqual((await list('limit=0')).invalid(), ['limit too-small'])
      for (const query of [
        'limit=x',
        'limit=1&limit=2',
        'limit=101',
        'limit=-1',
        'limit=1.5',
        'limit=',
        'other=1',
        'cursor=a&cursor=b',
        '__proto__=1',
      ])
        assert.equal((await list(query)).status, 422, query)
      for (const cursor of ['x', '%00', '%ff', 'c2Vzc2lvbnM6eA', '%F0%9F%98%80'])
        (await list(`cursor=${cursor}`)).problem('invalid-cursor')
      const end = await browser.delete('/users/me/sessions?all=yes')
      assert.equal(end.status, 422)
    },
  },
  {
    id: 'input/path-parameter',
    title: 'A path parameter may contain anything',
    host: 'the router of the host decodes paths',
    async run(app) {
      const client = await registerBearer(app)
      for (const id of ['x', '%F0%9F%98%80', "'%20or%201=1--", ':id', 'x'.repeat(3000)])
        (await client.delete(`/users/me/sessions/${id}`)).problem('session-not-found')
      for (const id of ['%', '%zz', '%ff', '%c0%ae', '%00', '..%2f..%2fme']) {
        const path = `/users/me/sessions/${id}`
        const headers = { authorization: `Bearer ${client.tokens.accessToken}` }
        const answer = await app.raw(app.host.prefix + path, { method: 'DELETE', headers })
        assert.ok(answer.status === 400 || answer.status === 404, `${id}: ${answer.status}`)
        if (!app.host.pathsAnsweredByHost) answer.problem('malformed-request')
      }
    },
  },
]
