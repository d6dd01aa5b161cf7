import assert from 'node:assert/strict'
import { KithError } from '@kith/core'
import { registerBearer, registerInBrowser } from './clients.ts'
import type { Journey } from './journey.ts'
import { upload } from './uploads.ts'

/** Methods, unknown paths, and the self-description of the API. */
export const protocolJourneys: readonly Journey[] = [
  {
    id: 'protocol/openapi',
    title: 'The description is OpenAPI 3.1 and covers the routes',
    async run(app) {
      const answer = await app.request('/openapi.json')
      assert.match(answer.headers.get('cache-control') ?? '', /^public/)
      const { openapi, paths } = answer.json() as { openapi: string; paths: Record<string, object> }
      assert.match(openapi, /^3\.1\./)
      assert.deepEqual(Object.keys(paths['/users/me'] ?? {}), ['get', 'patch', 'delete'])
    },
  },
  {
    id: 'protocol/no-keys',
    title: 'Public keys are published only if there are any',
    async run(app) {
      assert.equal((await app.raw(`${app.host.prefix}/.well-known/jwks.json`)).status, 404)
    },
  },
  {
    id: 'protocol/internal-error',
    title: 'An internal error is reported without its cause, and is logged',
    host: 'the host has its own error handler',
    async run(app) {
      const client = await registerBearer(app)
      app.breakStorage(new Error('the disk at 10.0.0.7 is gone'))
      const answer = await app.raw(`${app.host.prefix}/users/me`, {
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
    id: 'protocol/operator-hint',
    title: 'Advice for the operator is written only to the log',
    async run(app) {
      const client = await registerBearer(app)
      const hint = 'The schema is not there yet: run kith.storage.migrate() first.'
      app.breakStorage(new KithError('storage-failed', { detail: hint, cause: new Error('no such table') }))
      const answer = await app.raw(`${app.host.prefix}/users/me`, {
        headers: { authorization: `Bearer ${client.tokens.accessToken}` },
      })
      app.breakStorage(null)
      assert.deepEqual([answer.status, answer.problem('storage-failed').detail], [500, 'The storage failed.'])
      assert.equal(app.log.length, 1)
      assert.match(app.log[0] ?? '', /storage-failed[^]*The schema is not there yet[^]*no such table/)
    },
  },
  {
    id: 'protocol/broken-off',
    title: 'A response that fails while it is sent is cut off, and logged once',
    host: 'the host writes the response',
    async run(app) {
      const client = await registerBearer(app)
      const path = `${app.host.prefix}/users/me/export`
      const headers = { authorization: `Bearer ${client.tokens.accessToken}` }
      // Longer than the send buffer: the first part is sent before the edges are read.
      const caption = '👨‍👩‍👧‍👦'.repeat(1_700)
      const { id } = await upload(client)
      await client.post('/posts', { caption, media: [id] })
      assert.equal((await app.raw(path, { headers })).status, 200)
      assert.deepEqual(app.log, [])
      app.breakEdgeLists(new Error('the disk at 10.0.0.7 is gone'))
      // The status may have been sent: it is only certain that no client takes this response for complete.
      const whole = await app.raw(path, { headers }).then(
        ({ status }) => status === 200,
        () => false,
      )
      app.breakEdgeLists(null)
      assert.equal(whole, false)
      assert.equal(app.log.length, 1)
      assert.match(app.log[0] ?? '', /GET .*\/users\/me\/export: the response was cut off[^]*the disk/)
    },
  },
]
