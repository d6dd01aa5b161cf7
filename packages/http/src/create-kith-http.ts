import { Readable } from 'node:stream'
import type { ClientInfo, Duration, Kith, SignIn } from '@kith/core'
import { endStream } from './answer-stream.ts'
import { consumedMessage } from './body.ts'
import type { HttpAnswer } from './http-answer.ts'
import type { HostRequest, HttpRequest, RequestHead, RequestOrigin } from './http-request.ts'
import { createKithRoutes } from './kith-routes.ts'
import type { KithSite, SigningIn } from './kith-site.ts'
import type { KithHttpOptions } from './options.ts'
import type { ProbeOptions } from './probes.ts'
import type { HostSignIn } from './sign-in.ts'

/** What only the host knows about a Fetch request. */
export interface RequestContext extends RequestOrigin {
  /** The client's IP address by the host's own proxy setting. Without one, all clients share their limits. */
  address?: string | undefined
  /** The IP address of the other end of the connection: reveals a proxy that the host does not trust. */
  peerAddress?: string | undefined
  /** The body, if a JSON parser of the host has already read it. */
  parsedBody?: unknown
}

/** Kith as a Fetch handler: `Request` in, `Response` out. */
export interface KithHttp extends KithSite<Response, Headers> {
  /**
   * Handles a request; never throws. One that is not Kith's, or to a disabled route, gets `route-not-found`, and one
   * whose path only some readers take for Kith's gets `malformed-request`.
   */
  handle(request: Request, context?: RequestContext): Promise<Response>
  /**
   * Whether Kith handles a request. Paths are compared exactly. A spelling that another router could take for a path of
   * Kith is Kith's too, to be refused; a disabled route is not.
   */
  owns(request: Pick<Request, 'url' | 'method'>): boolean
}

/** Creates the HTTP side of a Kith for hosts that use Fetch. @throws TypeError for invalid options */
export function createKithHttp(kith: Kith, options: KithHttpOptions<RequestHead> = {}): KithHttp {
  const routes = createKithRoutes(kith, options)
  /**
   * When the checks started that ended in these errors: the record of a refused request of the host is opened after
   * them.
   */
  const starts = new WeakMap<Error, number>()

  async function check<Result>(work: () => Result | Promise<Result>): Promise<Result> {
    const started = performance.now()
    try {
      return await work()
    } catch (error) {
      if (error instanceof Error) starts.set(error, started)
      throw error
    }
  }

  return Object.freeze({
    ...routes,
    async handle(request: Request, context: RequestContext = {}) {
      // The router of a Fetch host saw the same target.
      const { pathname, search } = new URL(request.url)
      const target = pathname + search
      const match = routes.find(target, request.method)
      return toResponse(await routes.answer(toHttpRequest(request, { ...context, target }), match))
    },
    owns({ url, method }: Pick<Request, 'url' | 'method'>) {
      const { pathname, search } = new URL(url)
      return routes.find(pathname + search, method) !== null
    },
    requireViewer: (head: RequestHead) => check(() => routes.requireViewer(head)),
    requireRole: (head: RequestHead, roles: readonly string[]) =>
      check(() => routes.requireRole(head, roles)),
    requireFresh: (head: RequestHead, maxAge?: Duration) => check(() => routes.requireFresh(head, maxAge)),
    readViewer: (head: RequestHead) => check(() => routes.readViewer(head)),
    renewViewer: (head: RequestHead, client?: Pick<ClientInfo, 'address'>) =>
      check(() => routes.renewViewer(head, client)),
    async signIn<User extends SignIn['user']>(from: SigningIn, signIn: HostSignIn<User>) {
      const { answer, headers } = await routes.signIn(from, signIn)
      return { answer, headers: toHeaders(headers) }
    },
    preflight(head: RequestHead) {
      const answer = routes.preflight(head)
      return answer && toResponse(answer)
    },
    problem(error: unknown, from: HostRequest) {
      const started = error instanceof Error ? starts.get(error) : undefined
      return toResponse(routes.problem(error, { started, ...from }))
    },
    health: (probe?: ProbeOptions) => toResponse(routes.health(probe)),
    ready: async (probe?: ProbeOptions) => toResponse(await routes.ready(probe)),
  })
}

function toHttpRequest(
  request: Request,
  { target, ...context }: RequestContext & { target: string },
): HttpRequest {
  return {
    hasLeft: () => request.signal.aborted,
    ...context,
    method: request.method,
    target,
    host: request,
    headers: request.headers,
    signal: request.signal,
    body() {
      if (request.bodyUsed) throw new TypeError(consumedMessage)
      return request.body && chunksOf(request.body)
    },
  }
}

/** The stream's own iterator waits for the next chunk before it lets go, and a stalled sender sends none. */
function chunksOf(body: ReadableStream<Uint8Array>): AsyncIterable<Uint8Array> {
  const reader = body.getReader()
  return {
    [Symbol.asyncIterator]: () => ({
      async next() {
        const { done, value } = await reader.read()
        return done ? { done, value: undefined } : { done, value }
      },
      async return() {
        await reader.cancel()
        return { done: true, value: undefined }
      },
    }),
  }
}

function toResponse({ status, headers, body }: HttpAnswer): Response {
  const init = { status, headers: toHeaders(headers) }
  if (!(body instanceof Readable)) return new Response(body, init)
  return new Response(toWeb(body), init)
}

function toHeaders(headers: HttpAnswer['headers']): Headers {
  return new Headers(Object.entries(headers).flatMap(pairsOf))
}

function toWeb(body: Readable): ReadableStream<Uint8Array> {
  const chunks = body.iterator({ destroyOnReturn: false })
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = (await chunks.next()) as IteratorResult<Uint8Array>
      if (done) controller.close()
      else controller.enqueue(value)
    },
    cancel: () => endStream(body),
  })
}

function pairsOf([name, value]: [string, string | string[]]): [string, string][] {
  return typeof value === 'string' ? [[name, value]] : value.map((each) => [name, each])
}
