import type { HttpAnswer } from './http-answer.ts'
import type { RequestHead } from './http-request.ts'

/** Tells browsers which pages may read the answers. */
export interface Cors {
  /** Adds the headers for the page that asks, if it is an allowed one. Once for each answer. */
  expose(head: RequestHead, answer: HttpAnswer): void
  /** The answer to `OPTIONS` on a path with these methods, which a browser asks before some requests of other origins. */
  preflight(head: RequestHead, methods: string): HttpAnswer
}

/** Creates the CORS side of `allowedOrigins`. */
export function createCors(allowedOrigins: ReadonlySet<string>): Cors {
  function allowed({ headers }: RequestHead): string | null {
    const origin = headers.get('origin')
    return origin !== null && allowedOrigins.has(origin) ? origin : null
  }

  return {
    expose(head, { headers }) {
      headers['vary'] = headers['vary'] === undefined ? 'Origin' : `${String(headers['vary'])}, Origin`
      const origin = allowed(head)
      if (origin === null) return
      headers['access-control-allow-origin'] = origin
      headers['access-control-allow-credentials'] = 'true'
      headers['access-control-expose-headers'] = 'Retry-After, X-Request-Id'
    },
    preflight(head, methods) {
      const headers: HttpAnswer['headers'] = { allow: methods, 'cache-control': 'no-store' }
      if (allowed(head) !== null) {
        headers['access-control-allow-methods'] = methods
        headers['access-control-allow-headers'] = 'Authorization, Content-Type, X-Request-Id'
        headers['access-control-max-age'] = '600'
      }
      return { status: 204, headers, body: null }
    },
  }
}
