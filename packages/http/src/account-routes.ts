import type { Kith } from '@kith/core'
import { z } from 'zod'
import type { Cookies } from './cookies.ts'
import { publicRoute, type Route, viewerRoute } from './route.ts'
import { shapes } from './shapes.ts'
import { type AnswerSignIn, transportInput } from './sign-in.ts'

/** What the routes of accounts and sessions depend on. */
export interface RouteOptions {
  kith: Kith
  cookies: Cookies
  answerSignIn: AnswerSignIn
}

/** The routes of one's own account. */
export function accountRoutes({ kith: { accounts }, cookies, answerSignIn }: RouteOptions): Route[] {
  const { inputs } = accounts
  return [
    publicRoute({
      method: 'POST',
      path: '/users/register',
      operationId: 'register',
      summary: 'Create an account and sign in',
      body: z.intersection(inputs.register, transportInput),
      status: 201,
      output: shapes.SignIn,
      problems: ['identifier-taken', 'origin-not-allowed', 'rate-limited', 'busy'],
      handle: (exchange) => answerSignIn(exchange, (input) => accounts.register(input, exchange.client)),
    }),
    viewerRoute({
      method: 'GET',
      path: '/users/me',
      operationId: 'getMe',
      summary: 'Read your own account',
      status: 200,
      output: shapes.OwnUser,
      handle: async (viewer) => ({ body: await accounts.me(viewer) }),
    }),
    viewerRoute({
      method: 'PATCH',
      path: '/users/me',
      operationId: 'editMe',
      summary: 'Change your own account',
      body: inputs.edit,
      status: 200,
      output: shapes.OwnUser,
      problems: ['identifier-taken', 'wrong-password', 'account-locked', 'rate-limited', 'busy'],
      handle: async (viewer, { body }) => ({ body: await accounts.edit(viewer, body) }),
    }),
    viewerRoute({
      method: 'DELETE',
      path: '/users/me',
      operationId: 'deleteMe',
      summary: 'Delete your own account and end its sessions',
      body: inputs.delete,
      status: 204,
      problems: ['wrong-password', 'account-locked', 'busy'],
      async handle(viewer, { body, setCookies }) {
        await accounts.delete(viewer, body)
        setCookies.push(...cookies.clear())
        return {}
      },
    }),
    viewerRoute({
      method: 'POST',
      path: '/users/me/password',
      operationId: 'changePassword',
      summary: 'Change your password; all other sessions end',
      body: inputs.changePassword,
      status: 204,
      problems: ['wrong-password', 'account-locked', 'busy'],
      async handle(viewer, { body }) {
        await accounts.changePassword(viewer, body)
        return {}
      },
    }),
  ]
}
