import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { connect as connectHttp2 } from 'node:http2'
import { type AddressInfo, connect, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { createLocalBlobs } from '@kith/blob-local'
import { createKith } from '@kith/core'
import { createMemoryStorage } from '@kith/core/memory'
import { kithExpress } from '@kith/express'
import { kithFastify } from '@kith/fastify'
import { createSharpImages } from '@kith/media-sharp'
import express from 'express'
import { fastify } from 'fastify'
import sharp from 'sharp'

/**
 * What remains of clients that disconnect halfway: HTTP/2 sessions after a reset upload, open files after pipelined
 * downloads, and files of clients that do not read them. Then the cost of a body in single bytes. Linux only.
 */
const rounds = 200
const directory = mkdtempSync(join(tmpdir(), 'kith-attack-'))
const images = createSharpImages()
const kith = createKith({
  secret: 'w0Q8hJ2v5Nc7Tz4Xk1Rb6Ym3Pd9Fs0Lg',
  storage: createMemoryStorage(),
  limits: { uploadByAccount: [] },
  media: { blobs: createLocalBlobs({ directory, images }), images },
})
const limits = { bodyTimeoutSeconds: 1 }

const onExpress = express().use(kithExpress(kith, limits).routes).listen(0, '127.0.0.1')
await once(onExpress, 'listening')
const onHttp2 = fastify({ http2: true })
await onHttp2.register(kithFastify, { kith, ...limits })
await onHttp2.listen({ port: 0, host: '127.0.0.1' })

const portOf = (server: Server): number => (server.address() as AddressInfo).port
const openFiles = (): number => readdirSync('/proc/self/fd').length
const api = `http://127.0.0.1:${portOf(onExpress)}/api/v1`

const { tokens } = await kith.accounts.register({
  username: 'mallory',
  password: 'a rather strange phrase 77',
})
const picture = await sharp({
  create: {
    width: 1500,
    height: 1500,
    channels: 3,
    background: 'grey',
    noise: { type: 'gaussian', mean: 128, sigma: 90 },
  },
})
  .png()
  .toBuffer()
const headers = { authorization: `Bearer ${tokens.accessToken}`, 'content-type': 'image/png' }
const uploaded = await fetch(`${api}/media`, { method: 'POST', headers, body: new Uint8Array(picture) })
const { id } = (await uploaded.json()) as { id: string }
const download = `GET /api/v1/media/files/${id} HTTP/1.1\r\nhost: x\r\n\r\n`
let broken = 0

function report(name: string, left: number, most: number): void {
  console.log(`${name}: ${left}`)
  if (left > most) broken++
}

for (let round = 0; round < rounds; round++) {
  const session = connectHttp2(`http://127.0.0.1:${portOf(onHttp2.server)}`).on('error', () => {})
  const stream = session
    .request({ ...headers, ':method': 'POST', ':path': '/api/v1/media' })
    .on('error', () => {})
  stream.write(Buffer.from('89504e470d0a1a0a'.padEnd(10_000, '0'), 'hex'))
  await wait(round % 8)
  stream.destroy()
  await wait(5)
  session.destroy()
}
await wait(4_000)
const sessions = await new Promise<number>((count) =>
  onHttp2.server.getConnections((_error, open) => count(open)),
)
report(`HTTP/2 sessions left of ${rounds}`, sessions, 0)

let before = openFiles()
for (let round = 0; round < rounds; round++) {
  const socket = connect(portOf(onExpress), '127.0.0.1').on('error', () => {})
  socket.write(download.repeat(4))
  await wait(round % 8)
  socket.destroy()
}
await wait(1_000)
report(`files left open of ${4 * rounds} downloads that were left`, openFiles() - before, 8)

before = openFiles()
const sockets = Array.from({ length: 20 }, () =>
  connect(portOf(onExpress), '127.0.0.1')
    .on('error', () => {})
    .pause(),
)
for (const socket of sockets) socket.write(download.repeat(20))
await wait(6_000)
report(
  'files held open by 20 clients that read nothing, after the limit',
  openFiles() - before - sockets.length,
  8,
)
for (const socket of sockets) socket.destroy()

async function costOf(bytes: number, chunk: number): Promise<number> {
  const start = performance.now()
  const socket = connect(portOf(onExpress), '127.0.0.1').on('error', () => {})
  const head = `POST /api/v1/media HTTP/1.1\r\nhost: x\r\nauthorization: ${headers.authorization}\r\ncontent-type: image/png\r\n`
  const piece = `${chunk.toString(16)}\r\n${' '.repeat(chunk)}\r\n`
  socket.write(`${head}transfer-encoding: chunked\r\n\r\n`)
  socket.write('8\r\n\x89PNG\r\n\x1a\n\r\n', 'latin1')
  socket.write(`${piece.repeat(bytes / chunk)}0\r\n\r\n`)
  await once(socket, 'data')
  socket.destroy()
  return performance.now() - start
}
const whole = await costOf(400_000, 10_000)
const single = await costOf(400_000, 1)
console.log(`400 KB in chunks of 10 KB: ${whole.toFixed()} ms; in single bytes: ${single.toFixed()} ms`)
if (single > 8_000) broken++

await images.close()
rmSync(directory, { recursive: true, force: true })
process.exit(broken === 0 ? 0 : 1)
