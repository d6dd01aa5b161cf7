import type { ErrorCode, Kith, SignIn } from '@kith/core'
import { pageInput, parseInput } from '@kith/core/adapter'
import type { Cookies } from './cookies.ts'
import type { DeviceBound } from './device-bound.ts'
import type { Guard } from './guard.ts'
import { type Exchange, publicRoute, type Route, viewerRoute } from './route.ts'
import { shapes, type SignInAnswer } from './shapes.ts'
import { type AnswerSignIn, signInBody, withoutTokens } from './sign-in.ts'

/** The dependencies of the account and session routes. */
export interface RouteOptions {
  kith: Kith
  guard: Guard
  cookies: Cookies
  answerSignIn: AnswerSignIn
  deviceBound: DeviceBound
  /** Whether the app has its own sign-in. */
  ownSignIn: boolean
}

/** For an account that was banned, or deleted, while a session was being opened for it. */
export const endedMeanwhile: readonly ['account-banned', 'invalid-credentials'] = [
  'account-banned',
  'invalid-credentials',
] as const

/** The same, plus the error for someone who has proved to be an account that waits for approval. */
export const keptOut: readonly [...typeof endedMeanwhile, 'approval-required'] = [
  ...endedMeanwhile,
  'approval-required',
]

/** The errors for a stranger who cannot register, depending on how the app is configured. */
export function signUpProblems({ accounts: { signUp } }: Kith['config']): readonly ErrorCode[] {
  if (signUp === 'invite') return ['invitation-invalid']
  return signUp === 'closed' ? ['sign-up-closed'] : []
}

/** The errors for a stranger who may be a script, if the app has challenges. */
export function challengeProblems({ challenge }: Kith['config']): readonly ErrorCode[] {
  return challenge ? ['challenge-required', 'challenge-unavailable'] : []
}

const registering = {
  method: 'POST',
  path: '/users/register',
  operationId: 'register',
  problems: ['identifier-taken', 'policy-refused', 'origin-not-allowed', 'rate-limited', 'busy'],
} as const

/** The routes of the viewer's own account. */
export function accountRoutes({
  kith: { accounts, audit, registration, config },
  guard,
  cookies,
  answerSignIn,
  deviceBound,
  ownSignIn,
}: RouteOptions): Route[] {
  const { inputs } = accounts
  return [
    config.accounts.confirm === null ? register() : beginRegistration(),
    viewerRoute({
      method: 'GET',
      path: '/users/me',
      operationId: 'getMe',
      summary: 'Read your own account; `actorId` is the admin who acts as it, if any',
      status: 200,
      output: shapes.Me,
      async handle(viewer, { credentials, headers }) {
        const user = await accounts.me(viewer)
        // A browser returning from a provider sends no cookies along when it registers a key from there.
        if (credentials.kind === 'cookies') Object.assign(headers, await deviceBound.offerTo(viewer))
        const { actorId } = viewer
        return { body: actorId === undefined ? user : { ...user, actorId } }
      },
    }),
    ownSignIn ? editProfile() : editAccount(),
    viewerRoute({
      method: 'DELETE',
      path: '/users/me',
      operationId: 'deleteMe',
      summary: 'Delete your own account and end its sessions',
      body: inputs.delete,
      status: 204,
      problems: ['impersonated', 'wrong-password', 'account-locked', 'rate-limited', 'busy'],
      async handle(viewer, { body, client, setCookies }) {
        await accounts.delete(viewer, body, { client })
        setCookies.push(...cookies.clear())
        return {}
      },
    }),
    viewerRoute({
      method: 'POST',
      path: '/users/me/password',
      operationId: 'changePassword',
      summary: 'Change your password; ends every session and opens a new one for you',
      body: inputs.changePassword,
      status: 200,
      output: shapes.SignIn,
      problems: [
        ...endedMeanwhile,
        'impersonated',
        'wrong-password',
        'account-locked',
        'rate-limited',
        'busy',
      ],
      async handle(viewer, exchange) {
        const signedIn = await accounts.changePassword(viewer, exchange.body, exchange.client)
        return { body: answerRenewal(exchange, signedIn) }
      },
    }),
    viewerRoute({
      method: 'GET',
      path: '/users/me/audit',
      operationId: 'listAudit',
      summary: 'List the security events of your own account, newest first',
      isConfigured: config.audit !== null,
      query: pageInput,
      status: 200,
      output: shapes.AuditPage,
      problems: ['invalid-cursor'],
      handle: async (viewer, { query }) => ({ body: await audit.list(viewer, query) }),
    }),
  ]

  function register(): Route {
    return publicRoute({
      ...registering,
      summary: 'Create an account and sign in',
      body: signInBody(inputs.register),
      status: 201,
      output: shapes.SignIn,
      problems: [
        ...registering.problems,
        ...signUpProblems(config),
        ...challengeProblems(config),
        ...keptOut,
      ],
      handle: (exchange) => answerSignIn(exchange, { schema: inputs.register, signIn: accounts.register }),
    })
  }

  /** For apps that confirm addresses. The tokens come with the account, so the second step accepts the transport. */
  function beginRegistration(): Route {
    return publicRoute({
      ...registering,
      summary: 'Start a registration: sends a code to the email address or phone number to confirm',
      body: inputs.register,
      status: 202,
      output: shapes.CodeSent,
      problems: [...registering.problems, ...signUpProblems(config), ...challengeProblems(config)],
      async handle({ request, body, client }) {
        guard.demandOwnPage(request)
        return { body: await registration.begin(body, client) }
      },
    })
  }

  function editAccount(): Route {
    return viewerRoute({
      method: 'PATCH',
      path: '/users/me',
      operationId: 'editMe',
      summary:
        'Change your own account; with `currentPassword` ends every session and opens a new one for you',
      body: inputs.edit,
      status: 200,
      output: shapes.Edit,
      problems: [
        'identifier-taken',
        'impersonated',
        ...endedMeanwhile,
        'policy-refused',
        'rate-limited',
        'wrong-password',
        'account-locked',
        'busy',
      ],
      async handle(viewer, exchange) {
        const { user, signIn } = await accounts.edit(viewer, exchange.body, exchange.client)
        if (signIn === null) return { body: user }
        const { session, tokens } = answerRenewal(exchange, signIn)
        return { body: { ...user, session, tokens } }
      },
    })
  }

  /** Without changes that need a password, and without identifiers: both belong to the app. */
  function editProfile(): Route {
    return viewerRoute({
      method: 'PATCH',
      path: '/users/me',
      operationId: 'editMe',
      summary: 'Change your own profile',
      body: inputs.profile,
      status: 200,
      output: shapes.OwnUser,
      problems: ['policy-refused', 'rate-limited'],
      async handle(viewer, { body, client }) {
        const { user } = await accounts.edit(viewer, parseInput(inputs.profile, body), client)
        return { body: user }
      },
    })
  }

  /** Returns the tokens of a session that replaced the caller's, over the same transport as before. */
  function answerRenewal(
    {
      credentials,
      setCookies,
      headers,
    }: Pick<Exchange<unknown, unknown>, 'credentials' | 'setCookies' | 'headers'>,
    signedIn: SignIn,
  ): SignInAnswer {
    if (credentials.kind === 'bearer') return signedIn
    setCookies.push(...cookies.set(signedIn))
    Object.assign(headers, deviceBound.offerFor(signedIn.session))
    return withoutTokens(signedIn)
  }
}
