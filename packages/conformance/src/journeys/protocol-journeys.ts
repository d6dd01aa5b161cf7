import assert from 'node:assert/strict'
import { KithError } from '@kith/core'
import { registerBearer, registerInBrowser } from './clients.ts'
import type { Journey } from './journey.ts'
import { upload } from './uploads.ts'

/** Methods, unknown paths, and what the API says of itself. */
export const protocolJourneys: readonly Journey[] = [
  {
    name: 'protocol: HEAD answers like GET, without a body',
    async run(app) {
      const client = await registerBearer(app)
      const get = await client.request('/users/me')
      const head = await client.request('/users/me', { method: 'HEAD' })
      assert.deepEqual([head.status, head.text], [200, ''])
      assert.equal(head.headers.get('content-type'), get.headers.get('content-type'))
      assert.equal(head.headers.get('cache-control'), 'no-store')
      assert.equal((await app.request('/users/me', { method: 'HEAD' })).status, 401)
    },
  },
  {
    name: 'protocol: OPTIONS tells the methods, and a wrong method is told them too',
    async run(app) {
      const options = await app.request('/users/me/password', { method: 'OPTIONS' })
      assert.deepEqual([options.status, options.headers.get('allow')], [204, 'POST, OPTIONS'])
      for (const method of ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE']) {
        const answer = await app.raw(`${app.conditions.basePath}/users/login`, { method })
        assert.deepEqual([answer.status, answer.headers.get('allow')], [405, 'POST, OPTIONS'], method)
        if (method !== 'HEAD') answer.problem('method-not-allowed')
      }
      const put = await app.request('/users/me/sessions/x', { method: 'PUT', json: {} })
      put.problem('method-not-allowed')
      assert.equal(put.headers.get('allow'), 'DELETE, OPTIONS')
    },
  },
  {
    name: 'protocol: what is not a path of Kith is left to the host, also under the same prefix',
    async run(app) {
      const { basePath } = app.conditions
      const own = await app.raw(`${basePath}/host`)
      assert.deepEqual([own.status, own.json()], [200, { host: true }])
      for (const path of ['/nothing', '/users', '/Users/me', '/users/me/sessions/a/b', ''])
        assert.equal((await app.raw(basePath + path)).status, 404, path)
    },
  },
  {
    name: 'protocol: the parsers of the host stay as they are',
    async run(app) {
      const json = { deep: { list: [1, 'two', null] } }
      const answer = await app.raw('/host/echo', { method: 'POST', json })
      assert.deepEqual([answer.status, answer.json()], [200, json])
      await registerInBrowser(app)
      assert.deepEqual((await app.raw('/host/echo', { method: 'POST', json })).json(), json)
    },
  },
  {
    name: 'protocol: the description is OpenAPI 3.1 and covers what the routes answer',
    async run(app) {
      const answer = await app.request('/openapi.json')
      assert.match(answer.headers.get('cache-control') ?? '', /^public/)
      const { openapi, paths } = answer.json() as { openapi: string; paths: Record<string, object> }
      assert.match(openapi, /^3\.1\./)
      assert.deepEqual(Object.keys(paths['/users/me'] ?? {}), ['get', 'patch', 'delete'])
    },
  },
  {
    name: 'protocol: public keys are published only where there are some',
    async run(app) {
      assert.equal((await app.raw(`${app.conditions.basePath}/.well-known/jwks.json`)).status, 404)
    },
  },
  {
    name: 'protocol: a fault inside is told as such, without its cause, and is logged',
    async run(app) {
      const client = await registerBearer(app)
      app.breakStorage(new Error('the disk at 10.0.0.7 is gone'))
      const answer = await app.raw(`${app.conditions.basePath}/users/me`, {
        headers: { authorization: `Bearer ${client.tokens.accessToken}` },
      })
      app.breakStorage(null)
      assert.equal(answer.status, 500)
      answer.problem('internal-error')
      assert.doesNotMatch(answer.text, /disk|10\.0/)
      assert.equal(app.log.length, 1)
      assert.match(app.log[0] ?? '', /GET .*\/users\/me: internal-error[^]*the disk/)
      ;(await client.request('/users/me')).user()
    },
  },
  {
    name: 'protocol: what whoever runs the server should do is said in the log alone',
    async run(app) {
      const client = await registerBearer(app)
      const hint = 'The schema is not there yet: run kith.storage.migrate() first.'
      app.breakStorage(new KithError('storage-failed', { detail: hint, cause: new Error('no such table') }))
      const answer = await app.raw(`${app.conditions.basePath}/users/me`, {
        headers: { authorization: `Bearer ${client.tokens.accessToken}` },
      })
      app.breakStorage(null)
      assert.deepEqual(
        [answer.status, answer.problem('storage-failed').detail],
        [500, 'The storage cannot be used.'],
      )
      assert.equal(app.log.length, 1)
      assert.match(app.log[0] ?? '', /storage-failed[^]*The schema is not there yet[^]*no such table/)
    },
  },
  {
    name: 'protocol: an answer that breaks off while it is sent is cut, and logged once',
    async run(app) {
      const client = await registerBearer(app)
      const path = `${app.conditions.basePath}/users/me/export`
      const headers = { authorization: `Bearer ${client.tokens.accessToken}` }
      // Longer than what is held back until there is enough to send: the first part is out before the edges are read.
      const caption = '👨‍👩‍👧‍👦'.repeat(1_700)
      const { id } = await upload(client)
      await client.request('/posts', { method: 'POST', json: { caption, media: [id] } })
      assert.equal((await app.raw(path, { headers })).status, 200)
      assert.deepEqual(app.log, [])
      app.breakEdgeLists(new Error('the disk at 10.0.0.7 is gone'))
      // The status may be out: what is certain is that no client takes what it has for the whole.
      const whole = await app.raw(path, { headers }).then(
        ({ status }) => status === 200,
        () => false,
      )
      app.breakEdgeLists(null)
      assert.equal(whole, false)
      assert.equal(app.log.length, 1)
      assert.match(app.log[0] ?? '', /GET .*\/users\/me\/export: the answer broke off[^]*the disk/)
    },
  },
]
