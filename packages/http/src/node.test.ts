import { once } from 'node:events'
import { createServer, request, type RequestListener } from 'node:http'
import { type ClientHttp2Session, connect, createServer as createHttp2Server } from 'node:http2'
import { type AddressInfo, connect as connectSocket } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, onTestFinished, test } from 'vitest'
import { headOf, sendResponse, toRequest } from './node.ts'

async function serve(listener: (...exchange: Parameters<RequestListener>) => unknown): Promise<string> {
  const server = createServer((...exchange) => void listener(...exchange)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

test('a request keeps its method, headers and body, and has no target of its own', async () => {
  const seen = Promise.withResolvers<Request>()
  const url = await serve((incoming, outgoing) => {
    seen.resolve(toRequest({ incoming, body: incoming }))
    void seen.promise.then((made) => made.clone().text()).then((text) => outgoing.end(text))
  })
  const headers = { cookie: 'a=b', origin: 'https://a.example', 'sec-fetch-site': 'same-origin' }
  const response = await fetch(`${url}//x/%zz?y=1`, { method: 'PUT', body: 'hello', headers })
  expect(await response.text()).toBe('hello')
  const made = await seen.promise
  expect([made.method, made.url]).toEqual(['PUT', 'http://localhost/'])
  for (const [name, value] of Object.entries(headers)) expect(made.headers.get(name)).toBe(value)
})

test('a method that a Fetch request cannot have becomes one that no route has', async () => {
  const url = await serve((incoming, outgoing) => {
    outgoing.end(toRequest({ incoming, body: incoming }).method)
  })
  const client = request(url, { method: 'TRACE' }).end()
  const [response] = (await once(client, 'response')) as [AsyncIterable<Buffer>]
  for await (const chunk of response) expect(chunk.toString()).toBe('X-TRACE')
})

test('a body that something has read before is a clear error', async () => {
  const url = await serve((incoming, outgoing) => {
    incoming.resume().on('end', () => {
      try {
        toRequest({ incoming, body: incoming })
      } catch (error) {
        outgoing.end(String(error))
      }
    })
  })
  const response = await fetch(url, { method: 'POST', body: 'x' })
  expect(await response.text()).toMatch(/^TypeError: The request body was read before it reached Kith/)
})

test('a connection carries on after an answer that did not wait for the body', async () => {
  const url = await serve((incoming, outgoing) => {
    const made = toRequest({ incoming, body: incoming })
    const reader = made.body?.getReader()
    void reader?.read().then(async () => {
      await reader.cancel()
      await sendResponse(new Response('enough'), outgoing)
    })
  })
  for (let round = 0; round < 3; round++) {
    const response = await fetch(url, { method: 'POST', body: 'x'.repeat(3_000_000) })
    expect(await response.text()).toBe('enough')
  }
})

test('an answer keeps cookies apart and what the host has set', async () => {
  const url = await serve((_incoming, outgoing) => {
    outgoing.setHeader('vary', 'Accept-Encoding')
    outgoing.setHeader('set-cookie', 'host=1')
    const headers = new Headers({ vary: 'Origin', 'x-a': '1' })
    headers.append('set-cookie', 'a=1; Path=/')
    headers.append('set-cookie', 'b=2; Expires=Thu, 01 Jan 2026 00:00:00 GMT')
    void sendResponse(new Response(null, { status: 204, headers }), outgoing)
  })
  const { headers } = await fetch(url)
  expect(headers.getSetCookie()).toEqual([
    'host=1',
    'a=1; Path=/',
    'b=2; Expires=Thu, 01 Jan 2026 00:00:00 GMT',
  ])
  expect(headers.get('vary')).toBe('Accept-Encoding, Origin')
})

test('an answer is made no faster than the client reads, and ends with the client', async () => {
  let [made, cancelled] = [0, false]
  const done = Promise.withResolvers<void>()
  const url = await serve((_incoming, outgoing) => {
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(Buffer.alloc(64 * 1024, (made++, 'x'))),
      cancel: () => void (cancelled = true),
    })
    sendResponse(new Response(endless), outgoing).then(done.resolve, done.reject)
  })
  const client = request(url).end()
  const [response] = (await once(client, 'response')) as [{ pause(): void }]
  response.pause()
  // The buffers on the way are filled first. One that minds no reader has made far more by the time it is still.
  for (let seen = -1; seen !== made && made < 1000;) {
    seen = made
    await new Promise((resolve) => setTimeout(resolve, 300))
  }
  expect(made).toBeLessThan(1000)
  client.destroy()
  await done.promise
  expect(cancelled).toBe(true)
})

