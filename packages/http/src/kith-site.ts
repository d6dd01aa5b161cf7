import type { ClientInfo, Duration, SignIn, Viewer } from '@kith/core'
import type { HostRequest, RequestHead } from './http-request.ts'
import type { ProbeOptions } from './probes.ts'
import type { Renewal } from './renewal.ts'
import type { RouteDescription } from './route.ts'
import type { SignInAnswer } from './shapes.ts'
import type { HostSignIn } from './sign-in.ts'

/** A browser that was signed in: the tokens are in the cookies alone. */
export interface BrowserSignIn<Headed, User extends SignIn['user'] = SignIn['user']> {
  answer: SignInAnswer<User>
  /** The cookies, and what CORS needs, for the response. */
  headers: Headed
}

/** A request of a route of the host's own that signs somebody in. */
export interface SigningIn extends HostRequest {
  /**
   * Whether the browser may come from any page, as to the callback of another service. Then the host itself has to know that it is the
   * browser that it sent there: by a `state` in a cookie of its own. Otherwise any page could sign its visitors in to an account of its own.
   * @default false
   */
  readonly fromElsewhere?: boolean | undefined
}

/** What all hosts of Kith have, in the form of answers and headers that they speak. */
export interface KithSite<Answered, Headed> {
  /** Who asks, for the host's own routes. @throws unauthenticated, origin-not-allowed, access-token-invalid, access-token-expired, session-revoked */
  requireViewer(head: RequestHead): Promise<Viewer>
  /**
   * Who asks, if their account has one of these roles now: a look at the account, so that a role counts from when it is set.
   * @throws as `requireViewer`; account-banned, role-required
   */
  requireRole(head: RequestHead, roles: readonly string[]): Promise<Viewer>
  /**
   * Who asks, if they have signed in or proved to be the account (`POST /users/me/prove`) not longer ago than this: by a look at the
   * session. @default `sessions.freshFor` of createKith. @throws as `requireViewer`; proof-required
   */
  requireFresh(head: RequestHead, maxAge?: Duration): Promise<Viewer>
  /** Who asks, or `null` for a guest. @throws origin-not-allowed, access-token-invalid, access-token-expired, session-revoked */
  readViewer(head: RequestHead): Promise<Viewer | null>
  /**
   * Who asks for a page that this server renders, or `null` for a guest. Where the access cookie has ended and the refresh cookie is
   * good, the session is renewed: set the cookies on your response. For the other guards and the routes of Kith this request counts as
   * one with the new cookies from then on. A bearer token is only read, and so is a `HEAD`.
   * @throws origin-not-allowed, access-token-invalid, access-token-expired, session-revoked, rate-limited
   */
  renewViewer(head: RequestHead, client?: Pick<ClientInfo, 'address'>): Promise<Renewal>
  /**
   * Who opens a WebSocket: give it the request of the upgrade. Cookies count only for pages of `allowedOrigins`, since any page can open a
   * socket with them. A token comes in the `Authorization` header, or from a page as the subprotocol `kith.bearer.<token>`, behind one of
   * yours. A refusal is logged.
   * @throws unauthenticated, origin-not-allowed, access-token-invalid, access-token-expired, session-revoked
   */
  viewerOfUpgrade(head: RequestHead): Promise<Viewer>
  /**
   * Signs a browser in from a route of the host's own, such as one that registers with a picture: refuses pages that are
   * not allowed, before `signIn` runs, and returns the headers to send. `signIn` gets the device token of the browser, for
   * the `ClientInfo`. A session that the browser had before ends. @throws origin-not-allowed
   */
  signIn<User extends SignIn['user']>(
    from: SigningIn,
    signIn: HostSignIn<User>,
  ): Promise<BrowserSignIn<Headed, User>>
  /** The response for an error outside of Kith's own routes, which is logged with the request that it belongs to. Pages of `allowedOrigins` may read it. */
  problem(error: unknown, from: HostRequest): Answered
  /** Headers for a response of the app's own, by which the pages of `allowedOrigins` may read it. */
  corsHeaders(head: RequestHead): Record<string, string>
  /**
   * The response to what a browser asks before a page of `allowedOrigins` may call a route of the app: whatever method and headers it
   * asks for; `null` for any other request. On its own paths, those of routes that are left out included, Kith needs no help.
   */
  preflight(head: RequestHead): Answered | null
  /**
   * Handles a probe of whether this process goes on answering: always 200. No route of Kith; mount it where your probes look,
   * such as `/health`.
   */
  health(options?: ProbeOptions): Answered
  /** Handles a probe of whether it can do its work: 200, or 503 where a part of it cannot be used. No route of Kith either. */
  ready(options?: ProbeOptions): Promise<Answered>
  /** The paths of all `routes`, with the prefix; a segment that begins with a colon is a parameter. */
  readonly paths: readonly string[]
  /** The routes that are neither left out nor lack what they need, as described to clients; paths without the prefix. */
  readonly routes: readonly RouteDescription[]
  /** How long the rest of a body may go on after the response, for hosts that hold the connection. */
  readonly bodyTimeoutSeconds: number
}
