import { PassThrough } from 'node:stream'
import { cheapPasswords } from '@kith/conformance'
import { createKith, type LogFields } from '@kith/core'
import { createMemoryStorage } from '@kith/core/memory'
import { fastify, type FastifyServerOptions } from 'fastify'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { kithFastify, type KithFastifyOptions, requestIdOf, type RequestRecord } from '../src/index.ts'

interface Setup {
  server?: FastifyServerOptions
  /** A separate logger for Kith. */
  own?: boolean
  options?: Partial<KithFastifyOptions>
}

async function makeApp({ server = {}, own = false, options }: Setup = {}) {
  const stream = new PassThrough()
  const chunks: string[] = []
  stream.on('data', (chunk) => void chunks.push(String(chunk)))
  const ownLines: LogFields[] = []
  const write = (_message: string, fields: LogFields) => void ownLines.push(fields)
  const storage = createMemoryStorage()
  const gone = () => Promise.reject(new Error('the disk is gone'))
  const kith = createKith({
    secret: 'a secret of the tests, of 32 characters or more',
    storage: { ...storage, users: { ...storage.users, byLogin: gone } },
    passwords: cheapPasswords,
    ...(own && { logger: { warn: write, error: write } }),
  })
  const app = fastify({ logger: { level: 'info', stream }, ...server })
  onTestFinished(() => app.close())
  await app.register(kithFastify, { kith, ...options })
  const lines = () =>
    chunks
      .join('')
      .split('\n')
      .flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Record<string, unknown>]))
      .filter((line) => 'event' in line)
  return { app, kith, lines, ownLines }
}

describe('the logger of a request', () => {
  test('gets the lines about it, with what Fastify knows about it', async () => {
    const { app, lines } = await makeApp()
    const answer = await app.inject('/api/v1/users/anna')
    expect([answer.statusCode, answer.headers['x-request-id']]).toEqual([500, 'req-1'])
    await app.inject({ url: '/api/v1/users/me', headers: { 'x-request-id': 'of-a-proxy' } })
    expect(lines()).toMatchObject([
      {
        level: 50,
        reqId: 'req-1',
        requestId: 'req-1',
        event: 'request.failed',
        route: '/api/v1/users/:username',
        error: { message: 'the disk is gone' },
      },
      { level: 30, reqId: 'req-2', requestId: 'of-a-proxy', event: 'request.ended', code: 'unauthenticated' },
    ])
  })

  test('leaves them to the logger that was passed to Kith', async () => {
    const { app, lines, ownLines } = await makeApp({ own: true })
    await app.inject('/api/v1/users/anna')
    expect(lines()).toEqual([])
    expect(ownLines).toMatchObject([{ event: 'request.failed', requestId: 'req-1' }])
  })

  test("is not Fastify's silent default logger", async () => {
    const error = vi.spyOn(console, 'error').mockReturnValue()
    onTestFinished(() => error.mockRestore())
    const { app } = await makeApp({ server: { logger: false } })
    await app.inject('/api/v1/users/anna')
    expect(error).toHaveBeenCalledExactlyOnceWith(expect.stringContaining('the disk is gone'))
  })
})

test('ids that Fastify accepted from a client without validation are validated', async () => {
  const { app } = await makeApp({ server: { requestIdHeader: 'x-correlation-id' } })
  const ask = async (id: string) =>
    (await app.inject({ url: '/api/v1/users/me', headers: { 'x-correlation-id': id } })).headers[
      'x-request-id'
    ]
  expect(await ask('abc')).toBe('abc')
  expect(await ask('x'.repeat(10_000))).toMatch(/^[0-9a-f-]{36}$/)
})

test('routes of the host have the id, and are named by their templates', async () => {
  const records: RequestRecord[] = []
  const { app } = await makeApp({ options: { onRequest: (record) => void records.push(record) } })
  app.get('/reset/:token', { preHandler: app.requireViewer }, () => 'in')
  app.get('/open/:token', { preHandler: app.readViewer }, (request) => requestIdOf(request))
  const refused = await app.inject({ url: '/reset/canary', headers: { 'x-request-id': 'abc' } })
  expect(refused.json()).toMatchObject({ code: 'unauthenticated', requestId: 'abc' })
  expect((await app.inject({ url: '/open/canary', headers: { 'x-request-id': 'abc' } })).body).toBe('abc')
  expect((await app.inject('/open/canary')).body).toMatch(/^req-/)
  expect(records).toMatchObject([{ id: 'abc', of: 'host', route: '/reset/:token', status: 401 }])
})

test('requests on a path of Kith that Fastify refuses are recorded as well', async () => {
  const records: RequestRecord[] = []
  const { app } = await makeApp({ options: { onRequest: (record) => void records.push(record) } })
  const answer = await app.inject({
    method: 'POST',
    url: '/api/v1/users/login',
    headers: { 'content-type': 'no type at all', 'x-request-id': 'abc' },
    payload: 'x',
  })
  expect([answer.statusCode, answer.headers['x-request-id']]).toEqual([415, 'abc'])
  expect(records).toMatchObject([{ id: 'abc', of: 'kith', route: '/api/v1/users/login', status: 415 }])
})
