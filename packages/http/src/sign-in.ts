import type { SignIn } from '@kith/core'
import { z } from 'zod'
import type { Cookies } from './cookies.ts'
import { deviceNameOf } from './device-name.ts'
import type { Guard } from './guard.ts'
import type { Answer, Exchange } from './route.ts'
import type { SignInAnswer } from './shapes.ts'

/** What any sign-in takes besides its own input. */
export interface TransportInput {
  /** Where the tokens go: into cookies, or with `bearer` into the answer. @default 'cookie' */
  transport?: 'cookie' | 'bearer' | undefined
}

/** The schema of {@link TransportInput}. */
export const transportInput: z.ZodType<TransportInput> = z.strictObject({
  transport: z.enum(['cookie', 'bearer']).optional(),
})

/** Signs in, and gives the tokens the way that was asked for. */
export type AnswerSignIn = <Input extends { deviceName?: string | undefined }>(
  exchange: Exchange<Input & TransportInput, undefined>,
  signIn: (input: Input) => Promise<SignIn>,
) => Promise<Answer>

/** Creates the answering of sign-ins. */
export function createAnswerSignIn(guard: Guard, cookies: Cookies): AnswerSignIn {
  return async ({ body, head, client, setCookies }, signIn) => {
    const { transport, ...input } = body
    const bearer = transport === 'bearer'
    // Otherwise any page could sign its visitors in to an account of its own (login CSRF).
    if (!bearer) guard.demandOwnPage(head)
    const deviceName = body.deviceName ?? deviceNameOf(client.userAgent)
    const signedIn = await signIn({ ...(input as typeof body), deviceName })
    if (bearer) return { body: signedIn }
    setCookies.push(...cookies.set(signedIn))
    return { body: withoutTokens(signedIn) }
  }
}

/** What a sign-in answers where the tokens are in cookies. */
export function withoutTokens({ user, session }: SignIn): SignInAnswer {
  return { user, session }
}
