import { once } from 'node:events'
import { createServer, get, type RequestListener } from 'node:http'
import { connect as connectHttp2, createServer as createHttp2Server } from 'node:http2'
import { type AddressInfo, connect, type Server } from 'node:net'
import { createLog } from '@kith/core/adapter'
import { expect, onTestFinished, test, vi } from 'vitest'
import { shutDownOnSignals, type ShutdownOptions } from './shut-down.ts'

async function listen(server: Server, options: Partial<ShutdownOptions> = {}) {
  const order: string[] = []
  const shutDown = shutDownOnSignals(server, {
    kith: {
      drain: () => void order.push('drain'),
      close: async () => void order.push('kith'),
      config: { log: createLog(console) },
    },
    close: async () => void order.push(server.listening ? 'listening' : 'host'),
    signals: [],
    graceSeconds: 60,
    ...options,
  })
  server.listen(0)
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return { shutDown, order, port: (server.address() as AddressInfo).port }
}

/** A server that responds when the test allows it. */
function slowServer() {
  let answer = (): void => {}
  const listener: RequestListener = (_request, response) => {
    answer = () => response.end('done')
  }
  return { listener, answer: () => answer() }
}

test('runs in order, and once: not ready, the server, the host, Kith', async () => {
  const { shutDown, order } = await listen(createServer())
  await Promise.all([shutDown(), shutDown()])
  expect(order).toEqual(['drain', 'host', 'kith'])
})

test("if the host's part fails, Kith still closes, and the error is reported", async () => {
  const { shutDown, order } = await listen(createServer(), {
    close: () => Promise.reject(new Error('the other database')),
  })
  await expect(shutDown()).rejects.toThrow('the other database')
  expect(order).toEqual(['drain', 'kith'])
})

test("if the host's part never ends, Kith closes after the rest of the grace period plus 3 s", async () => {
  const { shutDown, order } = await listen(createServer(), {
    close: () => new Promise(() => {}),
    graceSeconds: 10,
  })
  vi.useFakeTimers({
    toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'],
  })
  onTestFinished(() => void vi.useRealTimers())
  const start = performance.now()
  let ended: [error: unknown, millis: number] | null = null
  shutDown().catch((error: unknown) => (ended = [error, performance.now() - start]))
  while (!ended) {
    await vi.advanceTimersByTimeAsync(100)
    await new Promise((turn) => void setImmediate(turn))
  }
  const [error, millis] = ended as [unknown, number]
  expect(String(error)).toMatch(/`close` of the app did not end/)
  expect(millis).toBeGreaterThanOrEqual(13_000)
  expect(millis).toBeLessThan(14_000)
  expect(order).toEqual(['drain', 'kith'])
})

test('a server that still accepts requests closes the connection with each response', async () => {
  const { shutDown, port } = await listen(
    createServer((_request, response) => response.end('here')),
    { drainSeconds: 0.5 },
  )
  const stopped = shutDown()
  const [answer] = await once(get({ port }), 'response')
  answer.resume()
  expect(answer.headers.connection).toBe('close')
  await stopped
  const refused = await once(connect(port), 'error')
  expect(refused).toMatchObject([{ code: 'ECONNREFUSED' }])
})

test('over HTTP/2 a running stream is finished and its session ends', async () => {
  const { listener, answer } = slowServer()
  const server = createHttp2Server(listener as never)
  const { shutDown, port } = await listen(server)
  const session = connectHttp2(`http://localhost:${port}`)
  const stream = session.request({ ':path': '/' })
  stream.resume()
  await once(server, 'request')
  let stopped = false
  const stopping = shutDown().then(() => (stopped = true))
  await once(session, 'goaway')
  expect(stopped).toBe(false)
  answer()
  await Promise.all([once(stream, 'end'), once(session, 'close'), stopping])
})

test('the host itself closes its WebSockets, within the grace period', async () => {
  const server = createServer()
  server.on('upgrade', (_request, socket) => {
    socket.write('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: chat\r\n\r\n')
  })
  const { shutDown, port, order } = await listen(server, { graceSeconds: 0.6 })
  const client = connect(port)
  client.write('GET / HTTP/1.1\r\nhost: a\r\nconnection: upgrade\r\nupgrade: chat\r\n\r\n')
  await once(client, 'data')
  const stopping = shutDown()
  const early = await Promise.race([
    once(client, 'close').then(() => 'closed'),
    new Promise((done) => void setTimeout(done, 300, 'open')),
  ])
  expect(early).toBe('open')
  await stopping
  expect(order).toEqual(['drain', 'host', 'kith'])
})