test('the rest of a body that was answered before its end may take its time, and not for ever', async () => {
  const url = await serve((_incoming, outgoing) => void sendResponse(new Response('enough'), outgoing, 0.1))
  const client = request(url, { method: 'POST', headers: { 'content-length': '1000' } })
  const closed = new Promise((resolve) => client.on('error', resolve).on('close', resolve))
  client.write('x')
  const trickle = setInterval(() => client.write('x'), 10)
  const [response] = (await once(client, 'response')) as [AsyncIterable<Buffer>]
  for await (const chunk of response) expect(String(chunk)).toBe('enough')
  await closed
  clearInterval(trickle)
})

test('a client that takes nothing of an answer is left, with all that it has asked for behind it', async () => {
  let open = 0
  const url = await serve((_incoming, outgoing) => {
    open++
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(new Uint8Array(65_536)),
      cancel: () => void open--,
    })
    sendResponse(new Response(endless), outgoing, 0.1).catch(() => {})
  })
  const socket = connectSocket(Number(new URL(url).port), '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  socket.on('error', () => {}).pause()
  socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n'.repeat(5))
  await expect.poll(() => open).toBeGreaterThan(0)
  await expect.poll(() => open, { timeout: 10_000 }).toBe(0)
})

test.each([
  ['has not begun', 1],
  ['waits behind others', 8],
])('an answer that %s ends with its client', async (_name, count) => {
  const ends: string[] = []
  let began = 0
  const url = await serve((_incoming, outgoing) => {
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(new Uint8Array(65_536)),
      cancel: () => void ends.push('ended'),
    })
    began++
    void wait(count === 1 ? 100 : 0)
      .then(() => sendResponse(new Response(endless), outgoing))
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

test('an answer that its own source keeps waiting is nobody’s fault', async () => {
  const url = await serve((_incoming, outgoing) => {
    const late = new ReadableStream<Uint8Array>({
      async start(controller) {
        controller.enqueue(Buffer.from('first '))
        await wait(500)
        controller.enqueue(Buffer.from('second'))
        controller.close()
      },
    })
    void sendResponse(new Response(late), outgoing, 0.05)
  })
  expect(await (await fetch(url)).text()).toBe('first second')
})

describe('over HTTP/2', () => {
  async function serveHttp2(answer: (made: Request) => Promise<Response>): Promise<ClientHttp2Session> {
    const server = createHttp2Server((incoming, outgoing) => {
      // The compatible classes have all that a framework of HTTP/1 gives.
      const made = toRequest({ incoming: incoming as never, body: incoming })
      void answer(made).then((response) => sendResponse(response, outgoing as never, 0.1))
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
    const session = await serveHttp2(
      async (made) => new Response(`${made.body === null}:${await made.text()}`),
    )
    const withBody = session.request({ ':method': 'POST' })
    withBody.end('hello')
    expect(Buffer.concat(await withBody.toArray()).toString()).toBe('false:hello')
    const without = session.request({ ':method': 'POST' }, { endStream: true })
    expect(Buffer.concat(await without.toArray()).toString()).toBe('true:')
  })

  test('an answer that tells HTTP/1 to close is sent without that, and the body that goes on is ended', async () => {
    const session = await serveHttp2(
      async () => new Response('late', { status: 408, headers: { connection: 'close' } }),
    )
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
    ['reads its body', (made: Request) => made.arrayBuffer().catch(() => {})],
    ['answers when the client has gone', () => wait(100)],
    [
      'reads a part',
      async (made: Request) =>
        void (await made.body
          ?.getReader()
          .read()
          .catch(() => {})),
    ],
    [
      'reads its body in the end',
      (made: Request) => wait(100).then(() => made.arrayBuffer().catch(() => {})),
    ],
  ])('nothing is left of a client that resets its stream, where the server %s', async (_how, act) => {
    let open = 0
    const server = createHttp2Server((incoming, outgoing) => {
      const made = toRequest({ incoming: incoming as never, body: incoming })
      void act(made).then(() => sendResponse(new Response('late'), outgoing as never, 0.1))
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
