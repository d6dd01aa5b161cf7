import type { ErrorCode, Kith } from '@kith/core'
import { addressInputs, codeInput, codeLoginInput, lookupInput, resendInput } from '@kith/core/adapter'
import * as z from 'zod'
import { challengeProblems, keptOut, signUpProblems } from './account-routes.ts'
import type { Guard } from './guard.ts'
import { type Exchange, publicRoute, type Route, type RouteDescription, viewerRoute } from './route.ts'
import { shapes } from './shapes.ts'
import { type AnswerSignIn, signInBody } from './sign-in.ts'

/** The dependencies of the code routes. */
export interface CodeRouteOptions {
  kith: Kith
  guard: Guard
  answerSignIn: AnswerSignIn
}

type Described = Pick<RouteDescription, 'path' | 'operationId' | 'summary' | 'isConfigured' | 'problems'>

/** What a route does with its body, without a viewer. */
interface Step<Body, Result> extends Described {
  body: z.ZodType<Body>
  call(body: Body, client: Exchange['client']): Promise<Result>
}

/** The routes of codes that are sent to users: each flow has one route that sends a code and one that accepts it. */
export function codeRoutes({ kith, guard, answerSignIn }: CodeRouteOptions): Route[] {
  const { accounts, registration, recovery, addresses, sessions, config } = kith
  const { email, sms } = config.messages
  const isConfigured = email !== null || sms !== null
  const { codeSignIn } = config.sessions
  /** The error for a kind of address without a messenger. */
  const unsent: readonly ErrorCode[] = email && sms ? [] : ['not-configured']

  return [
    publicRoute({
      method: 'POST',
      path: '/users/register/confirm',
      operationId: 'confirmRegistration',
      summary: 'Create the account with the code that its registration sent, and sign in',
      body: signInBody(codeInput),
      status: 201,
      output: shapes.SignIn,
      isConfigured: config.accounts.confirm !== null,
      problems: [
        'code-invalid',
        'identifier-taken',
        ...signUpProblems(config),
        ...keptOut,
        'origin-not-allowed',
        'rate-limited',
      ],
      handle: (exchange) => answerSignIn(exchange, { schema: codeInput, signIn: registration.confirm }),
    }),
    sends({
      path: '/users/password/forgot',
      operationId: 'forgotPassword',
      summary: 'Send a password reset code if the account exists; the response is the same if not',
      body: lookupInput,
      isConfigured,
      call: recovery.begin,
    }),
    takes({
      path: '/users/password/reset',
      operationId: 'resetPassword',
      summary: 'Set a new password with a code; ends every session and does not sign in',
      body: z.intersection(codeInput, accounts.inputs.setPassword),
      isConfigured,
      problems: ['busy'],
      call: recovery.reset,
    }),
    sends({
      path: '/users/login/code',
      operationId: 'sendLoginCode',
      summary: 'Send a sign-in code if the account exists; the response is the same if not',
      body: lookupInput,
      isConfigured: codeSignIn,
      call: sessions.sendCode,
    }),
    publicRoute({
      method: 'POST',
      path: '/users/login/code/confirm',
      operationId: 'loginByCode',
      summary: 'Sign in with a code',
      body: signInBody(codeLoginInput),
      status: 200,
      output: shapes.SignIn,
      isConfigured: codeSignIn,
      problems: [
        'code-invalid',
        'second-factor-required',
        ...keptOut,
        'policy-refused',
        'origin-not-allowed',
        'rate-limited',
      ],
      handle: (exchange) => answerSignIn(exchange, { schema: codeLoginInput, signIn: sessions.loginByCode }),
    }),
    sends({
      path: '/codes/resend',
      operationId: 'resendCode',
      summary: 'Send a new code; the earlier ones stop working',
      body: resendInput,
      isConfigured,
      call: sessions.resendCode,
    }),
    viewerRoute({
      method: 'POST',
      path: '/users/me/addresses/verify',
      operationId: 'verifyAddress',
      summary: 'Send a code to your own email address or phone number, to confirm it',
      body: addressInputs.verify,
      status: 202,
      output: shapes.CodeSent,
      isConfigured,
      problems: ['code-invalid', 'impersonated', 'rate-limited', ...unsent],
      handle: async (viewer, { body, client }) => ({ body: await addresses.verify(viewer, body, client) }),
    }),
    viewerRoute({
      method: 'POST',
      path: '/users/me/addresses',
      operationId: 'changeAddress',
      summary: 'Send a code to a new email address or phone number; it replaces the old one once confirmed',
      body: addressInputs.change,
      status: 202,
      output: shapes.CodeSent,
      isConfigured,
      problems: [
        'impersonated',
        'wrong-password',
        'proof-required',
        'account-locked',
        'rate-limited',
        'busy',
        ...unsent,
      ],
      handle: async (viewer, { body, client }) => ({ body: await addresses.change(viewer, body, client) }),
    }),
    viewerRoute({
      method: 'POST',
      path: '/users/me/prove/code',
      operationId: 'sendProofCode',
      summary: 'Send a code to your own confirmed email address or phone number, to confirm your identity',
      body: addressInputs.verify,
      status: 202,
      output: shapes.CodeSent,
      isConfigured,
      problems: ['code-not-sent', 'impersonated', 'rate-limited', ...unsent],
      handle: async (viewer, { body, client }) => ({
        body: await sessions.sendProofCode(viewer, body, client),
      }),
    }),
    takes({
      path: '/users/addresses/confirm',
      operationId: 'confirmAddress',
      summary: 'Confirm an email address or phone number with the code sent to it, signed in or not',
      body: codeInput,
      isConfigured,
      problems: ['identifier-taken'],
      call: addresses.confirm,
    }),
    takes({
      path: '/users/addresses/revert',
      operationId: 'revertAddress',
      summary: 'Undo a change of email address with the link sent to the old one; ends every session',
      body: codeInput,
      isConfigured,
      problems: ['identifier-taken', 'busy'],
      call: addresses.revert,
    }),
  ]

  /** A route that sends a code. Pages that are not allowed cannot make their visitors send any. */
  function sends<Body>({ call, ...described }: Step<Body, object>): Route {
    return publicRoute({
      ...described,
      method: 'POST',
      status: 202,
      output: shapes.CodeSent,
      problems: ['origin-not-allowed', ...challengeProblems(config), 'rate-limited'],
      async handle({ request, body, client }) {
        guard.demandOwnPage(request)
        return { body: await call(body, client) }
      },
    })
  }

  /**
   * A route that accepts a code and signs nobody in. It does not touch the browser's cookies: they may belong to
   * another account.
   */
  function takes<Body>({ call, problems = [], ...described }: Step<Body, void>): Route {
    return publicRoute({
      ...described,
      method: 'POST',
      status: 204,
      problems: ['code-invalid', 'origin-not-allowed', 'rate-limited', ...problems],
      async handle({ request, body, client }) {
        guard.demandOwnPage(request)
        await call(body, client)
        return {}
      },
    })
  }
}
