import type { ClientInfo, Duration, SignIn, Viewer } from '@kith/core'
import type { HostRequest, RequestHead } from './http-request.ts'
import type { ProbeOptions } from './probes.ts'
import type { Renewal } from './renewal.ts'
import type { RouteDescription } from './route.ts'
import type { SignInAnswer } from './shapes.ts'
import type { HostSignIn } from './sign-in.ts'

/** A browser that was signed in: the tokens are only in the cookies. */
export interface BrowserSignIn<Headed, User extends SignIn['user'] = SignIn['user']> {
  answer: SignInAnswer<User>
  /** The cookies and CORS headers for the response. */
  headers: Headed
}

/** A request of one of the host's own routes that signs in. */
export interface SigningIn extends HostRequest {
  /**
   * Whether the browser may come from any page, as for the callback of another service. Then the host has to verify
   * that it is the browser it sent there: with a `state` in a cookie of its own. Otherwise any page could sign its
   * visitors in to the attacker's account.
   * @default false
   */
  readonly fromElsewhere?: boolean | undefined
}

/** The common part of all Kith hosts, in their own types of responses and headers. */
export interface KithSite<Answered, Headed> {
  /**
   * The caller of one of the host's own routes. @throws unauthenticated, origin-not-allowed, access-token-invalid,
   * access-token-expired, session-revoked
   */
  requireViewer(head: RequestHead): Promise<Viewer>
  /**
   * The caller, if their account currently has one of these roles: reads the account, so a new role counts immediately.
   * @throws as `requireViewer`; account-banned, role-required
   */
  requireRole(head: RequestHead, roles: readonly string[]): Promise<Viewer>
  /**
   * The caller, if they have signed in or proved to be the account (`POST /users/me/prove`) within this time: reads the
   * session. @default `sessions.freshFor` of createKith. @throws as `requireViewer`; proof-required
   */
  requireFresh(head: RequestHead, maxAge?: Duration): Promise<Viewer>
  /**
   * The caller, or `null` for a guest. @throws origin-not-allowed, access-token-invalid, access-token-expired,
   * session-revoked
   */
  readViewer(head: RequestHead): Promise<Viewer | null>
  /**
   * The viewer of a page that this server renders, or `null` for a guest. If the access cookie has expired and the
   * refresh cookie is valid, the session is renewed: set the cookies on your response. For the other guards and the
   * routes of Kith this request counts as one with the new cookies from then on. A bearer token, and a `HEAD` request,
   * never renew.
   * @throws origin-not-allowed, access-token-invalid, access-token-expired, session-revoked, rate-limited
   */
  renewViewer(head: RequestHead, client?: Pick<ClientInfo, 'address'>): Promise<Renewal>
  /**
   * The caller who opens a WebSocket: pass the upgrade request. Cookies count only for pages of `allowedOrigins`, since
   * any page can open a socket with them. A token comes in the `Authorization` header, or from a page as the
   * subprotocol `kith.bearer.<token>`, after one of yours. Refusals are logged.
   * @throws unauthenticated, origin-not-allowed, access-token-invalid, access-token-expired, session-revoked
   */
  viewerOfUpgrade(head: RequestHead): Promise<Viewer>
  /**
   * Signs a browser in from one of the host's own routes, such as one that registers with a picture: refuses pages that
   * are not allowed, before `signIn` runs, and returns the headers to send. `signIn` gets the device token of the
   * browser, for the `ClientInfo`. The browser's previous session ends. @throws origin-not-allowed
   */
  signIn<User extends SignIn['user']>(
    from: SigningIn,
    signIn: HostSignIn<User>,
  ): Promise<BrowserSignIn<Headed, User>>
  /**
   * The response for an error outside of Kith's own routes, which is logged with its request. Pages of `allowedOrigins`
   * may read it.
   */
  problem(error: unknown, from: HostRequest): Answered
  /** Headers that let the pages of `allowedOrigins` read a response of the app. */
  corsHeaders(head: RequestHead): Record<string, string>
  /**
   * The preflight response for a page of `allowedOrigins` and a route of the app, for any method and headers; `null`
   * for any other request. On its own paths, including those of disabled routes, Kith needs no help.
   */
  preflight(head: RequestHead): Answered | null
  /** Handles a liveness probe: always 200. Not a route of Kith; mount it where your probes look, such as `/health`. */
  health(options?: ProbeOptions): Answered
  /** Handles a readiness probe: 200, or 503 if a part cannot be used. Not a route of Kith either. */
  ready(options?: ProbeOptions): Promise<Answered>
  /** The paths of all `routes`, with the prefix; a segment that begins with a colon is a parameter. */
  readonly paths: readonly string[]
  /** The routes that are neither disabled nor unavailable, as described to clients; paths without the prefix. */
  readonly routes: readonly RouteDescription[]
  /** How long the rest of a body may take after the response, for hosts that hold the connection. */
  readonly bodyTimeoutSeconds: number
}
