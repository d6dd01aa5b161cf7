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

/** What any sign-in takes besides its own input. */
export interface TransportInput {
  /** Where the tokens go: into cookies, or with `bearer` into the response. @default 'cookie' */
  transport?: 'cookie' | 'bearer' | undefined
  /** The `deviceToken` of an earlier sign-in on this device, where it is not in a cookie. */
  deviceToken?: string | undefined
}

/** The schema of {@link TransportInput}. */
const transportInput: z.ZodType<TransportInput> = z.strictObject({
  transport: z.enum(['cookie', 'bearer']).optional(),
  deviceToken: z.string().min(1).max(2048).optional(),
})

/**
 * Signs in, and gives the tokens the way that was asked for. A session whose credentials came along ends: nobody could sign
 * out of it any more.
 */
export type AnswerSignIn = <Input extends object>(
  exchange: Exchange<Input & TransportInput, undefined>,
  service: SignInService<Input>,
) => Promise<Answer>

/** What signs in. It counts the call before it reads the input, so the input comes to it as it was sent. */
interface SignInService<Input> {
  /** The schema by which it reads. */
  schema: z.ZodType<Input>
  signIn(input: Input, client: ClientInfo): Promise<SignIn>
}

/** The schema of the whole body of a sign-in. */
export function signInBody<Input>(schema: z.ZodType<Input>): z.ZodType<Input & TransportInput> {
  return z.intersection(schema, transportInput)
}

/** What {@link createAnswerSignIn} depends on. */
export interface AnswerSignInOptions {
  guard: Guard
  cookies: Cookies
  sessions: Sessions
  deviceBound: DeviceBound
  keptSession: KeptSession
}

/** Creates the answering of sign-ins. */
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
    // Otherwise any page could sign its visitors in to an account of its own (login CSRF).
    if (!bearer) guard.demandOwnPage(request)
    const { success } = transportInput.safeParse({ transport, deviceToken })
    const device = (success ? deviceToken : undefined) ?? client.device
    // What is wrong of ours stays in the input, so that the service counts the call before it is refused.
    const given = success ? (input as typeof body) : body
    const signedIn = await signIn(given, { ...client, device }).catch((error: unknown) => {
      // It told our field to be unknown: told again with what is wrong with it, and with all others.
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

/** Ends the session that credentials belong to; those that are of no more use end nothing. */
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

/** What signs somebody in for a route of the host's own. It gets what belongs into the `ClientInfo`; its account is of the type that is answered. */
export type HostSignIn<User extends SignIn['user']> = (
  client: Pick<ClientInfo, 'device'>,
) => Promise<Omit<SignIn, 'user'> & { user: User }>

/** What a sign-in returns where the tokens are in cookies. */
export function withoutTokens<User extends SignIn['user']>({
  user,
  session,
}: Omit<SignIn, 'user'> & { user: User }): SignInAnswer<User> {
  return { user, session }
}
