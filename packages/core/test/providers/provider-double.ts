import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

/** A request to a double: its path, with the origin that it stands for: `https://api.github.com/user`. */
export interface Asked {
  method: string
  url: URL
  headers: IncomingMessage['headers']
  form: URLSearchParams
}

/** The response, as JSON. */
export interface Told {
  status?: number
  body: unknown
}

/** A local replacement for a provider that cannot be run here. */
export interface ProviderDouble {
  /** A `fetch` that reaches the double instead of the provider. */
  fetch: typeof fetch
  stop(): Promise<void>
}

/** Starts an HTTP server that stands in for these origins. */
export async function startDouble(answer: (asked: Asked) => Told | Promise<Told>): Promise<ProviderDouble> {
  const server = createServer((request, response) => {
    void (async () => {
      const form = new URLSearchParams(await text(request))
      const url = new URL(request.url ?? '/', String(request.headers['x-origin']))
      const { method = '', headers } = request
      const { status = 200, body } = await answer({ method, url, headers, form })
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    })()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    async fetch(input, init) {
      const { origin, pathname, search } = new URL(String(input as string | URL))
      const headers = new Headers(init?.headers)
      headers.set('x-origin', origin)
      return await fetch(`http://127.0.0.1:${port}${pathname}${search}`, { ...init, headers })
    },
    async stop() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}
