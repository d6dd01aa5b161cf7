import { isOwnPath } from '@kith/core/adapter'

/** The page that a browser goes back to. */
export interface ReturnPage {
  /** One of `allowedOrigins`; an empty string for that of the API. */
  origin: string
  path: string
}

/**
 * Parses where to send a browser back to: a path, or a URL whose origin is exactly one of `allowedOrigins`. Anything
 * else becomes a path that nothing accepts.
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
