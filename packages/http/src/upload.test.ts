import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, request, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { toRequest } from './node.ts'
import { readUpload } from './upload.ts'

const pace = { graceSeconds: 10, bytesPerSecond: 16_384 }

/** What a file was: its digest, and how many of its chunks were freed at its end. */
interface Seen {
  digest: string
  chunks: number
  freed: number
}

function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** Reads slowly, so that chunks wait, and looks at each only when those behind it have long been able to come. */
async function see(bytes: AsyncIterable<Uint8Array>): Promise<Seen> {
  const [hash, memory] = [createHash('sha256'), new Set<ArrayBufferLike>()]
  for await (const chunk of bytes) {
    memory.add(chunk.buffer)
    if (memory.size % 5 === 0) await wait(1)
    hash.update(chunk)
  }
  const freed = [...memory].filter((buffer) => (buffer as ArrayBuffer).detached).length
  return { digest: hash.digest('hex'), chunks: memory.size, freed }
}

/** A server that sees what it is sent; `before` may listen to the request as well. */
async function serve(
  before: (incoming: IncomingMessage) => void = () => {},
): Promise<(parts: Parts) => Promise<Seen>> {
  const server = createServer((incoming, outgoing) => {
    before(incoming)
    readUpload({ request: toRequest({ incoming, body: incoming }), pace }, see).then(
      (seen) => outgoing.end(JSON.stringify(seen)),
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
    return JSON.parse(Buffer.concat(await response.toArray()).toString()) as Seen
  }
}

interface Parts {
  type: string
  writes: Buffer[]
}

/** Bytes with much in them that looks like the boundary of a form. */
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
])(
  'a file as %s comes whole in writes of any size, and most of its chunks are freed',
  async (_name, type, pack) => {
    const send = await serve()
    for (const length of [997, 8192, 65_536, 1_000_000]) {
      const { digest, chunks, freed } = await send({ type, writes: cut(pack(file), length) })
      expect(digest).toBe(digestOf(file))
      expect(freed / chunks).toBeGreaterThan(0.5)
    }
  },
)

test('chunks that the host listens to as well stay whole', async () => {
  const kept: Buffer[] = []
  const send = await serve(
    (incoming) => void incoming.on('data', (chunk: Buffer) => kept.push(chunk)).pause(),
  )
  const { digest, freed } = await send({ type: 'video/mp4', writes: cut(file, 65_536) })
  expect([digest, freed]).toEqual([digestOf(file), 0])
  expect(digestOf(Buffer.concat(kept))).toBe(digestOf(file))
})
