import { InvalidInputError } from '@kith/core'
import { impersonationReason, pageInput, parseInput } from '@kith/core/adapter'
import type { RouteOptions } from './account-routes.ts'
import { backOfficeRoutes } from './back-office-routes.ts'
import type { KeptSession } from './kept-session.ts'
import { type Route, viewerRoute } from './route.ts'
import { shapes } from './shapes.ts'
import { signInBody, withoutTokens } from './sign-in.ts'

const actBody = signInBody(impersonationReason)

/** The routes of the back office. Each checks the account's current role. */
export function adminRoutes({
  kith,
  keptSession,
}: Pick<RouteOptions, 'kith'> & { keptSession: KeptSession }): Route[] {
  const { accounts, audit, config, sessions } = kith
  return [
    viewerRoute({
      method: 'GET',
      path: '/admin/users/:id/audit',
      operationId: 'listAuditOf',
      summary: 'List the security events of an account, newest first; for admins',
      isConfigured: config.audit !== null,
      query: pageInput,
      status: 200,
      output: shapes.AuditPage,
      problems: ['invalid-cursor', 'role-required', 'account-banned'],
      async handle(viewer, { params, query }) {
        await accounts.requireRole(viewer, ['admin'])
        return { body: await audit.list(params.id, query) }
      },
    }),
    ...backOfficeRoutes({ kith }),
    viewerRoute({
      method: 'POST',
      path: '/admin/users/:id/impersonate',
      operationId: 'impersonate',
      summary: 'Act as another account for a short time; logout ends it',
      isConfigured: config.sessions.impersonation !== null,
      body: actBody,
      status: 201,
      output: shapes.SignIn,
      problems: [
        'role-required',
        'proof-required',
        'impersonated',
        'not-impersonable',
        'account-not-found',
        'account-banned',
        'rate-limited',
      ],
      async handle(viewer, { params, body, client, credentials, setCookies }) {
        const { reason, transport } = parseInput(actBody, body)
        const own = credentials.kind === 'cookies' ? credentials.refreshToken : null
        // Without it nothing could restore the admin's session.
        if (transport !== 'bearer' && own === null)
          throw new InvalidInputError([{ path: 'transport', code: 'required', message: withoutCookie }])
        const input = { userId: params.id, reason }
        const acting = await sessions.impersonate(viewer, input, client)
        if (transport === 'bearer' || own === null) return { body: acting }
        setCookies.push(...keptSession.setAside(own, acting))
        return { body: withoutTokens(acting) }
      },
    }),
  ]
}

const withoutCookie = 'Give `bearer`: this request came without the refresh cookie'
