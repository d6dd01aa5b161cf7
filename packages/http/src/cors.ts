import type { HttpAnswer } from './http-answer.ts'
import type { RequestHead } from './http-request.ts'
import { addToVary } from './vary.ts'

/** Tells browsers which pages may read the responses. */
export interface Cors {
  /** The headers of a response for the calling page. */
  readonly headersFor: (head: RequestHead) => Record<string, string>
  /** Adds them to a response. */
  expose(head: RequestHead, answer: HttpAnswer): void
  /** The response to `OPTIONS` on a path with these methods, a preflight for some cross-origin requests. */
  preflight(head: RequestHead, methods: string): HttpAnswer
  /** The preflight response for an allowed page and a route of the app; `null` for any other request. */
  readonly hostPreflight: (head: RequestHead) => HttpAnswer | null
}

/** Creates the CORS side of `allowedOrigins`. */
export function createCors(allowedOrigins: ReadonlySet<string>): Cors {
  function allowed({ headers }: RequestHead): string | null {
    const origin = headers.get('origin')
    return origin !== null && allowedOrigins.has(origin) ? origin : null
  }

  function headersFor(head: RequestHead): Record<string, string> {
    const origin = allowed(head)
    if (origin === null) return { vary: 'Origin' }
    return {
      vary: 'Origin',
      'access-control-allow-origin': origin,
      'access-control-allow-credentials': 'true',
      'access-control-expose-headers': 'Retry-After, X-Request-Id',
    }
  }

  function expose(head: RequestHead, { headers }: HttpAnswer): void {
    const { vary } = headers
    Object.assign(headers, headersFor(head))
    headers['vary'] = addToVary(vary, 'Origin')
  }

  function preflight(head: RequestHead, methods: string, names: string = ownHeaders): HttpAnswer {
    const headers: HttpAnswer['headers'] = { allow: methods, 'cache-control': 'no-store' }
    if (allowed(head) !== null) {
      headers['access-control-allow-methods'] = methods
      headers['access-control-allow-headers'] = names
      headers['access-control-max-age'] = '600'
    }
    return { status: 204, headers, body: null }
  }

  return {
    headersFor,
    expose,
    preflight,
    hostPreflight(head) {
      const method = head.headers.get('access-control-request-method')
      if (head.method !== 'OPTIONS' || method === null || allowed(head) === null) return null
      // Everything requested is allowed: only the app knows what its routes accept, and these pages are its own.
      const names = head.headers.get('access-control-request-headers') ?? ownHeaders
      if (!listOfNames.test(method) || !listOfNames.test(names)) return null
      const answer = preflight(head, method, names)
      expose(head, answer)
      return answer
    },
  }
}

const ownHeaders = 'Authorization, Content-Type, X-Request-Id'

/** RFC 9110, 5.6.1 and 5.6.2. */
const listOfNames = /^[\w!#$%&'*+.^`|~-]+(?: ?, ?[\w!#$%&'*+.^`|~-]+)*$/
