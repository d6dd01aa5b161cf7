import { type ClientInfo, type Kith, KithError, silentTelemetry, type SignIn, type Viewer } from '@kith/core'
import { accountRoutes } from './account-routes.ts'
import { readJsonBody } from './body.ts'
import { createCookies } from './cookies.ts'
import { readCredentials } from './credentials.ts'
import { createCors } from './cors.ts'
import { descriptionRoutes } from './description-routes.ts'
import { userAgentMaxLength } from './device-name.ts'
import { createGuard } from './guard.ts'
import { createBeginnings, createErrorSet } from './met-errors.ts'
import { createOpenApi } from './openapi.ts'
import { type KithHttpOptions, readHttpOptions } from './options.ts'
import { answerHealth, answerReady, type ProbeOptions } from './probes.ts'
import { toProblemResponse } from './problem.ts'
import { readQuery } from './query.ts'
import type { HostRequest, RequestContext } from './request-context.ts'
import type { RequestHead } from './request-head.ts'
import { createRecords, type OpenRequest } from './request-record.ts'
import type { Call, Method, Route, RouteDescription } from './route.ts'
import { createRouteTable, type PathMatch } from './route-table.ts'
import { measureRequests } from './measured-requests.ts'
import { mediaRoutes } from './media-routes.ts'
import { postRoutes } from './post-routes.ts'
import { profileRoutes } from './profile-routes.ts'
import { createProxyNotice } from './proxy-notice.ts'
import { sessionRoutes } from './session-routes.ts'
import type { SignInAnswer } from './shapes.ts'
import { createAnswerSignIn, endSessionBefore, viewerOf, withoutTokens } from './sign-in.ts'
import { toSuccess } from './success.ts'

/** A browser that was signed in: the tokens are in the cookies alone. */
export interface BrowserSignIn {
  answer: SignInAnswer
  /** `Set-Cookie` headers. */
  setCookies: string[]
}

/** Kith over HTTP. */
export interface KithHttp {
  /**
   * Answers a request; never throws. A path that is not Kith's gets a `route-not-found`, one that is Kith's for some readers
   * only a `malformed-request`.
   */
  handle(request: Request, context?: RequestContext): Promise<Response>
  /**
   * Whether Kith answers this target: a path as it stands on the request line, with or without its query. Paths are compared
   * letter by letter. A spelling of a path of Kith that another router could take for it is Kith's too, to be refused.
   */
  owns(target: string): boolean
  /** Who asks, for the host's own routes. @throws unauthenticated, origin-not-allowed, access-token-invalid, access-token-expired, session-revoked */
  requireViewer(head: RequestHead): Promise<Viewer>
  /**
   * Who asks, if their account has one of these roles now: a look at the account, so that a role counts from when it is set.
   * @throws as `requireViewer`; account-banned, role-required
   */
  requireRole(head: RequestHead, roles: readonly string[]): Promise<Viewer>
  /** Who asks, or `null` for a guest. @throws origin-not-allowed, access-token-invalid, access-token-expired, session-revoked */
  readViewer(head: RequestHead): Promise<Viewer | null>
  /**
   * Signs a browser in from a route of the host's own, such as one that registers with a picture: refuses pages that are
   * not allowed, before `signIn` runs, and answers the cookies to set. `signIn` gets the device token of the browser, for
   * the `ClientInfo`. A session that the browser had before ends. @throws origin-not-allowed
   */
  signIn(
    from: HostRequest,
    signIn: (client: Pick<ClientInfo, 'device'>) => Promise<SignIn>,
  ): Promise<BrowserSignIn>
  /** The answer for an error outside of {@link handle}, which is logged with the request that it belongs to. */
  problem(error: unknown, from: HostRequest): Response
  /**
   * Answers a probe of whether this process goes on answering: always 200. No route of Kith; mount it where your probes look,
   * such as `/health`.
   */
  health(options?: ProbeOptions): Response
  /** Answers a probe of whether it can do its work: 200, or 503 where a part of it cannot be used. No route of Kith either. */
  ready(options?: ProbeOptions): Promise<Response>
  /** The paths of all routes, with the prefix; a segment that begins with a colon is a parameter. */
  readonly paths: readonly string[]
  /** All routes, as described to clients; paths without the prefix. */
  readonly routes: readonly RouteDescription[]
  /** How long the rest of a body may go on after the answer, for hosts that hold the connection. */
  readonly bodyTimeoutSeconds: number
}

