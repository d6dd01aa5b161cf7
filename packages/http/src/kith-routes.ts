import { validateHeaderValue } from 'node:http'
import { Readable } from 'node:stream'
import { type ClientInfo, type Duration, type Kith, KithError, type SignIn, type Viewer } from '@kith/core'
import { silentTelemetry } from '@kith/core/adapter'
import type { Telemetry } from '@kith/core/ports'
import { adminRoutes } from './admin-routes.ts'
import { accountRoutes } from './account-routes.ts'
import { endStream, type StreamEnd, streamOf } from './answer-stream.ts'
import { clientOf } from './client-of.ts'
import { codeRoutes } from './code-routes.ts'
import { createCookies } from './cookies.ts'
import { createCors } from './cors.ts'
import { readCredentials } from './credentials.ts'
import { boundSessionRoutes, createDeviceBound } from './device-bound.ts'
import { descriptionRoutes } from './description-routes.ts'
import { factorRoutes } from './factor-routes.ts'
import { createFlowCookies } from './flow-cookies.ts'
import type { HttpAnswer } from './http-answer.ts'
import type { HostRequest, HttpRequest, RequestHead } from './http-request.ts'
import { identityRoutes } from './identity-routes.ts'
import { measureRequests } from './measured-requests.ts'
import { createKeptSession } from './kept-session.ts'
import { mediaRoutes } from './media-routes.ts'
import { createErrorSet } from './error-set.ts'
import { createOpenApi } from './openapi.ts'
import { type KithHttpOptions, readHttpOptions } from './options.ts'
import { passkeyRoutes } from './passkey-routes.ts'
import { postRoutes } from './post-routes.ts'
import { answerHealth, answerReady, type ProbeOptions } from './probes.ts'
import { problemAnswer } from './problem.ts'
import { profileRoutes } from './profile-routes.ts'
import { createProxyNotice } from './proxy-notice.ts'
import { OpenRequest, type RecordOptions } from './request-record.ts'
import type { KithSite, SigningIn } from './kith-site.ts'
import { type CallSite, RouteCall } from './route-call.ts'
import type { Answer, Method, Route } from './route.ts'
import { createRouteTable, type Mount, type PathMatch, routedAs, type RouteMatch } from './route-table.ts'
import { signUpRoutes } from './sign-up-routes.ts'
import { sessionRoutes } from './session-routes.ts'
import { createAnswerSignIn, endSessionBefore, type HostSignIn, viewerOf, withoutTokens } from './sign-in.ts'
import { createWhoAsks } from './who-asks.ts'

/** The routes of Kith, as plain data in and out, for frameworks, which write the responses themselves. */
export interface KithRoutes extends Omit<
  KithSite<HttpAnswer, HttpAnswer['headers']>,
  'requireViewer' | 'readViewer'
> {
  /** Like that of `KithSite`, without a promise if there is nothing to wait for: it returns the viewer, or throws. */
  requireViewer(head: RequestHead): Viewer | Promise<Viewer>
  /** Like that of `KithSite`, without a promise if there is nothing to wait for. */
  readViewer(head: RequestHead): Viewer | null | Promise<Viewer | null>
  /**
   * Finds the route of a request, by its method and its target: a path as on the request line, with or without its
   * query. Paths are compared exactly; `null` for one that is not Kith's, and for a disabled route. A spelling that
   * another router could take for a path of Kith is Kith's too, to be refused; so is a path that the host's router took
   * for another one of `mounts`, if it says which.
   */
  find(target: string, method: string, route?: string): RouteMatch | null
  /** The routes to register in a framework that has no `find`. */
  readonly mounts: readonly Mount[]
  /** Whether any route is disabled: then ambiguous spellings of its path must not reach the app's own route either. */
  readonly leavesOut: boolean
  /** Handles a request; never throws. Without a match it is a `route-not-found`. */
  answer(request: HttpRequest, match: RouteMatch | null): Promise<HttpAnswer>
}

const missingKith =
  'Pass the result of createKith: createKithHttp(kith, options), kithExpress(kith, options), or ' +
  'app.register(kithFastify, { kith, ...options })'

