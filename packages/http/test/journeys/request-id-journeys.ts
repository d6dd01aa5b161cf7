import assert from 'node:assert/strict'
import { registerBearer } from './clients.ts'
import type { Journey } from './journey.ts'

/** Invalid request ids: too long, or with characters that could end a line or a header. */
const invalid = ['x'.repeat(65), 'two words', 'a,b', 'a"b', '<script>', '%0d%0a']

/** The request id, which connects the client, the response and the log. */
export const requestIdJourneys: readonly Journey[] = [
  {
    id: 'request-id/kept',
    title: 'A valid one is kept in every kind of response and in the body of a problem',
    host: 'each framework has its own guards',
    async run(app) {
      const client = await registerBearer(app)
      const headers = { 'x-request-id': '4bf92f35-77b3:4da6/a3ce+929d=0e0e4736' }
      const id = headers['x-request-id']
      const answers = [
        await client.request('/users/me', { headers }),
        await client.request('/users/me', { headers, method: 'HEAD' }),
        await app.request('/users/me', { headers, method: 'OPTIONS' }),
        await app.request('/openapi.json', { headers }),
        await client.request('/users/me/export', { headers }),
      ]
      for (const answer of answers) assert.equal(answer.headers.get('x-request-id'), id)
      const problems = [
        (await app.request('/users/me', { headers })).problem('unauthenticated'),
        (await app.request('/users/me', { headers, method: 'PUT' })).problem('method-not-allowed'),
        (await app.request('/users/login', { headers, method: 'POST', json: {} })).problem('invalid-input'),
        (await app.raw('/host/private', { headers })).problem('unauthenticated'),
      ]
      for (const problem of problems) assert.equal(problem.requestId, id)
    },
  },
  {
    id: 'request-id/made',
    title: 'Without one, or with an invalid one, each request gets its own',
    async run(app) {
      const seen = new Set<string | null>()
      for (const sent of [null, null, ...invalid]) {
        const headers: Record<string, string> = sent === null ? {} : { 'x-request-id': sent }
        const { requestId } = (await app.request('/users/me', { headers })).problem('unauthenticated')
        assert.notEqual(requestId, sent)
        seen.add(requestId)
        const guarded = await app.raw('/host/private', { headers })
        const own = guarded.problem('unauthenticated').requestId
        assert.equal(guarded.headers.get('x-request-id'), own)
        seen.add(own)
      }
      assert.equal(seen.size, 2 * (2 + invalid.length))
    },
  },
  {
    id: 'request-id/logged',
    title: 'The log contains them, on the routes of Kith and behind the guards',
    host: 'each framework has its own guards',
    async run(app) {
      // Each with a token that was not seen before, so that its session is looked up.
      const [anna, berta] = [await registerBearer(app), await registerBearer(app, 'berta')]
      app.breakStorage(new Error('the disk is gone'))
      const asked = [
        [`${app.host.prefix}/users/me`, anna, 'an-id-of-kith'],
        ['/host/private', berta, 'an-id-of-the-host'],
      ] as const
      for (const [path, { tokens }, id] of asked) {
        const headers = { authorization: `Bearer ${tokens.accessToken}`, 'x-request-id': id }
        assert.equal((await app.raw(path, { headers })).problem('internal-error').requestId, id)
        assert.match(app.log.at(-1) ?? '', new RegExp(`requestId: '${id}'`))
        assert.match(app.log.at(-1) ?? '', /the disk is gone/)
      }
      app.breakStorage(null)
    },
  },
]
