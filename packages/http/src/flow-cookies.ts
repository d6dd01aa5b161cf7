import { pairsOf } from './cookies.ts'
import type { HttpConfig } from './options.ts'
import { isOwnPage } from './return-page.ts'

/** A browser's provider flow, from its cookie. */
interface FlowOfBrowser {
  browser: string
  /** A path, or a URL of `allowedOrigins`. */
  returnTo: string
}

/** The cookies that identify the browser of a provider sign-in: without them the provider's response is useless. */
export interface FlowCookies {
  /** `null` for another browser. */
  readFlow(header: string | null): FlowOfBrowser | null
  /**
   * If the provider posts a form, its page sends the cookie from another site; so do pages of the app, if the session
   * cookies allow that.
   */
  setFlow(flow: FlowOfBrowser, fromOtherSite: boolean): string
  /** The token of an account with missing fields; an empty string if there is none. */
  readDetails(header: string | null): string
  setDetails(token: string): string
  /** The `Set-Cookie` headers that remove them. */
  clearFlow(): string
  clearDetails(): string
}

/** As long as the codes that they belong to. */
const seconds = 600

/** Creates the cookies of one handler. */
export function createFlowCookies({
  allowedOrigins,
  cookies: { secure, sameSite: ofSessions },
}: Pick<HttpConfig, 'allowedOrigins' | 'cookies'>): FlowCookies {
  // With this prefix no other host of the domain can set its own: that would sign someone in to another account.
  const prefix = secure ? '__Host-' : ''
  const [flowName, detailsName] = [`${prefix}kith-flow`, `${prefix}kith-details`]

  function write(
    name: string,
    value: string,
    { maxAge = seconds, fromOtherSite = ofSessions === 'none' } = {},
  ): string {
    const sameSite = fromOtherSite && secure ? 'None' : 'Lax'
    return `${name}=${value}; Max-Age=${maxAge}; Path=/; HttpOnly; ${secure ? 'Secure; ' : ''}SameSite=${sameSite}`
  }
  const read = (header: string | null, name: string): string =>
    pairsOf(header).find(([found]) => found === name)?.[1] ?? ''

  return {
    readFlow(header) {
      const [browser = '', page = ''] = read(header, flowName).split('.')
      const returnTo = Buffer.from(page, 'base64url').toString()
      return browser !== '' && isOwnPage(returnTo, allowedOrigins) ? { browser, returnTo } : null
    },
    setFlow({ browser, returnTo }, fromOtherSite) {
      const value = `${browser}.${Buffer.from(returnTo).toString('base64url')}`
      return write(flowName, value, fromOtherSite ? { fromOtherSite } : {})
    },
    readDetails: (header) => read(header, detailsName),
    setDetails: (token) => write(detailsName, token),
    clearFlow: () => write(flowName, '', { maxAge: 0 }),
    clearDetails: () => write(detailsName, '', { maxAge: 0 }),
  }
}
