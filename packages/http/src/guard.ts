import { type ErrorCode, isKithError, KithError, type Sessions, type Tokens, type Viewer } from '@kith/core'
import type { CallingPage } from './calling-page.ts'
import type { Cookies } from './cookies.ts'
import { bearerOfSocket, type Credentials, readCredentials } from './credentials.ts'
import { hostOf, isUnsafe, type RequestHead } from './http-request.ts'

/** Identifies the caller, and checks whether the calling page is allowed. */
export interface Guard {
  /**
   * The credentials of a request. With cookies an unsafe method needs the header of an allowed page, since a browser
   * sends cookies for any page. @throws origin-not-allowed
   */
  credentials(head: RequestHead): Credentials
  /**
   * Those of a WebSocket upgrade: a GET that any page may send, with cookies, and that stays open. So cookies need the
   * header of an allowed page here as well. @throws origin-not-allowed
   */
  credentialsOfUpgrade(head: RequestHead): Credentials
  /** Refuses to sign a browser in by cookies for a page that is not allowed. @throws origin-not-allowed */
  demandOwnPage(head: RequestHead): void
  /**
   * The viewer of these credentials; a promise only if that takes more than a lookup in memory.
   * @throws unauthenticated, access-token-invalid, access-token-expired, session-revoked
   */
  viewerOf(credentials: Credentials): Viewer | Promise<Viewer>
  /** The same, or `null` for a guest; an invalid cookie makes a guest, an invalid bearer token a problem. */
  guestOf(credentials: Credentials): Viewer | null | Promise<Viewer | null>
}

/** The guard for sessions of Kith. */
export interface SessionGuard extends Guard {
  /** From here on this request counts as one with these tokens, instead of those it came with. */
  renewed(head: RequestHead, tokens: Pick<Tokens, 'accessToken' | 'refreshToken'>): void
}

/** The dependencies of {@link createGuard}. */
export interface GuardOptions {
  sessions: Sessions
  cookies: Cookies
  page: CallingPage
}

/** Creates the guard of one handler. */
export function createGuard({ sessions, cookies, page }: GuardOptions): SessionGuard {
  /** By the request of the host, which is the same object for all of its guards. */
  const renewed = new WeakMap<object, Credentials>()

  function fromOwnPage(found: Credentials, head: RequestHead): Credentials {
    if (found.kind === 'cookies' || found.kind === 'conflict') page.demandAllowed(head)
    return found
  }

  return {
    credentials(head) {
      const found = renewed.get(hostOf(head)) ?? readCredentials(head, cookies)
      return isUnsafe(head.method) ? fromOwnPage(found, head) : found
    },
    credentialsOfUpgrade(head) {
      const accessToken = bearerOfSocket(head)
      if (accessToken !== null) return { kind: 'bearer', accessToken }
      return fromOwnPage(readCredentials(head, cookies), head)
    },
    demandOwnPage: (head) => page.demandNotForeign(head),
    renewed(head, { accessToken, refreshToken }) {
      renewed.set(hostOf(head), { kind: 'cookies', accessToken, refreshToken })
    },
    viewerOf(found) {
      if (found.kind === 'conflict') throw new KithError('access-token-invalid', { detail: conflict })
      if (!('accessToken' in found)) throw new KithError('unauthenticated', { detail: signIn })
      // Browsers drop the access cookie when it expires; only the refresh cookie remains.
      if (found.accessToken === null)
        throw new KithError('access-token-expired', { detail: 'Refresh the session.' })
      return sessions.authenticateNow(found.accessToken)
    },
    guestOf(found) {
      if (!('accessToken' in found) || found.accessToken === null) return null
      if (found.kind === 'bearer') return sessions.authenticateNow(found.accessToken)
      try {
        const viewer = sessions.authenticateNow(found.accessToken)
        return viewer instanceof Promise ? viewer.catch(guestFor) : viewer
      } catch (error) {
        return guestFor(error)
      }
    },
  }
}

/** A guest, if the token is no longer valid. */
function guestFor(error: unknown): null {
  if (isDeadToken(error)) return null
  throw error
}

/** Whether an error means that a token is no longer valid. */
export function isDeadToken(error: unknown): error is KithError {
  return isKithError(error) && deadTokenCodes.has(error.code)
}

/** Whether a session is bound to a device, so that only its browser renews it. */
export function isUnproved(error: unknown): boolean {
  return isKithError(error) && error.code === 'device-proof-required'
}

const deadTokenCodes: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'access-token-invalid',
  'access-token-expired',
  'refresh-token-invalid',
  'refresh-token-expired',
  'refresh-token-reused',
  'session-revoked',
  'account-banned',
])

const conflict =
  'Session cookies of two sessions came, so neither counts. Sign in again; the routes of Kith remove both.'
const signIn = 'Send an access token: its cookie, or an `Authorization: Bearer` header.'