/** Creates the HTTP side of a Kith. @throws TypeError for options that cannot work */
export function createKithHttp(kith: Kith, options: KithHttpOptions = {}): KithHttp {
  const config = readHttpOptions(options)
  const { allowedOrigins, bodyLimitBytes, bodyTimeoutSeconds } = config
  const { prefix, clock, log, ownLogger, telemetry } = kith.config
  const cookies = createCookies(config.cookies, clock)
  const cors = createCors(allowedOrigins)
  const guard = createGuard({ sessions: kith.sessions, accounts: kith.accounts, cookies, allowedOrigins })
  const noticeProxy = createProxyNotice(log)
  const answerSignIn = createAnswerSignIn({ guard, cookies, sessions: kith.sessions })

  let openApi: object | undefined
  const routes: Route[] = [
    ...accountRoutes({ kith, cookies, answerSignIn }),
    ...sessionRoutes({ kith, cookies, answerSignIn }),
    ...profileRoutes(kith),
    ...postRoutes(kith),
    ...mediaRoutes(kith, config.uploads),
    ...descriptionRoutes(
      kith,
      () => (openApi ??= createOpenApi({ routes, accessCookie: cookies.accessName })),
    ),
  ]
  const table = createRouteTable(prefix, routes)
  const openRecord = createRecords({
    log,
    viaHost: !ownLogger,
    listeners: [
      ...(telemetry === silentTelemetry ? [] : [measureRequests(telemetry)]),
      ...(config.onRequest ? [config.onRequest] : []),
    ],
  })
  // A framework may hand an error that ended a request to its error handler as well.
  const recorded = createErrorSet()
  const began = createBeginnings()

  function problem(error: unknown, { head, of = 'host', ...origin }: HostRequest): Response {
    const open = openRecord(head, { ...origin, of, started: began.of(error) })
    const response = fail(error, open)
    if (of === 'kith') cors.expose(head, response.headers)
    if (!recorded.has(error)) open.end(response.status)
    return response
  }

  function fail(error: unknown, open: OpenRequest): Response {
    open.error = error ?? new TypeError(`${String(error)} was thrown`)
    return toProblemResponse(error, open.id)
  }

  async function call(route: Route, match: PathMatch, { request, context, open }: Source): Promise<Response> {
    const setCookies: string[] = []
    let response: Response
    try {
      const credentials = guard.credentials(request)
      if (credentials.kind === 'conflict') setCookies.push(...cookies.clearEverywhere(match.requested))
      const keep = <Known extends Viewer | null>(viewer: Known): Known => {
        open.viewer = viewer
        return viewer
      }
      open.query = match.query
      const prepared: Call = {
        head: request,
        request,
        params: match.params,
        client: { ...clientOf(request, context), device: cookies.readDevice(request.headers.get('cookie')) },
        credentials,
        setCookies,
        readQuery: () => readQuery(new URLSearchParams(match.query)),
        async readBody() {
          const read = await readJsonBody({
            request,
            parsedBody: context.parsedBody,
            limitBytes: bodyLimitBytes,
            timeoutSeconds: bodyTimeoutSeconds,
          })
          open.body = read
          return read
        },
        requireViewer: () => guard.requireViewer(request).then(keep),
        readViewer: () => guard.readViewer(request).then(keep),
      }
      const answered = await (telemetry === silentTelemetry
        ? route.handle(prepared)
        : telemetry.span(
            `${route.method} ${match.path}`,
            { 'http.request.method': route.method, 'http.route': match.path, 'kith.request.id': open.id },
            () => route.handle(prepared),
          ))
      open.viewer ??= answered.viewer ?? null
      const status = answered.status ?? route.status
      const usual = { status: route.status, requestId: open.id }
      response = toSuccess(answered, usual, {
        done: () => open.end(status),
        brokeOff(error) {
          recorded.add(error)
          open.error = error
          open.end(status, { brokeOff: true })
        },
        cancelled: () => open.end(status, { clientLeft: request.method !== 'HEAD' }),
      })
      if (!answered.stream) open.end(status)
    } catch (error) {
      response = fail(error, open)
      open.end(response.status)
    }
    for (const cookie of setCookies) response.headers.append('set-cookie', cookie)
    return response
  }

  async function answer({ request, context, open }: Source): Promise<Response> {
    const { target = targetOf(request) } = context
    const match = table.find(target)
    if (!match) return fail(new KithError('route-not-found'), open)
    if (match.kind === 'ambiguous' || (context.route !== undefined && context.route !== match.path))
      return fail(new KithError('malformed-request', { detail: plainPathDetail }), open)
    open.route = match.path
    if (request.method === 'OPTIONS') {
      const response = cors.preflight(request, match.allow)
      response.headers.set('x-request-id', open.id)
      return response
    }
    const head = request.method === 'HEAD'
    const route = match.routes.get((head ? 'GET' : request.method) as Method)
    if (!route) {
      const response = fail(new KithError('method-not-allowed', { detail: `Use ${match.allow}.` }), open)
      response.headers.set('allow', match.allow)
      return response
    }
    const response = await call(route, match, { request, context, open })
    if (!head) return response
    await response.body?.cancel()
    return new Response(null, response)
  }

  return Object.freeze({
    async handle(request: Request, context: RequestContext = {}) {
      noticeProxy(request, context)
      const { id, logger, hasLeft = () => request.signal.aborted } = context
      const open = openRecord(request, { of: 'kith', id, logger, hasLeft })
      const response = await answer({ request, context, open })
      cors.expose(request, response.headers)
      // Ended by now, unless its route was not found or its body is a stream.
      if (response.body === null || open.error !== null) open.end(response.status)
      return response
    },
    owns: (target: string) => table.find(target) !== null,
    requireViewer: (head: RequestHead) => began.note(() => guard.requireViewer(head)),
    requireRole: (head: RequestHead, roles: readonly string[]) =>
      began.note(() => guard.requireRole(head, roles)),
    readViewer: (head: RequestHead) => began.note(() => guard.readViewer(head)),
    async signIn(
      { head, of = 'host', ...origin }: HostRequest,
      signIn: (client: Pick<ClientInfo, 'device'>) => Promise<SignIn>,
    ) {
      const open = openRecord(head, { ...origin, of })
      try {
        guard.demandOwnPage(head)
        const signedIn = await signIn({ device: cookies.readDevice(head.headers.get('cookie')) })
        open.viewer = viewerOf(signedIn)
        await endSessionBefore(kith.sessions, readCredentials(head, cookies))
        open.end(200)
        return { answer: withoutTokens(signedIn), setCookies: cookies.set(signedIn) }
      } catch (error) {
        open.end(fail(error, open).status)
        recorded.add(error)
        throw error
      }
    },
    problem,
    health: (options?: ProbeOptions) => answerHealth(kith, options),
    ready: (options?: ProbeOptions) => answerReady(kith, options),
    paths: table.paths.map(({ path }) => path),
    routes,
    bodyTimeoutSeconds,
  })
}

const plainPathDetail =
  'Write the path plainly: no backslashes, dot or empty segments, and percent-encode only what needs it.'

interface Source {
  request: Request
  context: RequestContext
  open: OpenRequest
}

/** The target of a request that a Fetch host has parsed: its router saw no other. */
function targetOf({ url }: Request): string {
  const { pathname, search } = new URL(url)
  return pathname + search
}

function clientOf({ headers }: Request, { address = 'unknown' }: RequestContext): ClientInfo {
  return { address, userAgent: headers.get('user-agent')?.slice(0, userAgentMaxLength) }
}
