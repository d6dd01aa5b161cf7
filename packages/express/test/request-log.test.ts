import { once } from 'node:events'
import { createConnection, type AddressInfo } from 'node:net'
import { cheapPasswords } from '@kith/conformance'
import { createKith, KithError, type LogFields } from '@kith/core'
import { createMemoryStorage } from '@kith/core/memory'
import express, { type NextFunction, type Request, type Response } from 'express'
import { expect, onTestFinished, test } from 'vitest'
import { kithExpress, requestIdOf, type RequestRecord } from '../src/index.ts'

async function serve(prepare: (app: express.Express, kith: ReturnType<typeof kithExpress>) => void) {
  const lines: LogFields[] = []
  const write = (_message: string, fields: LogFields) => void lines.push(fields)
  const kith = createKith({
    secret: 'a secret of the tests, of 32 characters or more',
    storage: createMemoryStorage(),
    passwords: cheapPasswords,
    logger: { warn: write, error: write },
  })
  const records: RequestRecord[] = []
  const mounted = kithExpress(kith, { onRequest: (record) => void records.push(record) })
  const app = express()
  prepare(app, mounted)
  const server = app.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  const ask = (path: string, headers: Record<string, string> = {}) =>
    fetch(`http://127.0.0.1:${port}${path}`, { headers })
  return { ask, port, records, lines }
}

test('an id from another middleware is used, unless the client sent a valid one', async () => {
  let count = 0
  const { ask, records } = await serve((app, { routes }) => {
    app.use((request: Request, _response: Response, next: NextFunction) => {
      // pino-http uses numbers.
      Object.assign(request, { id: ++count })
      next()
    })
    app.use(routes)
  })
  expect((await ask('/api/v1/users/me')).headers.get('x-request-id')).toBe('1')
  expect((await ask('/api/v1/users/me', { 'x-request-id': 'abc' })).headers.get('x-request-id')).toBe('abc')
  expect(records.map(({ id }) => id)).toEqual(['1', 'abc'])
})

test('routes of the app have the id, and guards and problems name their templates', async () => {
  const { ask, records, lines } = await serve((app, { requireViewer, readViewer, problems }) => {
    app.get('/reset/:token', requireViewer, (_request, response) => void response.send('in'))
    app.get('/open/:token', readViewer, (request, response) => void response.send(requestIdOf(request)))
    app.get('/fails/:token', () => {
      throw new KithError('storage-failed', { detail: 'The storage was closed.' })
    })
    app.use(problems)
  })
  const made = await ask('/open/canary')
  expect(await made.text()).toMatch(/^[0-9a-f-]{36}$/)
  expect(made.headers.get('x-request-id')).toBeNull()
  const headers = { 'x-request-id': 'abc' }
  expect(await (await ask('/open/canary', headers)).text()).toBe('abc')
  expect(await (await ask('/reset/canary', headers)).json()).toMatchObject({ requestId: 'abc' })
  expect(await (await ask('/fails/canary', headers)).json()).toMatchObject({ requestId: 'abc' })
  expect(records).toMatchObject([
    { id: 'abc', of: 'host', route: '/reset/:token', code: 'unauthenticated' },
    {
      id: 'abc',
      of: 'host',
      route: '/fails/:token',
      code: 'storage-failed',
      detail: 'The storage was closed.',
    },
  ])
  expect(lines).toMatchObject([
    { event: 'request.failed', requestId: 'abc', detail: 'The storage was closed.' },
  ])
  expect(JSON.stringify([records, lines])).not.toContain('canary')
})

test('a client that disconnects during its body is reported as such', async () => {
  const arrived = Promise.withResolvers<void>()
  const { port, records } = await serve((app, { routes }) => {
    app.use((request: Request, response: Response, next: NextFunction) => {
      void routes(request, response, next)
      arrived.resolve()
    })
  })
  const socket = createConnection(port, '127.0.0.1')
  socket.write(
    'POST /api/v1/users/login HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{',
  )
  await arrived.promise
  socket.destroy()
  await expect
    .poll(() => records)
    .toMatchObject([{ route: '/api/v1/users/login', code: 'malformed-request', clientLeft: true }])
})
