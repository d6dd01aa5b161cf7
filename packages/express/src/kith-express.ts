import type { IncomingMessage } from 'node:http'
import { type AppFields, type Duration, isKithError, type Kith, type SignIn, type Viewer } from '@kith/core'
import {
  createKithRoutes,
  type HostSignIn,
  type HttpAnswer,
  type KithHttpOptions,
  type KithRoutes,
  type ProbeOptions,
  type SignInAnswer,
} from '@kith/http'
import { type GuardCheck, headOf, sendAnswer } from '@kith/http/node'
import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express'
import { ExpressRequest, hostRequest } from './express-request.ts'

/** Kith for an Express app. */
export interface KithExpress<Role extends string = string> {
  /**
   * All routes of Kith: `app.use(routes)`. Any other path, and a disabled route, goes on to the next handler untouched.
   */
  routes: RequestHandler
  /** Requires a signed-in caller, and sets `request.viewer`; others get a problem. */
  requireViewer: RequestHandler
  /**
   * Requires an account that currently has one of these roles (`accounts.setRole`), and sets `request.viewer`; others
   * get a problem.
   */
  requireRole(...roles: [Role, ...Role[]]): RequestHandler
  /**
   * Requires a caller who has signed in or proved to be the account within this time, such as `'10m'`, and sets
   * `request.viewer`; others get a problem. @default `sessions.freshFor` of createKith
   */
  requireFresh(maxAge?: Duration): RequestHandler
  /** Allows everyone, and sets `request.viewer`: `null` for a guest. */
  readViewer: RequestHandler
  /**
   * For pages that this server renders: allows everyone, sets `request.viewer`, and renews a session whose access
   * cookie has expired, with cookies on this response. Later guards see the new session, so `requireViewer` accepts the
   * viewer.
   */
  renewViewer: RequestHandler
  /**
   * The caller who opens a WebSocket, from the request of `server.on('upgrade')`. Cookies count only for pages of
   * `allowedOrigins`; a token comes in the `Authorization` header, or as the subprotocol `kith.bearer.<token>`, after
   * one of yours.
   * @throws unauthenticated, origin-not-allowed, access-token-invalid, access-token-expired, session-revoked
   */
  viewerOfUpgrade(incoming: IncomingMessage): Promise<Viewer>
  /**
   * For your own routes that sign in, such as one that registers with a picture: refuses pages that are not allowed,
   * calls `signIn` with the fields for its `ClientInfo`, and sets the tokens as cookies. The result contains none.
   * Pages of `allowedOrigins` may read the response. @throws origin-not-allowed
   */
  signIn<User extends SignIn['user']>(
    to: SignInExchange,
    signIn: HostSignIn<User>,
  ): Promise<SignInAnswer<User>>
  /**
   * Lets the pages of `allowedOrigins` call your own routes and read their responses: `app.use(cors)` before them.
   * Routes of Kith, and your replacements that use `signIn`, do not need it, unless a `Router` with yours comes before
   * `routes`.
   */
  cors: RequestHandler
  /**
   * Converts Kith errors from your own routes to problems, which pages of `allowedOrigins` may read; passes all others
   * on. Mount it after the routes.
   */
  problems: ErrorRequestHandler
  /** A handler for liveness probes: `app.get('/health', health())`. Always 200. */
  health(options?: ProbeOptions): RequestHandler
  /** A handler for readiness probes: `app.get('/ready', ready())`. 200, or 503. */
  ready(options?: ProbeOptions): RequestHandler
}

/** A request that signs in, with its response. */
export interface SignInExchange {
  request: Request
  response: Response
  /**
   * Whether the browser may come from any page, as for the callback of another service. Compare a `state` with your own
   * cookie first: otherwise any page could sign its visitors in to the attacker's account. @default false
   */
  fromElsewhere?: boolean | undefined
}

