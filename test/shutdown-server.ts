import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createLocalBlobs } from '@kith/blob-local'
import { createKith } from '@kith/core'
import { kithExpress, shutDownOnSignals } from '@kith/express'
import { kithFastify } from '@kith/fastify'
import { createSharpImages } from '@kith/media-sharp'
import { createSqliteStorage } from '@kith/storage-sqlite'
import express from 'express'
import { fastify } from 'fastify'

/** A server as docs/operations.md describes it, which stops gracefully. Reports its URL to its parent. */
const { FRAMEWORK = 'express', FOLDER = '', GRACE = '20' } = process.env
const images = createSharpImages()
const kith = createKith({
  secret: '2f9c0d5be87a41d3a6b0c97e15f8426d',
  storage: createSqliteStorage({ path: join(FOLDER, 'app.db') }),
  media: { blobs: createLocalBlobs({ directory: join(FOLDER, 'media'), images }), images },
})
await kith.storage.migrate()
const settings = { kith, graceSeconds: Number(GRACE) }
// Leftovers of a host must not keep the process alive.
setInterval(() => {}, 1_000)

async function startExpress(): Promise<Server> {
  const app = express()
  app.use(kithExpress(kith).routes)
  const server = app.listen(0)
  shutDownOnSignals(server, settings)
  await once(server, 'listening')
  return server
}

async function startFastify(): Promise<Server> {
  const app = fastify()
  await app.register(kithFastify, { kith })
  shutDownOnSignals(app.server, { ...settings, close: () => app.close() })
  await app.listen({ port: 0 })
  return app.server
}

const server = await (FRAMEWORK === 'express' ? startExpress() : startFastify())
process.send?.((server.address() as AddressInfo).port)
