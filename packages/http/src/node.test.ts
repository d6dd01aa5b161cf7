import { once } from 'node:events'
import { Agent, createServer, request, type RequestListener } from 'node:http'
import { type ClientHttp2Session, connect, createServer as createHttp2Server } from 'node:http2'
import { type AddressInfo, connect as connectSocket } from 'node:net'
import { Readable } from 'node:stream'
import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { HttpAnswer } from './http-answer.ts'
import { headOf, NodeRequest, sendAnswer } from './node.ts'

async function serve(listener: (...exchange: Parameters<RequestListener>) => unknown): Promise<string> {
  const server = createServer((...exchange) => void listener(...exchange)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function textOf(made: NodeRequest): Promise<string> {
  const chunks: Uint8Array[] = []
  for await (const chunk of made.body() ?? []) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

function answerOf(body: HttpAnswer['body'], headers: HttpAnswer['headers'] = {}, status = 200): HttpAnswer {
  return { status, headers, body }
}

/** A body that never ends. */
function endlessly(make: () => void, letGo: () => void): Readable {
  return new Readable({
    read() {
      make()
      this.push(Buffer.alloc(64 * 1024, 'x'))
    },
    destroy(error, done) {
      letGo()
      done(error)
    },
  })
}

test('a request has its method, headers and body', async () => {
  const seen = Promise.withResolvers<NodeRequest>()
  const url = await serve(async (...exchange) => {
    const made = new NodeRequest(...exchange)
    seen.resolve(made)
    exchange[1].end(await textOf(made))
  })
  const headers = { cookie: 'a=b', origin: 'https://a.example', 'sec-fetch-site': 'same-origin' }
  const response = await fetch(`${url}//x/%zz?y=1`, { method: 'PUT', body: 'hello', headers })
  expect(await response.text()).toBe('hello')
  const made = await seen.promise
  expect(made.method).toBe('PUT')
  for (const [name, value] of Object.entries(headers)) expect(made.headers.get(name)).toBe(value)
})

test('a streamed response causes no leak warning in Node, whatever else listens to its end', async () => {
  const warnings: string[] = []
  const listen = ({ name }: Error): void => void warnings.push(name)
  process.on('warning', listen)
  onTestFinished(() => void process.off('warning', listen))
  const url = await serve(async (_incoming, outgoing) => {
    for (let index = 0; index < 5; index++) outgoing.once('close', () => {})
    await sendAnswer(answerOf(Readable.from(['streamed'])), outgoing)
  })
  expect(await (await fetch(url)).text()).toBe('streamed')
  expect(warnings).toEqual([])
})

test('a body that was already read throws a clear error', async () => {
  const url = await serve((incoming, outgoing) => {
    incoming.resume().on('end', () => {
      try {
        new NodeRequest(incoming, outgoing).body()
      } catch (error) {
        outgoing.end(String(error))
      }
    })
  })
  const response = await fetch(url, { method: 'POST', body: 'x' })
  expect(await response.text()).toMatch(/^TypeError: The request body was read before it reached Kith/)
})

test('if the host has already responded, its response stays, and ours is released', async () => {
  const body = Readable.from([Buffer.from('ours')])
  const sent = Promise.withResolvers<unknown>()
  const url = await serve(async (_incoming, outgoing) => {
    outgoing.writeHead(503).write('host')
    for (const ours of [body, 'ours']) {
      await sendAnswer(answerOf(ours, { 'x-ours': '1' }), outgoing).catch(sent.reject)
    }
    sent.resolve(null)
    outgoing.end('s')
  })
  const response = await fetch(url)
  await sent.promise
  expect(response.status).toBe(503)
  expect(await response.text()).toBe('hosts')
  expect(body.destroyed).toBe(true)
})

test('the signal of a request is aborted when its client disconnects, and not after its response', async () => {
  const signals: AbortSignal[] = []
  const url = await serve(async (incoming, outgoing) => {
    const { signal } = new NodeRequest(incoming, outgoing)
    signals.push(signal)
    if (incoming.url === '/answered') await sendAnswer(answerOf('here'), outgoing)
  })
  const agent = new Agent({ keepAlive: true })
  const answered = request(`${url}/answered`, { agent }).end()
  const [response] = (await once(answered, 'response')) as [AsyncIterable<Buffer>]
  for await (const chunk of response) expect(String(chunk)).toBe('here')
  const left = request(`${url}/waiting`, { agent })
    .on('error', () => {})
    .end()
  await expect.poll(() => signals.length).toBe(2)
  expect(signals.map(({ aborted }) => aborted)).toEqual([false, false])
  left.destroy()
  await expect.poll(() => signals.map(({ aborted }) => aborted)).toEqual([false, true])
  agent.destroy()
})

test('a connection stays usable after a response that did not wait for the body', async () => {
  const url = await serve(async (incoming, outgoing) => {
    const made = new NodeRequest(incoming, outgoing)
    for await (const chunk of made.body() ?? []) if (chunk.length > 0) break
    await sendAnswer(answerOf('enough'), outgoing)
  })
  for (let round = 0; round < 3; round++) {
    const response = await fetch(url, { method: 'POST', body: 'x'.repeat(3_000_000) })
    expect(await response.text()).toBe('enough')
  }
})

test('a response keeps cookies separate, and headers that the host has set', async () => {
  const url = await serve((_incoming, outgoing) => {
    outgoing.setHeader('vary', 'Accept-Encoding')
    outgoing.setHeader('set-cookie', 'host=1')
    const headers = {
      vary: 'Origin',
      'x-a': '1',
      'set-cookie': ['a=1; Path=/', 'b=2; Expires=Thu, 01 Jan 2026 00:00:00 GMT'],
    }
    void sendAnswer(answerOf(null, headers, 204), outgoing)
  })
  const { headers } = await fetch(url)
  expect(headers.getSetCookie()).toEqual([
    'host=1',
    'a=1; Path=/',
    'b=2; Expires=Thu, 01 Jan 2026 00:00:00 GMT',
  ])
  expect(headers.get('vary')).toBe('Accept-Encoding, Origin')
})

test('a response is produced no faster than the client reads, and ends with the client', async () => {
  let [made, cancelled] = [0, false]
  const done = Promise.withResolvers<void>()
  const url = await serve((_incoming, outgoing) => {
    const endless = endlessly(
      () => void made++,
      () => void (cancelled = true),
    )
    sendAnswer(answerOf(endless), outgoing).then(done.resolve, done.reject)
  })
  const client = request(url).end()
  const [response] = (await once(client, 'response')) as [{ pause(): void }]
  response.pause()
  // The buffers in between fill first. Code that ignores the reader would have produced much more by the time it stalls.
  for (let seen = -1; seen !== made && made < 1000;) {
    seen = made
    await new Promise((resolve) => setTimeout(resolve, 300))
  }
  expect(made).toBeLessThan(1000)
  client.destroy()
  await done.promise
  expect(cancelled).toBe(true)
})

test('after an early response, the rest of the body may take a limited time', async () => {
  const url = await serve((_incoming, outgoing) => void sendAnswer(answerOf('enough'), outgoing, 0.1))
  const client = request(url, { method: 'POST', headers: { 'content-length': '1000' } })
  const closed = new Promise((resolve) => client.on('error', resolve).on('close', resolve))
  client.write('x')
  const trickle = setInterval(() => client.write('x'), 10)
  const [response] = (await once(client, 'response')) as [AsyncIterable<Buffer>]
  for await (const chunk of response) expect(String(chunk)).toBe('enough')
  await closed
  clearInterval(trickle)
})

test('a client that does not read its response is disconnected, together with its pipelined requests', async () => {
  let open = 0
  const url = await serve((_incoming, outgoing) => {
    open++
    const endless = endlessly(
      () => {},
      () => void open--,
    )
    sendAnswer(answerOf(endless), outgoing, 0.1).catch(() => {})
  })
  const socket = connectSocket(Number(new URL(url).port), '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  socket.on('error', () => {}).pause()
  socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n'.repeat(5))
  await expect.poll(() => open).toBeGreaterThan(0)
  await expect.poll(() => open, { timeout: 10_000 }).toBe(0)
})

test.each([
  ['has not started', 1],
  ['waits behind others', 8],
])('a response that %s ends with its client', async (_name, count) => {
  const ends: string[] = []
  let began = 0
  const url = await serve((_incoming, outgoing) => {
    const endless = endlessly(
      () => {},
      () => void ends.push('ended'),
    )
    began++
    void wait(count === 1 ? 100 : 0)
      .then(() => sendAnswer(answerOf(endless), outgoing))
      .catch(() => ends.push('threw'))
  })
  const socket = connectSocket(Number(new URL(url).port), '127.0.0.1')
  socket.on('error', () => {}).pause()
  socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n'.repeat(count))
  await expect.poll(() => began).toBeGreaterThanOrEqual(Math.min(count, 2))
  await wait(20)
  socket.destroy()
  await expect.poll(() => ends.length, { timeout: 5_000 }).toBe(began)
  expect(new Set(ends)).toEqual(new Set(['ended']))
})

test('a response that waits for its own source is not timed out', async () => {
  const url = await serve((_incoming, outgoing) => {
    async function* late(): AsyncGenerator<Buffer> {
      yield Buffer.from('first ')
      await wait(500)
      yield Buffer.from('second')
    }
    void sendAnswer(answerOf(Readable.from(late())), outgoing, 0.05)
  })
  expect(await (await fetch(url)).text()).toBe('first second')
})

describe('over HTTP/2', () => {
  async function serveHttp2(answer: (made: NodeRequest) => Promise<HttpAnswer>): Promise<ClientHttp2Session> {
    const server = createHttp2Server((incoming, outgoing) => {
      // The compatibility classes have everything that an HTTP/1 framework uses.
      const made = new NodeRequest(incoming as never, outgoing as never)
      void answer(made).then((answered) => sendAnswer(answered, outgoing as never, 0.1))
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const session = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    onTestFinished(() => {
      session.destroy()
      server.close()
    })
    return session
  }

  test('a body without a length is read, and a request without a body has none', async () => {
    const session = await serveHttp2(async (made) =>
      answerOf(`${made.body() === null}:${await textOf(made)}`),
    )
    const withBody = session.request({ ':method': 'POST' })
    withBody.end('hello')
    expect(Buffer.concat(await withBody.toArray()).toString()).toBe('false:hello')
    const without = session.request({ ':method': 'POST' }, { endStream: true })
    expect(Buffer.concat(await without.toArray()).toString()).toBe('true:')
  })

  test('a response that closes an HTTP/1 connection is sent without that header, and the remaining body is ended', async () => {
    const session = await serveHttp2(async () => answerOf('late', { connection: 'close' }, 408))
    const stream = session.request({ ':method': 'POST' })
    stream.on('error', () => {})
    stream.write('x')
    const closed = once(stream, 'close')
    const [headers] = (await once(stream, 'response')) as [Record<string, unknown>]
    expect([headers[':status'], headers['connection']]).toEqual([408, undefined])
    stream.resume()
    await closed
  })

  test.each([
    ['reads its body', (made: NodeRequest) => textOf(made).catch(() => {})],
    ['responds after the client has left', () => wait(100)],
    [
      'reads a part',
      async (made: NodeRequest) =>
        void (await made
          .body()
          ?.[Symbol.asyncIterator]()
          .next()
          .catch(() => {})),
    ],
    ['reads its body later', (made: NodeRequest) => wait(100).then(() => textOf(made).catch(() => {}))],
  ])('nothing remains of a client that resets its stream if the server %s', async (_how, act) => {
    let open = 0
    const server = createHttp2Server((incoming, outgoing) => {
      const made = new NodeRequest(incoming as never, outgoing as never)
      void act(made).then(() => sendAnswer(answerOf('late'), outgoing as never, 0.1))
    })
    server.on('session', (session) => {
      open++
      session.on('close', () => open--)
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    onTestFinished(() => void server.close())
    for (let index = 0; index < 12; index++) {
      const session = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
      session.on('error', () => {})
      const stream = session.request({ ':method': 'POST' })
      stream.on('error', () => {})
      stream.write(Buffer.alloc(5000))
      await wait(index)
      stream.destroy()
      await wait(10)
      session.destroy()
    }
    await expect.poll(() => open, { timeout: 5_000 }).toBe(0)
  })
})

test('the head of a request reads like that of a Fetch request', () => {
  const head = headOf({ method: 'POST', headers: { cookie: 'a=b', 'set-cookie': ['x', 'y'] } } as never)
  expect([head.method, head.headers.get('cookie'), head.headers.get('origin')]).toEqual(['POST', 'a=b', null])
})