/** Creates the routes and guards of a Kith. @throws TypeError for invalid options */
export function kithExpress<Fields extends AppFields = AppFields>(
  kith: Kith<Fields>,
  options?: KithHttpOptions<Request>,
): KithExpress<Fields['role']> {
  const http = createKithRoutes(kith as unknown as Kith, options)
  const send = (answer: HttpAnswer, response: Response): Promise<void> =>
    sendAnswer(answer, response, http.bodyTimeoutSeconds)
  function guard(check: (request: Request, response: Response) => ReturnType<GuardCheck>): RequestHandler {
    return (request, response, next) => {
      const refuse = (error: unknown, started?: number): Promise<void> =>
        send(http.problem(error, { ...hostRequest(request, response), started }), response)
      let viewer: ReturnType<GuardCheck>
      try {
        viewer = check(request, response)
      } catch (error) {
        return refuse(error)
      }
      // A token seen before costs no turn of the event loop.
      if (!(viewer instanceof Promise)) return pass(viewer)
      const started = performance.now()
      return viewer.then(pass, (error: unknown) => refuse(error, started))

      function pass(found: Viewer | null): void {
        request.viewer = found
        next()
      }
    }
  }

  /** Lets the pages of `allowedOrigins` read the response, no matter who writes it. */
  function allowPages(request: Request, response: Response): void {
    const { vary = '', ...headers } = http.corsHeaders(headOf(request))
    response.vary(vary).set(headers)
  }

  const routes: RequestHandler = (request, response, next) => {
    // As on the request line, under any mount: `request.path` is parsed by other rules than Express's own routes.
    const match = http.find(request.baseUrl + request.url, request.method)
    if (!match) return next(misplaced(http, request))
    return http.answer(new ExpressRequest(request, response), match).then((answer) => send(answer, response))
  }

  return {
    routes,
    requireViewer: guard((request) => http.requireViewer(headOf(request))),
    requireRole: (...roles) => guard((request) => http.requireRole(headOf(request), roles)),
    requireFresh: (maxAge) => guard((request) => http.requireFresh(headOf(request), maxAge)),
    readViewer: guard((request) => http.readViewer(headOf(request))),
    renewViewer: guard(async (request, response) => {
      const { viewer, setCookies } = await http.renewViewer(headOf(request), { address: request.ip })
      if (setCookies.length === 0) return viewer
      response.append('set-cookie', [...setCookies])
      // A shared cache may store a response with cookies.
      if (!response.hasHeader('cache-control')) response.set('cache-control', 'private')
      return viewer
    }),
    viewerOfUpgrade: (incoming) => http.viewerOfUpgrade(headOf(incoming)),
    cors(request, response, next) {
      const target = request.baseUrl + request.url
      if (request.method === 'OPTIONS' && http.find(target, 'OPTIONS')) return routes(request, response, next)
      const preflight = http.preflight(headOf(request))
      if (preflight) return send(preflight, response)
      allowPages(request, response)
      next()
    },
    async signIn({ request, response, fromElsewhere }, signIn) {
      allowPages(request, response)
      const { answer, headers } = await http.signIn(
        { ...hostRequest(request, response), fromElsewhere },
        signIn,
      )
      response.append('set-cookie', headers['set-cookie'])
      return answer
    },
    // eslint-disable-next-line @typescript-eslint/max-params -- Express knows an error handler by its four parameters
    problems(error: unknown, request, response, next) {
      if (!isKithError(error) || response.headersSent) return next(error)
      return send(http.problem(error, hostRequest(request, response)), response)
    },
    health: (options) => (_request, response) => send(http.health(options), response),
    ready: (options) => async (_request, response) => send(await http.ready(options), response),
  }
}

/** Under a mount that `prefix` does not include, no path would reach Kith, and its media URLs would be broken. */
function misplaced(http: KithRoutes, { baseUrl, url, method }: Request): TypeError | undefined {
  if (baseUrl === '' || !http.find(url, method)) return undefined
  return new TypeError(
    `kithExpress: the routes are mounted under ${baseUrl}, which the prefix of createKith does not begin with: add it there, or write app.use(routes)`,
  )
}
