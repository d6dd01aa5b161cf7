import { type ErrorCode, isKithError, KithError, type Sessions, type Viewer } from '@kith/core'
import type { Cookies } from './cookies.ts'
import { type Credentials, readCredentials } from './credentials.ts'
import { isUnsafe, type RequestHead } from './http-request.ts'

/** Decides who asks, and whether the page they ask from may. */
export interface Guard {
  /**
   * The credentials of a request. With cookies an unsafe method needs the header of an allowed page, since a browser
   * sends cookies for any page. @throws origin-not-allowed
   */
  credentials(head: RequestHead): Credentials
  /** Refuses to sign a browser in by cookies for a page that is not allowed. @throws origin-not-allowed */
  demandOwnPage(head: RequestHead): void
  /**
   * Whose these are, by a promise only where that takes more than a look in memory.
   * @throws unauthenticated, access-token-invalid, access-token-expired, session-revoked
   */
  viewerOf(credentials: Credentials): Viewer | Promise<Viewer>
  /** The same, or `null` for a guest; a cookie that is no longer good makes a guest, a bearer token a problem. */
  guestOf(credentials: Credentials): Viewer | null | Promise<Viewer | null>
}

/** What {@link createGuard} depends on. */
export interface GuardOptions {
  sessions: Sessions
  cookies: Cookies
  allowedOrigins: ReadonlySet<string>
}

/** Creates the guard of one handler. */
export function createGuard({ sessions, cookies, allowedOrigins }: GuardOptions): Guard {
  /** `unknown` is no browser, or one older than both headers. */
  function judge({ headers }: RequestHead): 'allowed' | 'refused' | 'unknown' {
    const origin = headers.get('origin')
    const site = headers.get('sec-fetch-site')
    if (site === 'same-origin' || (origin !== null && allowedOrigins.has(origin))) return 'allowed'
    return origin === null && site === null ? 'unknown' : 'refused'
  }

  function credentials(head: RequestHead): Credentials {
    const found = readCredentials(head, cookies)
    const byCookies = found.kind === 'cookies' || found.kind === 'conflict'
    if (byCookies && isUnsafe(head.method) && judge(head) !== 'allowed') {
      throw new KithError('origin-not-allowed', { detail: judge(head) === 'refused' ? listIt : sayWho })
    }
    return found
  }

  return {
    credentials,
    demandOwnPage(head) {
      if (judge(head) === 'refused') throw new KithError('origin-not-allowed', { detail: listIt })
    },
    viewerOf(found) {
      if (found.kind === 'none') throw new KithError('unauthenticated', { detail: signIn })
      if (found.kind === 'conflict') throw new KithError('access-token-invalid', { detail: conflict })
      // Browsers drop the access cookie when it ends; what remains of it is the refresh cookie.
      if (found.accessToken === null)
        throw new KithError('access-token-expired', { detail: 'Refresh the session.' })
      return sessions.authenticateNow(found.accessToken)
    },
    guestOf(found) {
      if (found.kind === 'none' || found.kind === 'conflict' || found.accessToken === null) return null
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

/** Nobody, where a token is of no more use. */
function guestFor(error: unknown): null {
  if (isDeadToken(error)) return null
  throw error
}

/** Whether an error says that a token is of no more use. */
export function isDeadToken(error: unknown): error is KithError {
  return isKithError(error) && deadTokenCodes.has(error.code)
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

const listIt = 'Add the origin of the calling page to `allowedOrigins`, or call from the origin of the API.'
const sayWho =
  'With cookies, send an `Origin` header that `allowedOrigins` has, or `Sec-Fetch-Site: same-origin`; ' +
  'outside a browser send `Authorization: Bearer` instead of cookies.'
const conflict =
  'Session cookies of two sessions came, so neither counts. Sign in again; the routes of Kith remove both.'
const signIn = 'Send an access token: its cookie, or an `Authorization: Bearer` header.'
