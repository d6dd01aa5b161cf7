import { type ClientInfo, type Kith, KithError, type SignIn, type Viewer } from '@kith/core'
import { accountRoutes } from './account-routes.ts'
import { readJsonBody } from './body.ts'
import { createCookies } from './cookies.ts'
import { readCredentials } from './credentials.ts'
import { createCors } from './cors.ts'
import { descriptionRoutes } from './description-routes.ts'
import { userAgentMaxLength } from './device-name.ts'
import { createGuard } from './guard.ts'
import { createOpenApi } from './openapi.ts'
import { type KithHttpOptions, readHttpOptions } from './options.ts'
import { toProblemResponse } from './problem.ts'
import { readQuery } from './query.ts'
import type { RequestHead } from './request-head.ts'
import type { Answer, Call, Method, Route, RouteDescription } from './route.ts'
import { createRouteTable, type PathMatch } from './route-table.ts'
import { mediaRoutes } from './media-routes.ts'
import { postRoutes } from './post-routes.ts'
import { profileRoutes } from './profile-routes.ts'
import { sessionRoutes } from './session-routes.ts'
import type { SignInAnswer } from './shapes.ts'
import { createAnswerSignIn, endSessionBefore, withoutTokens } from './sign-in.ts'

/** What only the host knows of a request. */
export interface RequestContext {
  /** The client's IP address by the host's own proxy setting. Without one, all clients share their limits. */
  address?: string | undefined
  /** The body, if a JSON parser of the host has read it already. */
  parsedBody?: unknown
}

/** A browser that was signed in: the tokens are in the cookies alone. */
export interface BrowserSignIn {
  answer: SignInAnswer
  /** `Set-Cookie` headers. */
  setCookies: string[]
}

/** Kith over HTTP. */
export interface KithHttp {
  /** Answers a request; never throws. A path that is not Kith's gets a `route-not-found`. */
  handle(request: Request, context?: RequestContext): Promise<Response>
  /** Whether a path, without its query, is one of Kith's. */
  owns(pathname: string): boolean
  /** Who asks, for the host's own routes. @throws unauthenticated, origin-not-allowed, access-token-invalid, access-token-expired, session-revoked */
  requireViewer(head: RequestHead): Promise<Viewer>
  /** Who asks, or `null` for a guest. @throws origin-not-allowed, access-token-invalid, access-token-expired, session-revoked */
  readViewer(head: RequestHead): Promise<Viewer | null>
  /**
   * Signs a browser in from a route of the host's own, such as one that registers with a picture: refuses pages that are
   * not allowed, before `signIn` runs, and answers the cookies to set. `signIn` gets the device token of the browser, for
   * the `ClientInfo`. A session that the browser had before ends. @throws origin-not-allowed
   */
  signIn(
    head: RequestHead,
    signIn: (client: Pick<ClientInfo, 'device'>) => Promise<SignIn>,
  ): Promise<BrowserSignIn>
  /**
   * The answer for an error outside of {@link handle}. `where` names the place in the log. With the head of a request it
   * is made readable for the allowed origins, as for paths of Kith; on other paths CORS is up to the host.
   */
  problem(error: unknown, where: string, head?: RequestHead): Response
  /** The paths of all routes, with the prefix; a segment that begins with a colon is a parameter. */
  readonly paths: readonly string[]
  /** All routes, as described to clients; paths without the prefix. */
  readonly routes: readonly RouteDescription[]
}

