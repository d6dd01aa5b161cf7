import { type ClientInfo, KithError } from '@kith/core'
import { loginInput, pageInput, parseInput } from '@kith/core/adapter'
import * as z from 'zod'
import { challengeProblems, type RouteOptions } from './account-routes.ts'
import type { Credentials } from './credentials.ts'
import { isDeadToken, isUnproved } from './guard.ts'
import type { KeptSession } from './kept-session.ts'
import { type Answer, publicRoute, type Route, viewerRoute } from './route.ts'
import { shapes } from './shapes.ts'
import { signInBody } from './sign-in.ts'

/** The routes of sessions: signing in and out, and the list of devices. */
export function sessionRoutes({
  kith: { sessions, boundSessions, config },
  guard,
  cookies,
  keptSession,
  answerSignIn,
}: Pick<RouteOptions, 'kith' | 'guard' | 'cookies' | 'answerSignIn'> & {
  keptSession: KeptSession
}): Route[] {
  return [
    publicRoute({
      method: 'POST',
      path: '/users/login',
      operationId: 'login',
      summary: 'Sign in by username or email; `username` or `email` is accepted instead of `login`',
      body: signInBody(loginInput),
      status: 200,
      output: shapes.SignIn,
      problems: [
        'invalid-credentials',
        'second-factor-required',
        'account-banned',
        'approval-required',
        ...challengeProblems(config),
        'policy-refused',
        'origin-not-allowed',
        'account-locked',
        'rate-limited',
        'busy',
      ],
      handle: (exchange) => answerSignIn(exchange, { schema: loginInput, signIn: sessions.login }),
    }),
    publicRoute({
      method: 'POST',
      path: '/users/refresh',
      operationId: 'refresh',
      summary:
        'Renew the tokens: as cookies for a refresh cookie, in the response for a refresh token in the body',
      body: tokenInput,
      status: 200,
      output: shapes.Refreshed,
      problems: [
        'refresh-token-invalid',
        'refresh-token-expired',
        'refresh-token-reused',
        'session-revoked',
        'device-proof-required',
        'account-banned',
        'origin-not-allowed',
        'rate-limited',
      ],
      async handle({ request, body: sent, credentials, client, setCookies }) {
        const body = parseInput(tokenInput, sent)
        if (body.refreshToken !== undefined) {
          const { userId, session, tokens } = await sessions.refresh(body.refreshToken, client)
          return { body: { session, tokens }, viewer: { userId, sessionId: session.id } }
        }
        const cookie = credentials.kind === 'cookies' ? credentials.refreshToken : null
        if (cookie === null) throw new KithError('refresh-token-invalid', { detail: sendToken })
        try {
          const { userId, session, tokens } = await sessions.refresh(cookie, client)
          setCookies.push(...cookies.set({ session, tokens }))
          return { body: { session }, viewer: { userId, sessionId: session.id } }
        } catch (error) {
          if (isDeadToken(error)) {
            const back = await keptSession.bringBack(request.headers.get('cookie'), client)
            setCookies.push(...(back ?? cookies.clear()))
          }
          const fresh = isUnproved(error) ? await freshAlready(credentials) : null
          if (fresh) return fresh
          throw error
        }
      },
    }),
    publicRoute({
      method: 'POST',
      path: '/users/logout',
      operationId: 'logout',
      summary:
        'End the session of the given token (idempotent); an admin who acted as the account returns to their own session',
      body: tokenInput,
      status: 204,
      problems: ['access-token-invalid', 'access-token-expired', 'origin-not-allowed'],
      async handle({ request, body: sent, credentials, client, setCookies }) {
        const body = parseInput(tokenInput, sent)
        const cookie = credentials.kind === 'cookies' ? credentials.refreshToken : null
        const refreshTokens = [cookie, body.refreshToken].filter((token) => typeof token === 'string')
        // It is unknown which session to end, and 204 would claim that one was ended.
        if (credentials.kind === 'conflict' && refreshTokens.length === 0)
          throw new KithError('access-token-invalid', { detail: signInAgain })
        for (const token of refreshTokens) await sessions.logoutByRefreshToken(token, client)
        if ('accessToken' in credentials && credentials.accessToken !== null) {
          // Without a refresh token, an expired access token leaves a session alive: 204 would be wrong.
          const alone = credentials.kind === 'bearer' && refreshTokens.length === 0
          await endByAccessToken(credentials.accessToken, { alone, client })
        }
        if (credentials.kind !== 'cookies') return {}
        const back = await keptSession.bringBack(request.headers.get('cookie'), client)
        setCookies.push(...(back ?? cookies.clear()))
        return {}
      },
    }),
    viewerRoute({
      method: 'GET',
      path: '/users/me/sessions',
      operationId: 'listSessions',
      summary: 'List the signed-in devices, newest first',
      query: pageInput,
      status: 200,
      output: shapes.SessionPage,
      problems: ['invalid-cursor'],
      handle: async (viewer, { query }) => ({ body: await sessions.list(viewer, query) }),
    }),
    viewerRoute({
      method: 'DELETE',
      path: '/users/me/sessions',
      operationId: 'endSessions',
      summary: 'End all other sessions, and this one too with `all=true`',
      query: endInput,
      status: 204,
      problems: ['impersonated', 'proof-required', 'rate-limited'],
      async handle(viewer, { query, client, setCookies }) {
        const all = parseInput(endInput, query).all === 'true'
        await sessions.logoutEverywhere(viewer, { exceptCurrent: !all, client })
        if (all) setCookies.push(...cookies.clear())
        return {}
      },
    }),
    viewerRoute({
      method: 'DELETE',
      path: '/users/me/sessions/:id',
      operationId: 'endSession',
      summary: 'End one of your sessions',
      status: 204,
      problems: ['session-not-found', 'impersonated', 'proof-required', 'rate-limited'],
      async handle(viewer, { params, request, client, setCookies }) {
        await sessions.revoke(viewer, params.id, client)
        if (params.id !== viewer.sessionId) return {}
        const back = await keptSession.bringBack(request.headers.get('cookie'), client)
        setCookies.push(...(back ?? cookies.clear()))
        return {}
      },
    }),
  ]

  /**
   * A bound browser renews the access cookie before it sends a page's request to do so: then there is nothing left to
   * do.
   */
  async function freshAlready(credentials: Credentials): Promise<Answer | null> {
    const viewer = await guard.guestOf(credentials)
    const session = viewer && (await boundSessions.current(viewer))
    return session && { body: { session }, viewer }
  }

  async function endByAccessToken(
    accessToken: string,
    { alone, client }: { alone: boolean; client: ClientInfo },
  ): Promise<void> {
    try {
      await sessions.logoutByAccessToken(accessToken, client)
    } catch (error) {
      if (alone || !isDeadToken(error)) throw error
    }
  }
}

const tokenInput: z.ZodType<{ refreshToken?: string | undefined }> = z.strictObject({
  refreshToken: z.string().min(1).max(4096).optional(),
})

const endInput: z.ZodType<{ all?: 'true' | 'false' | undefined }> = z.strictObject({
  all: z.enum(['true', 'false']).optional(),
})

const sendToken = 'Send the refresh cookie, or `refreshToken` in the body.'
const signInAgain = 'Session cookies of two sessions came; both were removed.'
