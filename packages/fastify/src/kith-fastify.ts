import type { IncomingMessage } from 'node:http'
import { type Duration, isKithError, type Kith, type SignIn, type Viewer } from '@kith/core'
import {
  createKithRoutes,
  type HostSignIn,
  type KithHttpOptions,
  type KithRoutes,
  type ProbeOptions,
  type RequestHead,
  type SignInAnswer,
} from '@kith/http'
import { type GuardCheck, headOf } from '@kith/http/node'
import type {
  FastifyInstance,
  FastifyPluginAsync,
  FastifyReply,
  FastifyRequest,
  onRequestHookHandler,
  preHandlerHookHandler,
  RouteHandlerMethod,
} from 'fastify'
import plugin from 'fastify-plugin'
import { hostRequest } from './fastify-request.ts'
import { refuseAmbiguous, registerRoutes } from './routes.ts'
import { keepVary, send } from './send.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** A `preHandler` that requires a signed-in caller; others get a problem. */
    requireViewer: preHandlerHookHandler
    /** A `preHandler` that requires an account that currently has one of these roles (`accounts.setRole`). */
    requireRole(...roles: [string, ...string[]]): preHandlerHookHandler
    /**
     * A `preHandler` that requires a caller who has signed in or proved to be the account within this time, such as
     * `'10m'`.
     * @default `sessions.freshFor` of createKith
     */
    requireFresh(maxAge?: Duration): preHandlerHookHandler
    /** A `preHandler` that allows everyone and identifies the caller. */
    readViewer: preHandlerHookHandler
    /**
     * A `preHandler` for pages that this server renders: allows everyone, identifies the caller, and renews a session
     * whose access cookie has expired, with cookies on this reply. Later guards see the new session, so `requireViewer`
     * accepts the viewer.
     */
    renewViewer: preHandlerHookHandler
    /**
     * The caller who opens a WebSocket, from the request of `app.server.on('upgrade')`. Cookies count only for pages of
     * `allowedOrigins`; a token comes in the `Authorization` header, or as the subprotocol `kith.bearer.<token>`, after
     * one of yours.
     * @throws unauthenticated, origin-not-allowed, access-token-invalid, access-token-expired, session-revoked
     */
    viewerOfUpgrade(incoming: IncomingMessage): Promise<Viewer>
    /**
     * For your own routes that sign in, such as one that registers with a picture: refuses pages that are not allowed,
     * calls `signIn` with the fields for its `ClientInfo`, and sets the tokens as cookies. The result contains none.
     * Pages of `allowedOrigins` may read the reply.
     * @throws origin-not-allowed
     */
    signIn<User extends SignIn['user']>(
      to: SignInExchange,
      signIn: HostSignIn<User>,
    ): Promise<SignInAnswer<User>>
    /**
     * An `onRequest` hook that lets the pages of `allowedOrigins` call your own routes and read their replies:
     * `app.addHook('onRequest', app.cors)` at the root, where requests without a route end up, as preflights do. Routes
     * of Kith, and your replacements that use `signIn`, do not need it.
     */
    cors: onRequestHookHandler
    /**
     * Sends a Kith error from your own routes as a problem, which pages of `allowedOrigins` may read: for your error
     * handler. `null` for any other error.
     */
    sendProblem(error: unknown, to: SignInExchange): FastifyReply | null
    /** A handler for liveness probes: `app.get('/health', app.healthProbe())`. Always 200. */
    healthProbe(options?: ProbeOptions): RouteHandlerMethod
    /** A handler for readiness probes: `app.get('/ready', app.readyProbe())`. 200, or 503. */
    readyProbe(options?: ProbeOptions): RouteHandlerMethod
  }
  interface FastifyRequest {
    /** The caller; `null` for a guest, and without a guard of Kith. */
    viewer: Viewer | null
  }
}

/** A request and its reply. */
export interface SignInExchange {
  request: FastifyRequest
  reply: FastifyReply
  /**
   * Whether the browser may come from any page, as for the callback of another service. Compare a `state` with your own
   * cookie first: otherwise any page could sign its visitors in to the attacker's account. @default false
   */
  fromElsewhere?: boolean | undefined
}

