import type { Cookies, TokenCookies } from './cookies.ts'
import type { RequestHead } from './http-request.ts'

/** What a request shows to say who asks. */
export type Credentials =
  | { kind: 'none' }
  | { kind: 'bearer'; accessToken: string }
  | ({ kind: 'cookies' } & Omit<TokenCookies, 'conflict'>)
  /** Cookies of which nobody can tell whose they are. */
  | { kind: 'conflict' }
  /** What the sign-in of the host's own reads. */
  | { kind: 'host'; head: RequestHead }

/**
 * Reads the credentials of a request. A bearer token alone counts where cookies come too: a page of another site can
 * make a browser send cookies, but no header. Other schemes, such as the Basic of a proxy in front, are not ours.
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
 * An access token among the subprotocols of a WebSocket upgrade, as `kith.bearer.<token>`: a page can set no other header of it. That a
 * foreign page could send one is no harm, for it is a token that the page knows.
 */
export function bearerOfSocket({ headers }: RequestHead): string | null {
  const protocols = headers.get('sec-websocket-protocol')?.split(',') ?? []
  const found = protocols.map((name) => name.trim()).find((name) => name.startsWith(socketBearer))
  return found?.slice(socketBearer.length) ?? null
}

const socketBearer = 'kith.bearer.'
