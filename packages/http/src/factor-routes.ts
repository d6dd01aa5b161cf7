import { credentialNameInput, factorInputs, factorLoginInput, proveInput } from '@kith/core/adapter'
import { keptOut, type RouteOptions } from './account-routes.ts'
import { publicRoute, type Route, viewerRoute } from './route.ts'
import { shapes } from './shapes.ts'
import { signInBody } from './sign-in.ts'

/** The routes of second factors, re-authentication, and the list of an account's credentials. */
export function factorRoutes({
  kith: { credentials, factors, sessions },
  cookies,
  answerSignIn,
}: Pick<RouteOptions, 'kith' | 'cookies' | 'answerSignIn'>): Route[] {
  return [
    publicRoute({
      method: 'POST',
      path: '/users/login/factor',
      operationId: 'loginByFactor',
      summary: 'Complete a sign-in that returned `second-factor-required`',
      body: signInBody(factorLoginInput),
      status: 200,
      output: shapes.SignIn,
      problems: ['code-invalid', 'factor-invalid', ...keptOut, 'origin-not-allowed', 'rate-limited'],
      handle: (exchange) =>
        answerSignIn(exchange, { schema: factorLoginInput, signIn: sessions.loginByFactor }),
    }),
    viewerRoute({
      method: 'POST',
      path: '/users/me/prove',
      operationId: 'prove',
      summary: 'Confirm your identity with the password, a second factor or a sent code; renews the tokens',
      body: proveInput,
      status: 200,
      output: shapes.Refreshed,
      problems: [
        'impersonated',
        'wrong-password',
        'factor-invalid',
        'code-invalid',
        'account-locked',
        'rate-limited',
        'busy',
      ],
      async handle(viewer, { body, client, credentials: given, setCookies }) {
        const { session, tokens } = await sessions.prove(viewer, body, client)
        // Those of a bound session are renewed only by its browser, right away: its current token is from before the
        // proof.
        if (tokens === null) {
          if (given.kind === 'cookies') setCookies.push(cookies.endAccess())
          return { body: { session } }
        }
        if (given.kind === 'bearer') return { body: { session, tokens } }
        setCookies.push(...cookies.set({ session, tokens }))
        return { body: { session } }
      },
    }),
    viewerRoute({
      method: 'POST',
      path: '/users/me/factors/totp/begin',
      operationId: 'beginTotp',
      summary: 'Create the secret of an authenticator app; it takes effect with its first code',
      body: factorInputs.beginTotp,
      status: 200,
      output: shapes.TotpEnrolment,
      problems: ['impersonated', 'proof-required', 'rate-limited'],
      handle: async (viewer, { body }) => ({ body: await factors.beginTotp(viewer, body) }),
    }),
    viewerRoute({
      method: 'POST',
      path: '/users/me/factors/totp',
      operationId: 'confirmTotp',
      summary: 'Add the authenticator app with its first code; the first app also returns recovery codes',
      body: factorInputs.confirmTotp,
      status: 201,
      output: shapes.RecoveryCodes,
      problems: ['impersonated', 'code-invalid', 'factor-invalid', 'too-many-credentials', 'rate-limited'],
      handle: async (viewer, { body, client }) => ({ body: await factors.confirmTotp(viewer, body, client) }),
    }),
    viewerRoute({
      method: 'POST',
      path: '/users/me/factors/recovery-codes',
      operationId: 'renewRecoveryCodes',
      summary: 'Create new recovery codes; the earlier ones stop working',
      status: 201,
      output: shapes.RecoveryCodes,
      problems: ['impersonated', 'proof-required', 'rate-limited'],
      handle: async (viewer, { client }) => ({ body: await factors.renewRecoveryCodes(viewer, client) }),
    }),
    viewerRoute({
      method: 'GET',
      path: '/users/me/credentials',
      operationId: 'listCredentials',
      summary: 'List your passkeys, authenticator apps, recovery codes and trusted devices, oldest first',
      status: 200,
      output: shapes.CredentialList,
      handle: async (viewer) => ({ body: { items: await credentials.list(viewer) } }),
    }),
    viewerRoute({
      method: 'PATCH',
      path: '/users/me/credentials/:id',
      operationId: 'renameCredential',
      summary: 'Rename one of your credentials',
      body: credentialNameInput,
      status: 204,
      problems: ['credential-not-found', 'impersonated', 'rate-limited', 'busy'],
      async handle(viewer, { params, body }) {
        await credentials.rename(viewer, params.id, body)
        return {}
      },
    }),
    viewerRoute({
      method: 'DELETE',
      path: '/users/me/credentials/:id',
      operationId: 'removeCredential',
      summary: 'Remove one of your credentials, but not your only way to sign in',
      status: 204,
      problems: ['credential-not-found', 'last-way-in', 'impersonated', 'proof-required', 'rate-limited'],
      async handle(viewer, { params, client }) {
        await credentials.remove(viewer, params.id, client)
        return {}
      },
    }),
  ]
}
