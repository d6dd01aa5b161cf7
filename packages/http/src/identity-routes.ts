import type { Kith, Viewer } from '@kith/core'
import * as z from 'zod'
import { keptOut, signUpProblems } from './account-routes.ts'
import { createCallingPage } from './calling-page.ts'
import type { Cookies } from './cookies.ts'
import type { FlowCookies } from './flow-cookies.ts'
import { failedPath, finishedPath } from './identity-paths.ts'
import type { KeptSession } from './kept-session.ts'
import { readReturnPage } from './return-page.ts'
import { type Answer, type Exchange, publicRoute, type Route, viewerRoute } from './route.ts'
import { shapes } from './shapes.ts'
import { type AnswerSignIn, endSessionBefore, signInBody, viewerOf } from './sign-in.ts'

/** The dependencies of the identity routes. */
export interface IdentityRouteOptions {
  kith: Kith
  allowedOrigins: ReadonlySet<string>
  cookies: Cookies
  flowCookies: FlowCookies
  answerSignIn: AnswerSignIn
  keptSession: KeptSession
}

interface ReturnTo {
  returnTo?: string | undefined
}

const returnToInput: z.ZodType<ReturnTo> = z.strictObject({ returnTo: z.string().max(500).optional() })

const beginInput: z.ZodType<ReturnTo & { invitation?: string | undefined }> = z.strictObject({
  returnTo: z.string().max(500).optional(),
  invitation: z.string().max(200).optional(),
})

type Parameters = Readonly<Record<string, unknown>>

const parameter = z.string().optional()
/** Parameters that providers send back; there may be others. */
const answerInput: z.ZodType<Parameters> = z.looseObject({
  state: parameter,
  code: parameter,
  error: parameter,
  iss: parameter,
})

const beginProblems = [
  'provider-not-found',
  'provider-unavailable',
  'identity-refused',
  'rate-limited',
] as const

/** The routes for signing in with other providers. Browsers visit some of them, and are redirected. */
export function identityRoutes({
  kith,
  allowedOrigins,
  cookies,
  flowCookies,
  answerSignIn,
  keptSession,
}: IdentityRouteOptions): Route[] {
  const { accounts, identities, sessions, config } = kith
  const callingPage = createCallingPage(allowedOrigins)
  const isConfigured = Object.keys(config.providers).length > 0
  const callback = {
    path: '/auth/:provider/callback',
    status: 303,
    isConfigured,
    problems: ['code-invalid', 'rate-limited'],
  } as const

  /** Ties the flow to this browser, and returns the provider's URL. */
  async function sendOn(
    { params: { provider }, setCookies, client }: Exchange,
    given: ReturnTo,
    viewer?: Viewer,
  ): Promise<string> {
    const { returnTo } = given
    const purpose = viewer ? 'link' : 'sign-in'
    // The schema refuses anything but a string.
    const path = typeof returnTo === 'string' ? readReturnPage(returnTo, allowedOrigins).path : returnTo
    const input = { ...given, purpose, returnTo: path } as const
    const { url, browser } = await identities.begin(provider, input, { viewer, client })
    const isForm = config.providers[provider]?.answersBy === 'form-post'
    setCookies.push(flowCookies.setFlow({ browser, returnTo: returnTo ?? '/' }, isForm))
    return url
  }

  /** Ends the flow of a browser that returned: with the result in the fragment of the page where it started. */
  async function finish(exchange: Exchange, answer: URLSearchParams): Promise<Answer> {
    const { request, params, client, credentials, setCookies } = exchange
    const flow = flowCookies.readFlow(request.headers.get('cookie'))
    const { browser, returnTo } = flow ?? { browser: '', returnTo: null }
    setCookies.push(flowCookies.clearFlow())
    try {
      const finished = await identities.finish(params.provider, { answer, browser }, client)
      const { origin } = readReturnPage(returnTo ?? '', allowedOrigins)
      const headers = { location: `${origin}${finishedPath(finished)}` }
      if (finished.kind === 'details-needed') setCookies.push(flowCookies.setDetails(finished.token))
      if (finished.kind !== 'signed-in') return { headers }
      await endSessionBefore(sessions, credentials)
      setCookies.push(...(await keptSession.forget(request.headers.get('cookie'), client)))
      setCookies.push(...cookies.set(finished.signIn))
      return { headers, viewer: viewerOf(finished.signIn) }
    } catch (error) {
      return { headers: { location: failedPath(error, returnTo) } }
    }
  }

  return [
    publicRoute({
      method: 'GET',
      path: '/auth/:provider',
      operationId: 'signInWith',
      summary: 'Redirect the browser to a provider to sign in',
      query: beginInput,
      status: 303,
      isConfigured,
      problems: [...beginProblems, 'origin-not-allowed'],
      async handle(exchange) {
        callingPage.demandOwnVisit(exchange.request)
        return { headers: { location: await sendOn(exchange, exchange.query) } }
      },
    }),
    publicRoute({
      ...callback,
      method: 'GET',
      operationId: 'finishSignInWith',
      summary: 'Handle the redirect back from a provider: sign in or link, then redirect to your app',
      query: answerInput,
      handle: (exchange) => finish(exchange, parametersOf(exchange.query)),
    }),
    publicRoute({
      ...callback,
      method: 'POST',
      operationId: 'finishSignInWithForm',
      summary:
        'Handle the form that a provider such as Apple posts back: sign in or link, then redirect to your app',
      consumes: ['application/x-www-form-urlencoded'],
      fromOtherSite: true,
      handle: (exchange) => finish(exchange, parametersOf(exchange.body as unknown as Parameters)),
    }),
    publicRoute({
      method: 'POST',
      path: '/users/register/identity',
      operationId: 'registerIdentity',
      summary:
        'Create the account of a person who came from a provider, with the missing fields, and sign in',
      body: signInBody(accounts.inputs.newcomer),
      status: 201,
      output: shapes.SignIn,
      isConfigured,
      problems: [
        'code-invalid',
        'identifier-taken',
        'identity-refused',
        ...signUpProblems(config),
        ...keptOut,
        'policy-refused',
        'origin-not-allowed',
        'rate-limited',
      ],
      async handle(exchange) {
        const token = flowCookies.readDetails(exchange.request.headers.get('cookie'))
        const answer = await answerSignIn(exchange, {
          schema: accounts.inputs.newcomer,
          signIn: (input, client) => identities.complete({ ...input, token }, client),
        })
        exchange.setCookies.push(flowCookies.clearDetails())
        return answer
      },
    }),
    viewerRoute({
      method: 'POST',
      path: '/users/me/identities/:provider',
      operationId: 'linkIdentity',
      summary: 'Start to link your account at a provider: send the browser to the `url` in the response',
      body: returnToInput,
      status: 200,
      output: shapes.IdentityBegun,
      isConfigured,
      problems: [...beginProblems, 'impersonated', 'proof-required'],
      async handle(viewer, exchange) {
        return { body: { url: await sendOn(exchange, exchange.body, viewer) } }
      },
    }),
  ]
}

/** Unchanged: a repeated parameter stays repeated. */
function parametersOf(given: Parameters): URLSearchParams {
  return new URLSearchParams(
    Object.entries(given).flatMap(([name, value]) =>
      [value].flat().map((each): [string, string] => [name, String(each)]),
    ),
  )
}
