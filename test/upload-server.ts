import { createServer } from 'node:http'
import { Readable } from 'node:stream'
import { kithFastify } from '@kith/fastify'
import { createKithHttp, createKithRoutes, type KithHttpOptions } from '@kith/http'
import { createNodeHandler } from '@kith/http/node'
import { fastify } from 'fastify'
import { createDemo } from '../examples/demo/src/kith.ts'
import { readSettings } from '../examples/demo/src/settings.ts'

/** The Kith of the demo without its page, with the framework named in the environment. */
const settings = readSettings(process.env)
const { port } = settings
const { kith } = await createDemo(settings, process.env, { url: `http://localhost:${port}` })
await kith.storage.migrate()
const options: KithHttpOptions = {
  allowedOrigins: [`http://localhost:${port}`],
  cookies: { secure: false },
}

if (process.env['FRAMEWORK'] === 'fastify') {
  const app = fastify()
  await app.register(kithFastify, { kith, ...options })
  await app.listen({ port })
} else if (process.env['FRAMEWORK'] === 'fetch') {
  // Like hosts that build the Fetch request themselves, such as Hono.
  const http = createKithHttp(kith, options)
  createServer((incoming, outgoing) => {
    const { method = 'GET', url = '/' } = incoming
    const init: RequestInit = { method, headers: incoming.headers as Record<string, string> }
    if (method !== 'GET') Object.assign(init, { body: Readable.toWeb(incoming), duplex: 'half' })
    void http.handle(new Request(new URL(url, `http://localhost:${port}`), init)).then(async (response) => {
      outgoing.writeHead(response.status, [...response.headers].flat())
      outgoing.end(await response.text())
    })
  }).listen(port)
} else {
  const handler = createNodeHandler(createKithRoutes(kith, options))
  createServer(
    (incoming, outgoing) => void (handler(incoming, outgoing) ?? outgoing.writeHead(404).end()),
  ).listen(port)
}
