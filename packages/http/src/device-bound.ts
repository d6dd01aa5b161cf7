import { type Kith, KithError, type SignIn, type Viewer } from '@kith/core'
import type { Cookies } from './cookies.ts'
import { readCredentials } from './credentials.ts'
import type { Guard } from './guard.ts'
import type { RequestHead } from './http-request.ts'
import type { HttpConfig } from './options.ts'
import { publicRoute, type Route } from './route.ts'
import { type SessionInstructions, shapes } from './shapes.ts'

// Names and formats are those of the W3C draft "Device Bound Session Credentials" as of 2026-02-17. Earlier ones had
// `Sec-Session-…`.

/** Offers browsers to bind their session. */
export interface DeviceBound {
  readonly isOn: boolean
  /** The headers that offer it to the browser that has just opened this session; none if the option is off. */
  offerFor(session: SignIn['session']): Readonly<Record<string, string>>
  /** The same for the viewer's session, while it can still be bound. */
  offerTo(viewer: Viewer): Promise<Readonly<Record<string, string>>>
  instructions(sessionId: string): SessionInstructions
}

const bindPath = '/users/bound-session'
const refreshPath = '/users/bound-session/refresh'

/** Creates it for one handler. If cookies may be sent over plain http no browser would bind them. */
export function createDeviceBound(
  { boundSessions, config }: Kith,
  { allowedOrigins, cookies: { secure } }: Pick<HttpConfig, 'allowedOrigins' | 'cookies'>,
  { accessName: name, accessAttributes: attributes }: Cookies,
): DeviceBound {
  const { prefix } = config
  const isOn = config.sessions.deviceBound && secure
  const secureOrigins = [...allowedOrigins].filter((origin) => origin.startsWith('https://'))
  const initiators = new Set(secureOrigins.map((origin) => new URL(origin).hostname))

  function offering(challenge: string | null): Record<string, string> {
    if (challenge === null) return {}
    const parameters = `path=${quoted(prefix + bindPath)};challenge=${quoted(challenge)}`
    return { 'secure-session-registration': `(ES256 RS256);${parameters}` }
  }

  return {
    isOn,
    offerFor: ({ id }) => (isOn ? offering(boundSessions.offer(id)) : {}),
    offerTo: async (viewer) => (isOn ? offering(await boundSessions.offerTo(viewer)) : {}),
    instructions: (sessionId) => ({
      session_identifier: sessionId,
      refresh_url: prefix + refreshPath,
      scope: { include_site: false },
      credentials: [{ type: 'cookie', name, attributes }],
      allowed_refresh_initiators: [...initiators],
    }),
  }
}

/** The dependencies of the routes. */
interface BoundSessionOptions {
  kith: Kith
  guard: Guard
  cookies: Cookies
  deviceBound: DeviceBound
}

/**
 * The routes that browsers call on their own. No page calls them, and some browsers send no origin: a page of another
 * site cannot create the proof, or set the headers of these requests.
 */
export function boundSessionRoutes({
  kith: { boundSessions },
  guard,
  cookies,
  deviceBound,
}: BoundSessionOptions): Route[] {
  const isConfigured = deviceBound.isOn
  return [
    publicRoute({
      method: 'POST',
      path: bindPath,
      operationId: 'bindSession',
      summary: 'Bind this session to a device key; browsers call it after a sign-in',
      status: 200,
      output: shapes.SessionInstructions,
      isConfigured,
      fromOtherSite: true,
      problems: [
        'unauthenticated',
        'access-token-invalid',
        'access-token-expired',
        'session-revoked',
        'device-proof-invalid',
        'session-bound',
        'origin-not-allowed',
        'rate-limited',
      ],
      async handle({ request, client, headers }) {
        demandNoPage(request)
        const found = readCredentials(request, cookies)
        if (found.kind === 'bearer') throw new KithError('unauthenticated', { detail: cookiesAlone })
        const viewer = await guard.viewerOf(found)
        if (!isConfigured) throw new KithError('not-configured', { detail: isOff })
        const proof = readString(request, 'secure-session-response')
        if (proof === null) throw new KithError('device-proof-invalid', { detail: sendProof })
        const { session, challenge } = await boundSessions.bind(viewer, proof, client)
        headers['secure-session-challenge'] = challengeOf(challenge, session.id)
        return { body: deviceBound.instructions(session.id), viewer }
      },
    }),
    publicRoute({
      method: 'POST',
      path: refreshPath,
      operationId: 'refreshBoundSession',
      summary:
        'Renew the cookies with a proof by the device key; browsers call it, and the error has the challenge to sign',
      status: 200,
      output: shapes.SessionInstructions,
      // If the option is off, sessions that were bound before continue.
      isConfigured,
      fromOtherSite: true,
      problems: [
        'device-proof-required',
        'device-proof-invalid',
        'refresh-token-invalid',
        'refresh-token-expired',
        'session-revoked',
        'rate-limited',
      ],
      async handle({ request, client, headers, setCookies }) {
        const id = readString(request, 'sec-secure-session-id')
        if (id === null) throw new KithError('device-proof-invalid', { detail: sendId })
        const proof = readString(request, 'secure-session-response')
        const found = readCredentials(request, cookies)
        const refreshToken = found.kind === 'cookies' ? (found.refreshToken ?? '') : ''
        const { refreshed, challenge } = await boundSessions.refresh(
          { sessionId: id, refreshToken, proof },
          client,
        )
        headers['secure-session-challenge'] = challengeOf(challenge, id)
        if (refreshed === null) throw new KithError('device-proof-required', { detail: signIt })
        setCookies.push(...cookies.set(refreshed))
        return { body: deviceBound.instructions(id), viewer: { userId: refreshed.userId, sessionId: id } }
      },
    }),
  ]
}

/**
 * A script in a page must not register a key of its own: it could then use the session without its cookies. A request
 * by the browser itself has the mode `no-cors`, in which a script cannot set such headers (Fetch, 2.2.2); some browsers
 * send no mode.
 * @throws origin-not-allowed
 */
function demandNoPage({ headers }: RequestHead): void {
  const mode = headers.get('sec-fetch-mode') ?? 'no-cors'
  if (mode !== 'no-cors') throw new KithError('origin-not-allowed', { detail: byItself })
}

function challengeOf(challenge: string, sessionId: string): string {
  return `${quoted(challenge)};id=${quoted(sessionId)}`
}

/** A string of a structured field (RFC 9651, 3.3.3). */
function quoted(text: string): string {
  return `"${text.replaceAll(/["\\]/g, '\\$&')}"`
}

/** The string in a structured field, without its parameters; Chromium sends it bare. `null` if there is none. */
function readString({ headers }: RequestHead, name: string): string | null {
  const [, quotedText, bare] = /^(?:"([\w.-]+)"|([\w.-]+))(?:;.*)?$/.exec(headers.get(name) ?? '') ?? []
  return quotedText ?? bare ?? null
}

const isOff = 'Binding sessions is off: `sessions.deviceBound` of createKith, with `cookies.secure`.'
const cookiesAlone = 'A session is bound by its cookies.'
const sendProof = 'Send the proof as `Secure-Session-Response`.'
const byItself = 'A browser calls this by itself; no page may.'
const sendId = 'Send the id of the session as `Sec-Secure-Session-Id`.'
const signIt = 'Sign the challenge in `Secure-Session-Challenge`, and send it as `Secure-Session-Response`.'
