import { isOwnPath } from '@kith/core/adapter'

/** The page that a browser goes back to. */
export interface ReturnPage {
  /** One of `allowedOrigins`; an empty string for that of the API. */
  origin: string
  path: string
}

/**
 * Reads where a browser is to go back to: a path, or a URL whose origin `allowedOrigins` has, letter by letter. Anything else is a path
 * that nobody accepts.
 */
export function readReturnPage(returnTo: string, allowedOrigins: ReadonlySet<string>): ReturnPage {
  for (const origin of allowedOrigins) {
    if (returnTo === origin) return { origin, path: '/' }
    if (returnTo.startsWith(`${origin}/`)) return { origin, path: returnTo.slice(origin.length) }
  }
  return { origin: '', path: returnTo }
}

/** Whether a browser may be sent there. */
export function isOwnPage(returnTo: string, allowedOrigins: ReadonlySet<string>): boolean {
  return isOwnPath(readReturnPage(returnTo, allowedOrigins).path)
}
