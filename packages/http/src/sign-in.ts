import { type ClientInfo, isKithError, type Sessions, type SignIn, type Viewer } from '@kith/core'
import { parseInput } from '@kith/core/adapter'
import * as z from 'zod'
import type { Cookies } from './cookies.ts'
import type { Credentials } from './credentials.ts'
import type { DeviceBound } from './device-bound.ts'
import { type Guard, isDeadToken } from './guard.ts'
import type { KeptSession } from './kept-session.ts'
import type { Answer, Exchange } from './route.ts'
import type { SignInAnswer } from './shapes.ts'

/** The common inputs of every sign-in. */
export interface TransportInput {
  /** Where the tokens go: into cookies, or with `bearer` into the response. @default 'cookie' */
  transport?: 'cookie' | 'bearer' | undefined
  /** The `deviceToken` of an earlier sign-in on this device, if it is not in a cookie. */
  deviceToken?: string | undefined
}

/** The schema of {@link TransportInput}. */
const transportInput: z.ZodType<TransportInput> = z.strictObject({
  transport: z.enum(['cookie', 'bearer']).optional(),
  deviceToken: z.string().min(1).max(2048).optional(),
})

/**
 * Signs in, and returns the tokens as requested. The session of credentials that came along ends: nobody could sign out
 * of it any more.
 */
export type AnswerSignIn = <Input extends object>(
  exchange: Exchange<Input & TransportInput, undefined>,
  service: SignInService<Input>,
) => Promise<Answer>

/** The sign-in itself. It counts the call before it parses the input, so it gets the input unchanged. */
interface SignInService<Input> {
  /** The schema of its input. */
  schema: z.ZodType<Input>
  signIn(input: Input, client: ClientInfo): Promise<SignIn>
}

/** The schema of the entire body of a sign-in. */
export function signInBody<Input>(schema: z.ZodType<Input>): z.ZodType<Input & TransportInput> {
  return z.intersection(schema, transportInput)
}

/** The dependencies of {@link createAnswerSignIn}. */
export interface AnswerSignInOptions {
  guard: Guard
  cookies: Cookies
  sessions: Sessions
  deviceBound: DeviceBound
  keptSession: KeptSession
}

/** Creates the sign-in response. */
export function createAnswerSignIn({
  guard,
  cookies,
  sessions,
  deviceBound,
  keptSession,
}: AnswerSignInOptions): AnswerSignIn {
  return async ({ body, request, client, credentials, setCookies, headers }, { schema, signIn }) => {
    const { transport, deviceToken, ...input } = body
    const bearer = transport === 'bearer'
    // Otherwise any page could sign its visitors in to the attacker's account (login CSRF).
    if (!bearer) guard.demandOwnPage(request)
    const { success } = transportInput.safeParse({ transport, deviceToken })
    const device = (success ? deviceToken : undefined) ?? client.device
    // Invalid fields of ours stay in the input, so that the service counts the call before it is refused.
    const given = success ? (input as typeof body) : body
    const signedIn = await signIn(given, { ...client, device }).catch((error: unknown) => {
      // It reported our field as unknown: report it again with its own error, and all others.
      if (!success && isKithError(error) && error.code === 'invalid-input')
        parseInput(signInBody(schema), body)
      throw error
    })
    await endSessionBefore(sessions, credentials, client)
    setCookies.push(...(await keptSession.forget(request.headers.get('cookie'), client)))
    if (bearer) {
      if (credentials.kind === 'cookies') setCookies.push(...cookies.clear())
      return { body: signedIn, viewer: viewerOf(signedIn) }
    }
    setCookies.push(...cookies.set(signedIn))
    Object.assign(headers, deviceBound.offerFor(signedIn.session))
    return { body: withoutTokens(signedIn), viewer: viewerOf(signedIn) }
  }
}

/** Ends the session of these credentials; invalid ones end nothing. */
export async function endSessionBefore(
  sessions: Sessions,
  credentials: Credentials,
  client: ClientInfo = {},
): Promise<void> {
  if (!('accessToken' in credentials)) return
  if (credentials.kind === 'cookies' && credentials.refreshToken !== null)
    await sessions.logoutByRefreshToken(credentials.refreshToken, client)
  if (credentials.accessToken === null) return
  try {
    await sessions.logoutByAccessToken(credentials.accessToken, client)
  } catch (error) {
    if (!isDeadToken(error)) throw error
  }
}

/** Who signed in. */
export function viewerOf({ user, session }: SignIn): Viewer {
  return { userId: user.id, sessionId: session.id }
}

/**
 * The sign-in of one of the host's own routes. It gets the fields for `ClientInfo`; its account type is that of the
 * response.
 */
export type HostSignIn<User extends SignIn['user']> = (
  client: Pick<ClientInfo, 'device'>,
) => Promise<Omit<SignIn, 'user'> & { user: User }>

/** The response of a sign-in with cookies. */
export function withoutTokens<User extends SignIn['user']>({
  user,
  session,
}: Omit<SignIn, 'user'> & { user: User }): SignInAnswer<User> {
  return { user, session }
}
