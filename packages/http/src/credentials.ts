import type { Cookies, TokenCookies } from './cookies.ts'
import type { RequestHead } from './http-request.ts'

/** The credentials of a request. */
export type Credentials =
  | { kind: 'none' }
  | { kind: 'bearer'; accessToken: string }
  | ({ kind: 'cookies' } & Omit<TokenCookies, 'conflict'>)
  /** Cookies of several sessions, so it is unknown whose. */
  | { kind: 'conflict' }
  /** Credentials for the host's own sign-in. */
  | { kind: 'host'; head: RequestHead }

/**
 * Reads the credentials of a request. A bearer token takes precedence over cookies: a page of another site can make a
 * browser send cookies, but no header. Other schemes, such as Basic of a proxy, are ignored.
 */
export function readCredentials({ headers }: RequestHead, cookies: Cookies): Credentials {
  const authorization = headers.get('authorization')
  if (authorization !== null && isBearer(authorization))
    return { kind: 'bearer', accessToken: authorization.slice('bearer'.length).trim() }
  const { conflict, ...tokens } = cookies.read(headers.get('cookie'))
  if (conflict) return { kind: 'conflict' }
  return tokens.accessToken === null && tokens.refreshToken === null
    ? { kind: 'none' }
    : { kind: 'cookies', ...tokens }
}

/** The usual spelling is compared first, since guards run before every request. */
export function isBearer(authorization: string): boolean {
  return authorization.startsWith('Bearer ') || /^bearer(?: |$)/i.test(authorization)
}

/**
 * An access token among the subprotocols of a WebSocket upgrade, as `kith.bearer.<token>`: a page cannot set any other
 * header. It is safe that a foreign page could send one, since it would have to know the token.
 */
export function bearerOfSocket({ headers }: RequestHead): string | null {
  const protocols = headers.get('sec-websocket-protocol')?.split(',') ?? []
  const found = protocols.map((name) => name.trim()).find((name) => name.startsWith(socketBearer))
  return found?.slice(socketBearer.length) ?? null
}

const socketBearer = 'kith.bearer.'
