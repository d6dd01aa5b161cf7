import type { Clock, SignIn, Tokens } from '@kith/core'
import type { HttpConfig } from './options.ts'

/** The tokens in the cookies of a request. */
export interface TokenCookies {
  accessToken: string | null
  refreshToken: string | null
  /** Cookies of two sessions arrived, and it is unknown which is this person's: no token counts. */
  conflict: boolean
}

/** Reads and writes the two session cookies, and the device cookie. */
export interface Cookies {
  /** The name of the access token's cookie. */
  readonly accessName: string
  /** Its attributes except for its lifetime, which tell a browser which cookie a key of its device renews. */
  readonly accessAttributes: string
  read(header: string | null): TokenCookies
  /** The device token, which lists who has signed in on this device before; it grants no access. */
  readDevice(header: string | null): string | undefined
  /** The `Set-Cookie` headers of a sign-in or a refresh. */
  set(opened: Pick<SignIn, 'session' | 'tokens'>): string[]
  /** A `Cookie` header with these tokens replacing its own. */
  replaceIn(header: string | null, tokens: Pick<Tokens, 'accessToken' | 'refreshToken'> | null): string
  /** The `Set-Cookie` header that removes only the access cookie: a browser with a bound session renews it then. */
  endAccess(): string
  /** The `Set-Cookie` headers that remove the session cookies. The device stays known. */
  clear(): string[]
  /**
   * Those that remove both from every other place where a host that shares the domain may have set them for this path.
   */
  clearEverywhere(path: string): string[]
}

/** The longest time that browsers keep a cookie. */
const deviceSeconds = 400 * 86_400

/** Creates the cookies of one handler. */
export function createCookies({ secure, sameSite, domain }: HttpConfig['cookies'], clock: Clock): Cookies {
  // With a prefix the browser ensures that no other host and no plain-http page could have set the cookie.
  const prefix = !secure ? '' : domain === null ? '__Host-' : '__Secure-'
  const accessName = `${prefix}kith-access`
  const refreshName = `${prefix}kith-refresh`
  // Only the host that signs in reads it, and with this prefix no other host of the domain can shadow it.
  const deviceName = secure ? '__Host-kith-device' : 'kith-device'
  const ending = ['HttpOnly', ...(secure ? ['Secure'] : []), `SameSite=${capitalize(sameSite)}`].join('; ')
  const everywhere = domain === null ? [''] : [`Domain=${domain}; `, '']

  function write(name: string, value: string, { seconds = 0, path = '/', scope = everywhere[0] }): string {
    return `${name}=${value}; Max-Age=${Math.max(0, Math.floor(seconds))}; Path=${path}; ${scope}${ending}`
  }

  return {
    accessName,
    accessAttributes: `Path=/; ${everywhere[0]}${ending}`,
    read(header) {
      const found = new Map<string, string>()
      let conflict = false
      for (const [name, value] of pairsOf(header)) {
        if (name !== accessName && name !== refreshName) continue
        // A host that shares the domain can add one with a longer path, which browsers put first: it would sign the
        // user in to another account.
        if (domain !== null && (found.get(name) ?? value) !== value) conflict = true
        // Of two that only this host can have set the first counts: it has the longest path, or is the oldest.
        if (!found.has(name)) found.set(name, value)
      }
      const accessToken = found.get(accessName) ?? null
      const refreshToken = found.get(refreshName) ?? null
      // The access cookie expires first: then a foreign one may remain next to the refresh cookie of this person.
      if (domain !== null && accessToken !== null && refreshToken !== null)
        conflict ||= sessionOf(accessToken) !== sessionOf(refreshToken)
      return conflict
        ? { accessToken: null, refreshToken: null, conflict }
        : { accessToken, refreshToken, conflict }
    },
    readDevice: (header) => pairsOf(header).find(([name]) => name === deviceName)?.[1],
    set({ tokens, session }) {
      const sessionSeconds = (Date.parse(session.expiresAt) - clock().getTime()) / 1000
      return [
        write(accessName, tokens.accessToken, { seconds: tokens.expiresIn }),
        write(refreshName, tokens.refreshToken, { seconds: sessionSeconds }),
        ...(tokens.deviceToken === undefined
          ? []
          : [write(deviceName, tokens.deviceToken, { seconds: deviceSeconds, scope: '' })]),
      ]
    },
    replaceIn(header, tokens) {
      const others = pairsOf(header).filter(([name]) => name !== accessName && name !== refreshName)
      const own: typeof others = tokens
        ? [
            [accessName, tokens.accessToken],
            [refreshName, tokens.refreshToken],
          ]
        : []
      return [...others, ...own].map((pair) => pair.join('=')).join('; ')
    },
    endAccess: () => write(accessName, '', {}),
    clear: () => [write(accessName, '', {}), write(refreshName, '', {})],
    clearEverywhere: (path) =>
      [accessName, refreshName].flatMap((name) =>
        everywhere.flatMap((scope) =>
          pathsAbove(path).map((cookiePath) => write(name, '', { path: cookiePath, scope })),
        ),
      ),
  }
}

/** The session id in a token, without verifying its signature. */
function sessionOf(token: string): unknown {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
    return (claims as { sid?: unknown }).sid
  } catch {
    return undefined
  }
}

/** Browsers accept no cookie for a longer path (RFC 6265bis, 5.6), so there is none to remove. */
const longestPath = 1024

/** The paths whose cookies a browser sends to this one, except for those that end in a slash. */
function pathsAbove(path: string): string[] {
  const segments = path.split('/').slice(1)
  const paths = ['/', ...segments.map((_, index) => `/${segments.slice(0, index + 1).join('/')}`)]
  return paths.filter(({ length }) => length <= longestPath)
}

function capitalize(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1)
}

/** The non-empty cookies of a request, in their order: longest path first, then the oldest. */
export function pairsOf(header: string | null): (readonly [name: string, value: string])[] {
  return (header ?? '')
    .split(';')
    .map((pair) => pair.split('=').map((part) => part.trim()))
    .map(([name = '', ...rest]) => [name, rest.join('=')] as const)
    .filter(([, value]) => value !== '')
}
