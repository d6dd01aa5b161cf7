import { once } from 'node:events'
import { type AddressInfo, type Socket, connect, createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { type Proxy, startProxy } from './proxy.ts'

/** A proxy in front of a server that echoes its input. */
async function proxyToEcho(): Promise<Proxy> {
  const echo = createServer((socket) => socket.on('error', () => undefined).pipe(socket))
  await once(echo.listen(0, '127.0.0.1'), 'listening')
  const proxy = await startProxy({ port: (echo.address() as AddressInfo).port })
  onTestFinished(async () => {
    await proxy.close()
    echo.close()
  })
  return proxy
}

async function clientOf({ host, port }: Proxy): Promise<Socket> {
  const socket = connect(port, host)
  onTestFinished(() => void socket.destroy())
  await once(socket, 'connect')
  return socket
}

async function heard(socket: Socket): Promise<string> {
  const [chunk] = (await once(socket, 'data')) as [Buffer]
  return chunk.toString()
}

test('passes everything on, in order, including the end', async () => {
  const client = await clientOf(await proxyToEcho())
  const sent = Array.from({ length: 500 }, (_, index) => `message ${index}\n`.repeat(20))
  for (const message of sent) client.write(message)
  client.end()
  let received = ''
  for await (const chunk of client) received += String(chunk)
  expect(received).toBe(sent.join(''))
})

test('cut ends all connections and refuses new ones, until it heals', async () => {
  const proxy = await proxyToEcho()
  const client = await clientOf(proxy)
  expect(proxy.connections).toBe(1)
  const ended = once(client, 'error')
  await proxy.cut()
  expect(await ended).toMatchObject([{ code: 'ECONNRESET' }])
  expect(proxy.connections).toBe(0)
  await expect(clientOf(proxy)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  await proxy.heal()
  const next = await clientOf(proxy)
  next.write('back')
  expect(await heard(next)).toBe('back')
})

test('stall keeps connections, accepts new ones and passes nothing on until it heals', async () => {
  const proxy = await proxyToEcho()
  const old = await clientOf(proxy)
  proxy.stall()
  const young = await clientOf(proxy)
  old.write('old')
  young.write('young')
  const answers = Promise.all([heard(old), heard(young)])
  expect(await Promise.race([answers, sleep(200, 'silence')])).toBe('silence')
  await proxy.heal()
  expect(await answers).toEqual(['old', 'young'])
})

test('abandon permanently silences the present connections, and accepts new ones that work', async () => {
  const proxy = await proxyToEcho()
  const old = await clientOf(proxy)
  old.write('heard')
  expect(await heard(old)).toBe('heard')
  proxy.abandon()
  old.write('lost')
  const young = await clientOf(proxy)
  young.write('young')
  expect(await heard(young)).toBe('young')
  await proxy.heal()
  expect(await Promise.race([heard(old), sleep(200, 'silence')])).toBe('silence')
})

test('delay holds back each message in both directions, but not one behind another', async () => {
  const proxy = await proxyToEcho()
  const client = await clientOf(proxy)
  proxy.delay(300)
  const started = performance.now()
  const timed = (async () => {
    client.write('a')
    await sleep(50)
    client.write('b')
    let received = ''
    while (received !== 'ab') received += await heard(client)
    return performance.now() - started
  })()
  expect(await timed).toBeGreaterThan(645)
  await proxy.heal()
  const healed = performance.now()
  client.write('c')
  expect(await heard(client)).toBe('c')
  expect(performance.now() - healed).toBeLessThan(600)
})

test('a server that refuses appears as a broken connection', async () => {
  const proxy = await startProxy({ port: 1 })
  onTestFinished(() => proxy.close())
  const client = await clientOf(proxy)
  expect(await once(client, 'error')).toMatchObject([{ code: 'ECONNRESET' }])
})
