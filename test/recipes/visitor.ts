import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { onTestFinished } from 'vitest'

/** A local server that is closed after the test. On `localhost`: for browsers, its other ports are other origins. */
export async function listen(app: RequestListener): Promise<string> {
  const server = createServer(app).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://localhost:${(server.address() as AddressInfo).port}`
}

/** The parts of a call in addition to its method and path. */
interface CallOptions {
  /** JSON, or a form as it is. */
  body?: object | undefined
  headers?: Record<string, string> | undefined
}

/** A visitor with a browser on a page of the server. */
export interface Visitor {
  /** Follows no redirects, sends the current cookies, and stores new ones. */
  call(method: string, path: string, options?: CallOptions): Promise<Response>
  /** The current cookies, by name: to simulate an expired one, delete it. */
  readonly cookies: Map<string, string>
}

/** Creates one without cookies. */
export function createVisitor(url: string): Visitor {
  const cookies = new Map<string, string>()
  return {
    cookies,
    async call(method, path, { body, headers = {} } = {}) {
      const isForm = body instanceof FormData || body instanceof URLSearchParams
      // Only `fetch` knows how a form is encoded.
      const written = new Response(!body || isForm ? (body ?? null) : JSON.stringify(body))
      const type = isForm ? written.headers.get('content-type') : body && 'application/json'
      const response = await send(url + path, Buffer.from(await written.arrayBuffer()), {
        method,
        headers: {
          'sec-fetch-site': 'same-origin',
          cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; '),
          ...(type && { 'content-type': type }),
          ...headers,
        },
      })
      for (const cookie of response.headers.getSetCookie()) {
        const [, name = '', value = ''] = /^([^=]*)=([^;]*)/.exec(cookie) ?? []
        if (value === '' || /max-age=0/i.test(cookie)) cookies.delete(name)
        else cookies.set(name, value)
      }
      return response
    },
  }
}

/** Like `fetch`, which sets `Host` and `Sec-Fetch-Mode` itself. */
async function send(
  url: string,
  body: Uint8Array,
  options: { method: string; headers: Record<string, string> },
): Promise<Response> {
  const call = request(url, { agent: false, ...options }).end(body)
  const [answer] = (await once(call, 'response')) as [IncomingMessage]
  const { statusCode: status = 0, rawHeaders } = answer
  const headers = new Headers()
  for (let index = 0; index < rawHeaders.length; index += 2)
    headers.append(rawHeaders[index] ?? '', rawHeaders[index + 1] ?? '')
  const bytes = new Uint8Array(await buffer(answer))
  return new Response(status === 204 ? null : bytes, { status, headers })
}
