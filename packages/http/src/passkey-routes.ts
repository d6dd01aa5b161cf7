import { challengeProblems, signUpProblems } from './account-routes.ts'
import type { CodeRouteOptions } from './code-routes.ts'
import { publicRoute, type Route, viewerRoute } from './route.ts'
import { shapes } from './shapes.ts'
import { signInBody } from './sign-in.ts'

/**
 * The routes of passkeys: each flow has one route that returns options for the browser, and one that accepts the
 * browser's result.
 */
export function passkeyRoutes({
  kith: { passkeys, config },
  guard,
  answerSignIn,
}: CodeRouteOptions): Route[] {
  const { inputs } = passkeys
  const isConfigured = config.passkeys !== null
  /** If addresses are confirmed, an account begins with a code. */
  const opensAccounts = isConfigured && config.accounts.confirm === null

  return [
    publicRoute({
      method: 'POST',
      path: '/users/login/passkey/begin',
      operationId: 'beginPasskeyLogin',
      summary: 'Get the options for a passkey sign-in, for a button or for autofill',
      status: 200,
      output: shapes.PasskeyRequest,
      isConfigured,
      problems: ['origin-not-allowed', 'rate-limited'],
      async handle({ request, client }) {
        guard.demandOwnPage(request)
        return { body: await passkeys.beginLogin(client) }
      },
    }),
    publicRoute({
      method: 'POST',
      path: '/users/login/passkey',
      operationId: 'loginByPasskey',
      summary: 'Sign in with a passkey; no second factor is required',
      body: signInBody(inputs.login),
      status: 200,
      output: shapes.SignIn,
      isConfigured,
      problems: [
        'code-invalid',
        'passkey-invalid',
        'passkey-unknown',
        'account-banned',
        'approval-required',
        'policy-refused',
        'origin-not-allowed',
        'rate-limited',
        'busy',
      ],
      handle: (exchange) => answerSignIn(exchange, { schema: inputs.login, signIn: passkeys.login }),
    }),
    publicRoute({
      method: 'POST',
      path: '/users/register/passkey/begin',
      operationId: 'beginPasskeyRegistration',
      summary: 'Start a registration with a passkey instead of a password',
      body: inputs.newcomer,
      status: 200,
      output: shapes.PasskeyCreation,
      isConfigured: opensAccounts,
      problems: [
        'identifier-taken',
        ...signUpProblems(config),
        ...challengeProblems(config),
        'policy-refused',
        'origin-not-allowed',
        'rate-limited',
      ],
      async handle({ request, body, client }) {
        guard.demandOwnPage(request)
        return { body: await passkeys.beginRegister(body, client) }
      },
    }),
    publicRoute({
      method: 'POST',
      path: '/users/register/passkey',
      operationId: 'registerByPasskey',
      summary: 'Create the account with its passkey, and sign in',
      body: signInBody(inputs.register),
      status: 201,
      output: shapes.SignIn,
      isConfigured: opensAccounts,
      problems: [
        'code-invalid',
        'passkey-invalid',
        'credential-taken',
        'identifier-taken',
        'account-banned',
        ...signUpProblems(config),
        'approval-required',
        'origin-not-allowed',
        'rate-limited',
      ],
      handle: (exchange) => answerSignIn(exchange, { schema: inputs.register, signIn: passkeys.register }),
    }),
    viewerRoute({
      method: 'POST',
      path: '/users/me/passkeys/begin',
      operationId: 'beginPasskey',
      summary: 'Start to add a passkey; `conditional` is for one that the browser creates without asking',
      body: inputs.beginAdd,
      status: 200,
      output: shapes.PasskeyCreation,
      isConfigured,
      problems: ['impersonated', 'proof-required', 'rate-limited'],
      handle: async (viewer, { body }) => ({ body: await passkeys.beginAdd(viewer, body) }),
    }),
    viewerRoute({
      method: 'POST',
      path: '/users/me/passkeys',
      operationId: 'addPasskey',
      summary: 'Add the passkey that the browser created',
      body: inputs.confirmAdd,
      status: 201,
      output: shapes.Credential,
      isConfigured,
      problems: [
        'impersonated',
        'code-invalid',
        'passkey-invalid',
        'credential-taken',
        'too-many-credentials',
        'rate-limited',
      ],
      handle: async (viewer, { body, client }) => ({ body: await passkeys.confirmAdd(viewer, body, client) }),
    }),
    viewerRoute({
      method: 'POST',
      path: '/users/me/prove/passkey/begin',
      operationId: 'beginPasskeyProof',
      summary: 'Get the options to confirm your identity with a passkey',
      status: 200,
      output: shapes.PasskeyRequest,
      isConfigured,
      problems: ['rate-limited'],
      handle: async (viewer) => ({ body: await passkeys.beginProve(viewer) }),
    }),
    viewerRoute({
      method: 'GET',
      path: '/users/me/passkeys/signals',
      operationId: 'getPasskeySignals',
      summary: 'Read the passkey signals for your password manager',
      status: 200,
      output: shapes.PasskeySignals,
      isConfigured,
      handle: async (viewer) => ({ body: await passkeys.signals(viewer) }),
    }),
  ]
}