/** Creates the routes of a Kith. @throws TypeError for invalid options */
export function createKithRoutes<Host = unknown>(
  kith: Kith,
  options: KithHttpOptions<Host> = {},
): KithRoutes {
  // A promise of one, or an object around one, is a common mistake.
  if (!(kith as Partial<Kith> | undefined)?.config) throw new TypeError(missingKith)
  const config = readHttpOptions(options)
  const { allowedOrigins, bodyLimitBytes, bodyTimeoutSeconds } = config
  const { prefix, clock, log, ownLogger, telemetry } = kith.config
  const cookies = createCookies(config.cookies, clock)
  const cors = createCors(allowedOrigins)
  const { guard, renew } = createWhoAsks(kith, config, cookies)
  const site: CallSite = { guard, cookies, bodyLimitBytes, bodyTimeoutSeconds }
  const deviceBound = createDeviceBound(kith, config, cookies)
  const noticeProxy = createProxyNotice(log)
  const { sessions } = kith
  const { secure } = config.cookies
  const keptSession = createKeptSession({ sessions, cookies, secure, clock })
  const answerSignIn = createAnswerSignIn({ guard, cookies, sessions, deviceBound, keptSession })

  let openApi: object | undefined
  const ownSignIn = config.viewer !== null
  const isWanted = ({ operationId }: Route): boolean => config.wanted.has(operationId)
  const all: Route[] = [
    ...accountRoutes({ kith, guard, cookies, answerSignIn, deviceBound, ownSignIn }),
    ...adminRoutes({ kith, keptSession }),
    ...sessionRoutes({ kith, guard, cookies, keptSession, answerSignIn }),
    ...boundSessionRoutes({ kith, guard, cookies, deviceBound }),
    ...codeRoutes({ kith, guard, answerSignIn }),
    ...factorRoutes({ kith, cookies, answerSignIn }),
    ...passkeyRoutes({ kith, guard, answerSignIn }),
    ...identityRoutes({
      kith,
      allowedOrigins,
      cookies,
      flowCookies: createFlowCookies(config),
      answerSignIn,
      keptSession,
    }),
    ...signUpRoutes({ kith, guard }),
    ...profileRoutes(kith),
    ...postRoutes(kith),
    ...mediaRoutes(kith, config.uploads),
    ...descriptionRoutes(
      kith,
      () =>
        (openApi ??= createOpenApi({
          routes,
          accessCookie: cookies.accessName,
          ownSignIn,
          config: kith.config,
        })),
    ),
  ]
  const routes = all.filter((route) => isWanted(route) && route.isConfigured !== false)
  const table = createRouteTable(prefix, all, isWanted)
  const records: RecordOptions = {
    log,
    viaHost: !ownLogger,
    listeners: [
      ...(telemetry === silentTelemetry ? [] : [measureRequests(telemetry)]),
      ...(config.onRequest ? [config.onRequest] : []),
    ],
  }
  // A framework may also pass an error that ended a request to its error handler.
  const recorded = createErrorSet()

  function openHost(from: HostRequest): OpenRequest<RequestHead> {
    const { of = 'host', started } = from
    const open = new OpenRequest(records, from.head, { of, origin: from, started })
    open.route = from.route ?? null
    return open
  }

  function fail(error: unknown, open: OpenRequest<RequestHead>): HttpAnswer {
    open.error = error ?? new TypeError(`${String(error)} was thrown`)
    return problemAnswer(error, open.id)
  }

  async function run(route: Route, match: PathMatch, open: OpenRequest): Promise<HttpAnswer> {
    let call: RouteCall | undefined
    let answer: HttpAnswer
    try {
      call = new RouteCall(site, { match, fromOtherSite: route.fromOtherSite }, open)
      const answered = await (telemetry === silentTelemetry
        ? route.handle(call)
        : inSpan(telemetry, { route, match, call, id: open.id }))
      open.viewer ??= answered.viewer ?? null
      answer = success(answered, route.status, open)
    } catch (error) {
      answer = isCancelled(error, open.head)
        ? { status: cancelledStatus, headers: {}, body: null }
        : fail(error, open)
    }
    if (call) Object.assign(answer.headers, call.headers)
    if (call && call.setCookies.length > 0) answer.headers['set-cookie'] = call.setCookies
    return answer
  }

  /** The response of a successful route. */
  function success(answered: Answer, usual: number, open: OpenRequest): HttpAnswer {
    const { body, bytes = null, stream, status = usual } = answered
    // Here it is an error like any other; writing the response would throw.
    for (const name in answered.headers) validateHeaderValue(name, answered.headers[name] ?? '')
    const headers: HttpAnswer['headers'] = {
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'x-request-id': open.id,
      ...answered.headers,
    }
    if (stream) return { status, headers, body: streamOf(stream, endOf(open, status)) }
    if (!body) return { status, headers, body: bytes }
    headers['content-type'] = 'application/json'
    return { status, headers, body: JSON.stringify(body) }
  }

  function endOf(open: OpenRequest, status: number): StreamEnd {
    return {
      done: () => open.end(status),
      brokeOff(error) {
        recorded.add(error)
        open.error = error
        open.end(status, { brokeOff: true })
      },
      cancelled: () => open.end(status, { clientLeft: open.head.method !== 'HEAD' }),
    }
  }

  async function respond(match: RouteMatch | null, open: OpenRequest): Promise<HttpAnswer> {
    if (match === null) return fail(new KithError('route-not-found'), open)
    if (match.kind === 'ambiguous')
      return fail(new KithError('malformed-request', { detail: plainPathDetail }), open)
    open.route = match.path
    open.query = match.query
    const { method } = open.head
    const route = match.routes.get(routedAs(method) as Method)
    if (route) return await run(route, match, open)
    if (method === 'OPTIONS') return preflight(match, open)
    const answer = fail(new KithError('method-not-allowed', { detail: `Use ${match.allow}.` }), open)
    answer.headers['allow'] = match.allow
    return answer
  }

  function preflight(match: PathMatch, open: OpenRequest): HttpAnswer {
    const answer = cors.preflight(open.head, match.allow)
    answer.headers['x-request-id'] = open.id
    return answer
  }

  return Object.freeze({
    find: (target: string, method: string, route?: string) => table.find(target, method, route),
    mounts: table.mounts,
    leavesOut: !all.every(isWanted),
    async answer(request: HttpRequest, match: RouteMatch | null) {
      noticeProxy(request)
      const open = new OpenRequest(records, request, { of: 'kith', origin: request })
      const answer = await respond(match, open)
      cors.expose(request, answer)
      const { body } = answer
      if (!(body instanceof Readable)) open.end(answer.status)
      if (request.method !== 'HEAD') return answer
      if (body instanceof Readable) await endStream(body)
      return { ...answer, body: null }
    },
    problem(error: unknown, from: HostRequest) {
      const open = openHost(from)
      const answer = fail(error, open)
      cors.expose(from.head, answer)
      if (!recorded.has(error)) open.end(answer.status)
      return answer
    },
    requireViewer: (head: RequestHead) => guard.viewerOf(guard.credentials(head)),
    readViewer: (head: RequestHead) => guard.guestOf(guard.credentials(head)),
    async requireRole(head: RequestHead, roles: readonly string[]) {
      const viewer = await guard.viewerOf(guard.credentials(head))
      await kith.accounts.requireRole(viewer, roles)
      return viewer
    },
    async requireFresh(head: RequestHead, maxAge?: Duration) {
      const viewer = await guard.viewerOf(guard.credentials(head))
      await kith.sessions.requireFresh(viewer, maxAge)
      return viewer
    },
    renewViewer: (head: RequestHead, { address }: Pick<ClientInfo, 'address'> = {}) =>
      renew(head, clientOf(head, address)),
    async viewerOfUpgrade(head: RequestHead) {
      const started = performance.now()
      try {
        return await guard.viewerOf(guard.credentialsOfUpgrade(head))
      } catch (error) {
        // The code that refuses an upgrade has a socket and no response, so it might not pass the error to `problem`.
        const open = openHost({ head, started })
        open.end(fail(error, open).status)
        recorded.add(error)
        throw error
      }
    },
    async signIn<User extends SignIn['user']>(from: SigningIn, signIn: HostSignIn<User>) {
      const { head } = from
      const open = openHost(from)
      try {
        if (from.fromElsewhere !== true) guard.demandOwnPage(head)
        const signedIn = await signIn({ device: cookies.readDevice(head.headers.get('cookie')) })
        open.viewer = viewerOf(signedIn)
        await endSessionBefore(kith.sessions, readCredentials(head, cookies))
        open.end(200)
        const headers = {
          ...cors.headersFor(head),
          ...(from.fromElsewhere !== true && deviceBound.offerFor(signedIn.session)),
          'set-cookie': cookies.set(signedIn),
        }
        return { answer: withoutTokens(signedIn), headers }
      } catch (error) {
        open.end(fail(error, open).status)
        recorded.add(error)
        throw error
      }
    },
    corsHeaders: cors.headersFor,
    preflight: cors.hostPreflight,
    health: (options?: ProbeOptions) => answerHealth(kith, options),
    ready: (options?: ProbeOptions) => answerReady(kith, options),
    paths: [...new Set(routes.map(({ path }) => prefix + path))],
    routes,
    bodyTimeoutSeconds,
  })
}

const plainPathDetail =
  'Write the path plainly, in its letter case: no backslashes, dot or empty segments, and percent-encode only what needs it.'

/** nginx logs the same status. Nobody gets this response. */
const cancelledStatus = 499

/** Whether the work was stopped because its client is gone. */
function isCancelled(error: unknown, request: HttpRequest): boolean {
  return error instanceof Error && error.name === 'AbortError' && request.hasLeft?.() === true
}

interface Traced {
  route: Route
  match: PathMatch
  call: RouteCall
  id: string
}

function inSpan(telemetry: Telemetry, { route, match, call, id }: Traced): Promise<Answer> {
  return telemetry.span(
    `${route.method} ${match.path}`,
    { 'http.request.method': route.method, 'http.route': match.path, 'kith.request.id': id },
    () => route.handle(call),
  )
}
