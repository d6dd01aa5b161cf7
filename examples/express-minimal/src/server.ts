import { createKith } from '@kith/core'
import { kithExpress, shutDownOnSignals, viewerOf } from '@kith/express'
import { createSqliteStorage } from '@kith/storage-sqlite'
import express from 'express'

const { KITH_SECRET = '', DATABASE = 'app.db', PORT = '3000' } = process.env

const kith = createKith({ secret: KITH_SECRET, storage: createSqliteStorage({ path: DATABASE }) })
await kith.storage.migrate()

const { routes, requireViewer } = kithExpress(kith, {
  allowedOrigins: [`http://localhost:${PORT}`],
  cookies: { secure: false }, // only while there is no https
})

const app = express()
app.use(routes)
app.get('/hello', requireViewer, async (request, response) => {
  const { username } = await kith.accounts.me(viewerOf(request))
  response.json({ hello: username })
})
const server = app.listen(Number(PORT)).once('listening', () => console.log(`http://localhost:${PORT}`))
shutDownOnSignals(server, { kith })
