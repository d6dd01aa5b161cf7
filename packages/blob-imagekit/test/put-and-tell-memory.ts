// Stores a video of the given number of MiB, to a server that reads it slowly, and reports how much of it was in memory at once. With
// `hoards`, the source keeps all of it.
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { ImageKit } from '@imagekit/nodejs'
import { watchHeldBytes } from '../../../test/held-memory.ts'
import { createImageKitMedia } from '../src/index.ts'

const { mebibytes, hoards } = JSON.parse(process.argv[2] ?? '{}') as { mebibytes: number; hoards: boolean }

const held = watchHeldBytes()
let received = 0

const server = createServer((request, response) => {
  void (async () => {
    for await (const part of request) {
      const { length } = part as Buffer
      held.count(length)
      // Slower than reading from a disk.
      if (Math.floor(received / 1e6) !== Math.floor((received += length) / 1e6)) await wait(10)
    }
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
  })()
})
await once(server.listen(0, '127.0.0.1'), 'listening')
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
const { blobs } = createImageKitMedia({
  client: new ImageKit({ privateKey: 'private_key', baseURL: url }),
  publicKey: 'public_key',
  urlEndpoint: `${url}/id`,
})

const hoard: Uint8Array[] = []

async function* video(): AsyncGenerator<Uint8Array> {
  for (let index = 0; index < mebibytes * 16; index++) {
    const bytes = Buffer.alloc(65_536, index)
    if (hoards) hoard.push(bytes)
    yield bytes
  }
}

await blobs.put('a', video(), { contentType: 'video/mp4', size: null })
server.close()
server.closeAllConnections()
console.log(JSON.stringify({ received, most: held.most }))
