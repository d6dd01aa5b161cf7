import { KithError } from '@kith/core'
import type { RequestHead } from './http-request.ts'

/** Whether the calling page may use the cookies that its browser adds. */
export interface CallingPage {
  /** `unknown` is not a browser, or one older than both of these headers. */
  judge(head: RequestHead): 'allowed' | 'refused' | 'unknown'
  /** Refuses everything but allowed pages. @throws origin-not-allowed */
  demandAllowed(head: RequestHead): void
  /** Refuses pages that are not allowed; passes for anything but a page. @throws origin-not-allowed */
  demandNotForeign(head: RequestHead): void
  /**
   * Refuses a visit that a page of another site started without the user. A click, a typed URL, and a page of
   * `allowedOrigins` count as the user's own action. @throws origin-not-allowed
   */
  demandOwnVisit(head: RequestHead): void
}

/** Creates the check of one handler. */
export function createCallingPage(allowedOrigins: ReadonlySet<string>): CallingPage {
  function judge({ headers }: RequestHead): ReturnType<CallingPage['judge']> {
    const origin = headers.get('origin')
    const site = headers.get('sec-fetch-site')
    if (site === 'same-origin' || (origin !== null && allowedOrigins.has(origin))) return 'allowed'
    return origin === null && site === null ? 'unknown' : 'refused'
  }

  return {
    judge,
    demandAllowed(head) {
      const page = judge(head)
      if (page === 'allowed') return
      throw new KithError('origin-not-allowed', { detail: page === 'refused' ? listIt : sayWho })
    },
    demandNotForeign(head) {
      if (judge(head) === 'refused') throw new KithError('origin-not-allowed', { detail: listIt })
    },
    demandOwnVisit({ headers }) {
      if (headers.get('sec-fetch-site') !== 'cross-site' || headers.get('sec-fetch-user') === '?1') return
      const referrer = headers.get('referer') ?? ''
      if (URL.canParse(referrer) && allowedOrigins.has(new URL(referrer).origin)) return
      throw new KithError('origin-not-allowed', { detail: 'Follow a link to sign in.' })
    },
  }
}

const listIt = 'Add the origin of the calling page to `allowedOrigins`, or call from the origin of the API.'
const sayWho =
  'With cookies, send an `Origin` header that `allowedOrigins` has, or `Sec-Fetch-Site: same-origin`; ' +
  'outside a browser send `Authorization: Bearer` instead of cookies.'
