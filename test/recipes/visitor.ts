import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

/** A server on this machine that is closed after the test. On `localhost`: to browsers, other ports of it are other origins. */
export async function listen(app: RequestListener): Promise<string> {
  const server = createServer(app).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://localhost:${(server.address() as AddressInfo).port}`
}

/** What a call has besides its method and path. */
export interface CallOptions {
  /** JSON, or a form as it is. */
  body?: object | undefined
  headers?: Record<string, string> | undefined
}

/** Somebody with a browser on a page of the server. */
export interface Visitor {
  /** Follows no redirect, sends the cookies held so far, and keeps those that come back. */
  call(method: string, path: string, options?: CallOptions): Promise<Response>
  /** The cookies held so far, by name: as in a browser that has just ended one, delete some. */
  readonly cookies: Map<string, string>
}

/** Creates one without cookies. */
export function createVisitor(url: string): Visitor {
  const cookies = new Map<string, string>()
  return {
    cookies,
    async call(method, path, { body, headers = {} } = {}) {
      const isForm = body instanceof FormData || body instanceof URLSearchParams
      const response = await fetch(url + path, {
        method,
        redirect: 'manual',
        headers: {
          'sec-fetch-site': 'same-origin',
          cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; '),
          // The type of a form names its boundary, which only fetch knows.
          ...(body && !isForm && { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body && { body: isForm ? body : JSON.stringify(body) }),
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
