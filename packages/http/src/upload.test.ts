import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { setTimeout as wait } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { NodeRequest } from './node.ts'
import { readUpload } from './upload.ts'

const pace = { graceSeconds: 10, bytesPerSecond: 16_384 }

function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** Reads slowly, so that chunks queue up. */
async function see(bytes: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash('sha256')
  let count = 0
  for await (const chunk of bytes) {
    if (++count % 5 === 0) await wait(1)
    hash.update(chunk)
  }
  return hash.digest('hex')
}

/** A server that records what it receives; `before` can also listen to the request. */
async function serve(
  before: (incoming: IncomingMessage) => void = () => {},
): Promise<(parts: Parts) => Promise<string>> {
  const server = createServer((incoming, outgoing) => {
    before(incoming)
    readUpload({ request: new NodeRequest(incoming, outgoing), pace }, see).then(
      (digest) => outgoing.end(digest),
      (error: unknown) => outgoing.end(String(error)),
    )
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const { port } = server.address() as AddressInfo

  return async ({ type, writes }) => {
    const sent = request({ port, host: '127.0.0.1', method: 'POST', headers: { 'content-type': type } })
    const answered = once(sent, 'response') as Promise<[IncomingMessage]>
    for (const bytes of writes) if (!sent.write(bytes)) await once(sent, 'drain')
    sent.end()
    const [response] = await answered
    return Buffer.concat(await response.toArray()).toString()
  }
}

interface Parts {
  type: string
  writes: Buffer[]
}

/** Bytes that often resemble the boundary of a form. */
function trickyBytes(length: number): Buffer {
  const pieces = ['\r', '\n', '\r\n', '\r\n-', '\r\n--', '\r\n--b', '\r\n--bound', '--bound', 'x'.repeat(997)]
  const parts: string[] = []
  for (
    let size = 0, index = 1;
    size < length;
    size += parts.at(-1)?.length ?? 0, index = (index * 48_271) % 2_147_483_647
  )
    parts.push(pieces[index % pieces.length] ?? '')
  return Buffer.from(parts.join('')).subarray(0, length)
}

function cut(bytes: Buffer, length: number): Buffer[] {
  return Array.from({ length: Math.ceil(bytes.length / length) }, (_, index) =>
    bytes.subarray(index * length, (index + 1) * length),
  )
}

function asForm(bytes: Buffer): Buffer {
  const head = '--boundary\r\ncontent-disposition: form-data; name="file"; filename="a.mp4"\r\n\r\n'
  return Buffer.concat([Buffer.from(head), bytes, Buffer.from('\r\n--boundary--\r\n')])
}

const file = trickyBytes(3_000_000)

test.each([
  ['the body itself', 'video/mp4', (bytes: Buffer) => bytes],
  ['a form', 'multipart/form-data; boundary=boundary', asForm],
])('a file as %s arrives complete, in writes of any size', async (_name, type, pack) => {
  const send = await serve()
  for (const length of [997, 8192, 65_536, 1_000_000])
    expect(await send({ type, writes: cut(pack(file), length) })).toBe(digestOf(file))
})

test('single bytes are joined, so that readers pay only for their size', async () => {
  const chunks = Array<Uint8Array>(100_000).fill(Uint8Array.of(97))
  const incoming = Object.assign(new Readable({ read() {} }), {
    method: 'POST',
    headers: { 'transfer-encoding': 'chunked' },
  })
  for (const chunk of chunks) incoming.push(chunk)
  incoming.push(null)
  let [count, size] = [0, 0]
  for await (const chunk of new NodeRequest(incoming as IncomingMessage, {} as ServerResponse).body() ?? []) {
    count++
    size += chunk.length
  }
  expect(size).toBe(100_000)
  expect(count).toBeLessThan(10)
})

test('chunks that the host also listens to stay unchanged', async () => {
  const kept: Buffer[] = []
  const send = await serve(
    (incoming) => void incoming.on('data', (chunk: Buffer) => kept.push(chunk)).pause(),
  )
  expect(await send({ type: 'video/mp4', writes: cut(file, 65_536) })).toBe(digestOf(file))
  expect(digestOf(Buffer.concat(kept))).toBe(digestOf(file))
})
