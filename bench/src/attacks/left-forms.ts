import { once } from 'node:events'
import { mkdirSync, readdirSync, statSync } from 'node:fs'
import { type AddressInfo, connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { createKith } from '@kith/core'
import { createMemoryBlobs, createMemoryStorage } from '@kith/core/memory'
import { createApp } from '../../../examples/express-mongodb/src/app.ts'
import { uploadsFolder } from '../../../examples/express-mongodb/src/config/kith.ts'

/**
 * T2: 30 registration forms of 5 MB for examples/express-mongodb, whose senders disconnect after the last byte; no account is needed. What
 * remains on the disk?
 */
const incoming = join(uploadsFolder, 'incoming')
mkdirSync(incoming, { recursive: true })
const before = new Set(readdirSync(incoming))
const filesLeft = (): string[] => readdirSync(incoming).filter((name) => !before.has(name))

const kith = createKith({
  secret: 'a secret of the benchmark, 32 characters',
  storage: createMemoryStorage(),
  passwords: { memoryKiB: 8, iterations: 1 },
  media: { blobs: createMemoryBlobs() },
  logger: { warn: () => {}, error: () => {} },
})
const app = createApp(kith, {
  port: 0,
  mongodbUri: '',
  redisUrl: null,
  secret: '',
  accessTtl: '15m',
  refreshTtl: '10d',
  allowedOrigins: [],
  production: false,
})
const server = app.listen(0, '127.0.0.1')
await once(server, 'listening')
const { port } = server.address() as AddressInfo

const file = Buffer.alloc(5 * 1024 * 1024, 'x')
const head =
  '--kith\r\ncontent-disposition: form-data; name="avatar"; filename="a.png"\r\ncontent-type: image/png\r\n\r\n'
const body = Buffer.concat([Buffer.from(head), file, Buffer.from('\r\n--kith--\r\n')])
let written = 0

async function sendAndLeave(): Promise<void> {
  const socket = connect(port, '127.0.0.1').on('error', () => {})
  await once(socket, 'connect')
  socket.write(
    'POST /api/v1/users/register HTTP/1.1\r\nhost: localhost\r\ncontent-type: multipart/form-data; boundary=kith\r\n' +
      `content-length: ${body.length}\r\n\r\n`,
  )
  await new Promise<void>((sent) => socket.write(body, () => sent()))
  written = Math.max(written, filesLeft().length)
  socket.destroy()
}

for (let round = 0; round < 10; round++) await Promise.all([sendAndLeave(), sendAndLeave(), sendAndLeave()])
for (let pause = 0; pause < 50 && filesLeft().length > 0; pause++) await wait(100)
const left = filesLeft()
const bytes = left.reduce((sum, name) => sum + statSync(join(incoming, name)).size, 0)
console.log(
  `30 forms of 5 MB, ${written} of them on the disk at the same time: ${left.length} files left, ${(bytes / 1e6).toFixed(1)} MB`,
)
if (left.length > 0 || written === 0) process.exitCode = 1
process.exit()
