import type { RequestHead } from './request-head.ts'

/** Tells browsers which pages may read the answers. */
export interface Cors {
  /** Adds the headers for the page that asks, if it is an allowed one. */
  expose(head: RequestHead, headers: Headers): void
  /** The answer to `OPTIONS` on a path with these methods, which a browser asks before some requests of other origins. */
  preflight(head: RequestHead, methods: string): Response
}

/** Creates the CORS side of `allowedOrigins`. */
export function createCors(allowedOrigins: ReadonlySet<string>): Cors {
  function allowed({ headers }: RequestHead): string | null {
    const origin = headers.get('origin')
    return origin !== null && allowedOrigins.has(origin) ? origin : null
  }

  return {
    expose(head, headers) {
      // Most answers were made with it: changing headers costs as much as making them.
      if (!headers.get('vary')?.includes('Origin')) headers.append('vary', 'Origin')
      const origin = allowed(head)
      if (origin === null) return
      headers.set('access-control-allow-origin', origin)
      headers.set('access-control-allow-credentials', 'true')
      headers.set('access-control-expose-headers', 'Retry-After, X-Request-Id')
    },
    preflight(head, methods) {
      const headers = new Headers({ allow: methods, 'cache-control': 'no-store' })
      if (allowed(head) !== null) {
        headers.set('access-control-allow-methods', methods)
        headers.set('access-control-allow-headers', 'Authorization, Content-Type, X-Request-Id')
        headers.set('access-control-max-age', '600')
      }
      return new Response(null, { status: 204, headers })
    },
  }
}
