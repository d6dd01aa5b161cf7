import { createKith } from '@kith/core'
import { kithFastify, shutDownOnSignals, viewerOf } from '@kith/fastify'
import { createSqliteStorage } from '@kith/storage-sqlite'
import { fastify } from 'fastify'

const { KITH_SECRET = '', DATABASE = 'app.db', PORT = '3000' } = process.env

const kith = createKith({ secret: KITH_SECRET, storage: createSqliteStorage({ path: DATABASE }) })
await kith.storage.migrate()

const app = fastify()
await app.register(kithFastify, {
  kith,
  allowedOrigins: [`http://localhost:${PORT}`],
  cookies: { secure: false }, // only while there is no https
})
app.get('/hello', { preHandler: app.requireViewer }, async (request) => {
  const { username } = await kith.accounts.me(viewerOf(request))
  return { hello: username }
})
shutDownOnSignals(app.server, { kith, close: () => app.close() })
console.log(await app.listen({ port: Number(PORT) }))