/** Creates the HTTP side of a Kith. @throws TypeError for options that cannot work */
export function createKithHttp(kith: Kith, options: KithHttpOptions = {}): KithHttp {
  const { prefix, allowedOrigins, cookies: cookieConfig, bodyLimitBytes } = readHttpOptions(options)
  const { clock, logger } = kith.config
  const cookies = createCookies(cookieConfig, clock)
  const cors = createCors(allowedOrigins)
  const guard = createGuard({ sessions: kith.sessions, cookies, allowedOrigins })
  const answerSignIn = createAnswerSignIn({ guard, cookies, sessions: kith.sessions })

  let openApi: object | undefined
  const routes: Route[] = [
    ...accountRoutes({ kith, cookies, answerSignIn }),
    ...sessionRoutes({ kith, cookies, answerSignIn }),
    ...profileRoutes(kith),
    ...postRoutes(kith),
    ...mediaRoutes(kith),
    ...descriptionRoutes(
      kith,
      () => (openApi ??= createOpenApi({ routes, accessCookie: cookies.accessName })),
    ),
  ]
  const table = createRouteTable(prefix, routes)

  function problem(error: unknown, where: string, head?: RequestHead): Response {
    const response = toProblemResponse(error, { logger, where })
    if (head) cors.expose(head, response.headers)
    return response
  }

  async function call(route: Route, match: PathMatch, source: Source): Promise<Response> {
    const { request, url, context } = source
    const setCookies: string[] = []
    let response: Response
    try {
      const prepared: Call = {
        head: request,
        request,
        params: match.params(),
        client: { ...clientOf(request, context), device: cookies.readDevice(request.headers.get('cookie')) },
        credentials: guard.credentials(request),
        setCookies,
        readQuery: () => readQuery(url.searchParams),
        readBody: () => readJsonBody({ request, parsedBody: context.parsedBody, limitBytes: bodyLimitBytes }),
        requireViewer: () => guard.requireViewer(request),
        readViewer: () => guard.readViewer(request),
      }
      response = success(route, await route.handle(prepared))
    } catch (error) {
      response = problem(error, `${route.method} ${match.path}`)
    }
    for (const cookie of setCookies) response.headers.append('set-cookie', cookie)
    return response
  }

  async function answer(source: Source): Promise<Response> {
    const { request, url } = source
    const match = table.find(url.pathname)
    if (!match) return problem(new KithError('route-not-found'), 'no route')
    if (request.method === 'OPTIONS') return cors.preflight(request, match.allow)
    const head = request.method === 'HEAD'
    const route = match.routes.get((head ? 'GET' : request.method) as Method)
    if (!route) {
      const response = problem(
        new KithError('method-not-allowed', { detail: `Use ${match.allow}.` }),
        match.path,
      )
      response.headers.set('allow', match.allow)
      return response
    }
    const response = await call(route, match, source)
    if (!head) return response
    await response.body?.cancel()
    return new Response(null, response)
  }

  return Object.freeze({
    async handle(request: Request, context: RequestContext = {}) {
      const response = await answer({ request, url: new URL(request.url), context })
      cors.expose(request, response.headers)
      return response
    },
    owns: (pathname: string) => table.find(pathname) !== null,
    requireViewer: guard.requireViewer,
    readViewer: guard.readViewer,
    async signIn(head: RequestHead, signIn: (client: Pick<ClientInfo, 'device'>) => Promise<SignIn>) {
      guard.demandOwnPage(head)
      const signedIn = await signIn({ device: cookies.readDevice(head.headers.get('cookie')) })
      await endSessionBefore(kith.sessions, readCredentials(head, cookies))
      return { answer: withoutTokens(signedIn), setCookies: cookies.set(signedIn) }
    },
    problem,
    paths: table.paths.map(({ path }) => path),
    routes,
  })
}

interface Source {
  request: Request
  url: URL
  context: RequestContext
}

function clientOf({ headers }: Request, { address = 'unknown' }: RequestContext): ClientInfo {
  return { address, userAgent: headers.get('user-agent')?.slice(0, userAgentMaxLength) }
}

function success(
  { status: usual }: Route,
  { body, bytes, stream, headers, status = usual }: Answer,
): Response {
  const base = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff', ...headers }
  if (body) {
    return new Response(JSON.stringify(body), {
      status,
      headers: { 'content-type': 'application/json', ...base },
    })
  }
  const content = stream ? toReadable(stream) : (bytes ?? null)
  return new Response(content, { status, headers: base })
}

function toReadable(stream: AsyncIterable<Uint8Array>): ReadableStream<Uint8Array> {
  const chunks = stream[Symbol.asyncIterator]()
  let ahead: Promise<IteratorResult<Uint8Array>> | null = null
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await (ahead ?? chunks.next())
      if (done) return controller.close()
      // One chunk ahead, so that the end comes with the last one: a client that has counted its bytes may be gone before
      // the server asks again, and the connection would not be seen as idle.
      ahead = chunks.next()
      const next = await ahead
      controller.enqueue(value)
      if (next.done) controller.close()
    },
    async cancel() {
      await chunks.return?.()
    },
  })
}