/** The options of the plugin. */
export interface KithFastifyOptions extends KithHttpOptions<FastifyRequest> {
  kith: Kith
}

const register: FastifyPluginAsync<KithFastifyOptions> = async (app, { kith, ...options }) => {
  const http = createKithRoutes(kith, options)
  app.decorateRequest('viewer', null)
  const headOfRequest = (request: FastifyRequest): RequestHead => headOf(request.raw, request)
  app.decorate(
    'requireViewer',
    guard(http, (request) => http.requireViewer(headOfRequest(request))),
  )
  app.decorate(
    'readViewer',
    guard(http, (request) => http.readViewer(headOfRequest(request))),
  )
  app.decorate('requireRole', (...roles: [string, ...string[]]) =>
    guard(http, (request) => http.requireRole(headOfRequest(request), roles)),
  )
  app.decorate('requireFresh', (maxAge) =>
    guard(http, (request) => http.requireFresh(headOfRequest(request), maxAge)),
  )
  app.decorate(
    'renewViewer',
    guard(http, async (request, reply) => {
      const { viewer, setCookies } = await http.renewViewer(headOfRequest(request), { address: request.ip })
      if (setCookies.length === 0) return viewer
      for (const cookie of setCookies) reply.header('set-cookie', cookie)
      // A shared cache may store a reply with cookies.
      if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'private')
      return viewer
    }),
  )
  app.decorate('viewerOfUpgrade', (incoming) => http.viewerOfUpgrade(headOf(incoming)))
  app.decorate('signIn', async ({ request, reply, fromElsewhere }, signIn) => {
    allowPages(http, { request, reply })
    const { answer, headers } = await http.signIn({ ...hostRequest(request, reply), fromElsewhere }, signIn)
    reply.header('set-cookie', headers['set-cookie'])
    return answer
  })
  app.decorate('cors', (request, reply, done) => {
    const target = request.raw.url ?? ''
    const preflight = http.find(target, 'OPTIONS') ? null : http.preflight(headOf(request.raw))
    if (preflight) return void send(reply, preflight, http.bodyTimeoutSeconds)
    allowPages(http, { request, reply })
    done()
  })
  app.decorate('sendProblem', (error, { request, reply }) =>
    isKithError(error)
      ? send(reply, http.problem(error, hostRequest(request, reply)), http.bodyTimeoutSeconds)
      : null,
  )
  app.decorate('healthProbe', (options) => async (_request, reply) => {
    return send(reply, http.health(options), http.bodyTimeoutSeconds)
  })
  app.decorate('readyProbe', (options) => async (_request, reply) => {
    return send(reply, await http.ready(options), http.bodyTimeoutSeconds)
  })
  if (http.leavesOut) refuseAmbiguous(app, http)
  await app.register(async (scope) => registerRoutes(scope, http))
}

/** The plugin: `await app.register(kithFastify, { kith })`. */
export const kithFastify: FastifyPluginAsync<KithFastifyOptions> = plugin(register, {
  name: '@kith/fastify',
  fastify: '5.x',
})

/** Lets the pages of `allowedOrigins` read the response, no matter who writes it. */
function allowPages(http: KithRoutes, { request, reply }: SignInExchange): void {
  const headers = http.corsHeaders(headOf(request.raw))
  keepVary(reply, headers)
  reply.headers(headers)
}

function guard(
  http: KithRoutes,
  check: (request: FastifyRequest, reply: FastifyReply) => ReturnType<GuardCheck>,
): preHandlerHookHandler {
  return (request, reply, done) => {
    const refuse = (error: unknown, started?: number): void =>
      void send(
        reply,
        http.problem(error, { ...hostRequest(request, reply), started }),
        http.bodyTimeoutSeconds,
      )
    let viewer: ReturnType<GuardCheck>
    try {
      viewer = check(request, reply)
    } catch (error) {
      return refuse(error)
    }
    // A token seen before costs no turn of the event loop.
    if (!(viewer instanceof Promise)) return pass(viewer)
    const started = performance.now()
    void viewer.then(pass, (error: unknown) => refuse(error, started))

    function pass(found: Viewer | null): void {
      request.viewer = found
      done()
    }
  }
}
