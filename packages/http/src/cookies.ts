import type { Clock, SignIn } from '@kith/core'
import type { HttpConfig } from './options.ts'

/** The tokens that the cookies of a request hold. */
export interface TokenCookies {
  accessToken: string | null
  refreshToken: string | null
}

/** Reads and writes the two session cookies, and the one that makes the device known. */
export interface Cookies {
  /** The name of the cookie that holds the access token. */
  readonly accessName: string
  read(header: string | null): TokenCookies
  /** The device token, which says who has signed in on this device before; it gives access to nothing. */
  readDevice(header: string | null): string | undefined
  /** The `Set-Cookie` headers of a sign-in. */
  set(signIn: SignIn): string[]
  /** The `Set-Cookie` headers that remove the session cookies. The device stays known. */
  clear(): string[]
}

/** Browsers keep no cookie for longer. */
const deviceSeconds = 400 * 86_400

/** Creates the cookies of one handler. */
export function createCookies({ secure, sameSite, domain }: HttpConfig['cookies'], clock: Clock): Cookies {
  // With a prefix the browser itself sees to it that no other host and no plain-http page could have set the cookie.
  const prefix = !secure ? '' : domain === null ? '__Host-' : '__Secure-'
  const accessName = `${prefix}kith-access`
  const refreshName = `${prefix}kith-refresh`
  const deviceName = `${prefix}kith-device`
  const attributes = [
    'Path=/',
    ...(domain === null ? [] : [`Domain=${domain}`]),
    'HttpOnly',
    ...(secure ? ['Secure'] : []),
    `SameSite=${sameSite[0]?.toUpperCase()}${sameSite.slice(1)}`,
  ].join('; ')

  function write(name: string, value: string, seconds: number): string {
    return `${name}=${value}; Max-Age=${Math.max(0, Math.floor(seconds))}; ${attributes}`
  }

  return {
    accessName,
    read(header) {
      const found = readAll(header, [accessName, refreshName])
      return { accessToken: found.get(accessName) ?? null, refreshToken: found.get(refreshName) ?? null }
    },
    readDevice: (header) => readAll(header, [deviceName]).get(deviceName),
    set({ tokens, session }) {
      const sessionSeconds = (Date.parse(session.expiresAt) - clock().getTime()) / 1000
      return [
        write(accessName, tokens.accessToken, tokens.expiresIn),
        write(refreshName, tokens.refreshToken, sessionSeconds),
        ...(tokens.deviceToken === undefined ? [] : [write(deviceName, tokens.deviceToken, deviceSeconds)]),
      ]
    },
    clear: () => [write(accessName, '', 0), write(refreshName, '', 0)],
  }
}

function readAll(header: string | null, names: readonly string[]): Map<string, string> {
  const found = new Map<string, string>()
  for (const pair of (header ?? '').split(';')) {
    const [name = '', ...rest] = pair.split('=').map((part) => part.trim())
    const value = rest.join('=')
    // Of two with one name the first counts: browsers put the one with the longest path, then the oldest, first.
    if (names.includes(name) && value !== '' && !found.has(name)) found.set(name, value)
  }
  return found
}
