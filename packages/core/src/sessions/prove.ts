import * as z from 'zod'
import { passwordMaxLength } from '../accounts/account-inputs.ts'
import type { Core } from '../core.ts'
import { KithError } from '../errors.ts'
import { checkFactor, factorFields, givenFactor } from '../factors/second-factor.ts'
import { because, exactText, isObject, parseInput } from '../input.ts'
import type { ClientInfo, Viewer } from '../viewer.ts'
import { placeOf } from './client-address.ts'
import { confirmPassword } from './login.ts'
import { issueTokens, type Refreshed, sessionEnd } from './session.ts'

/** What somebody signed in proves with that they still are the account: one of these. */
export interface ProveInput {
  password?: string | undefined
  /** What the authenticator app shows. */
  code?: string | undefined
  recoveryCode?: string | undefined
}

/** The schema of {@link ProveInput}. */
export const proveInput: z.ZodType<ProveInput> = z
  .strictObject({ password: exactText(1, passwordMaxLength).optional(), ...factorFields })
  .refine((input) => Object.values(input).filter((value) => value !== undefined).length === 1, {
    ...because({
      code: 'required',
      message: 'Give the password, the code of the authenticator app, or a recovery code',
    }),
    path: ['password'],
    when: isObject,
  })

/** Renews when and how a session was proved, and its tokens. */
export async function prove(
  core: Core,
  viewer: Viewer,
  { input, client }: { input: ProveInput; client: ClientInfo },
): Promise<Refreshed> {
  await core.limits.byViewer('passwordFormBySession', viewer)
  const { password, ...factor } = parseInput(proveInput, input)
  const user = await core.storage.users.byId(viewer.userId)
  if (!user || viewer.sessionId === null) throw new KithError('unauthenticated')
  if (password !== undefined) await confirmPassword(core, { viewer, user, password, client })
  else await checkFactor(core, user.id, { given: givenFactor(factor), client })
  return await renewProof(
    core,
    { userId: user.id, sessionId: viewer.sessionId },
    { client, method: password === undefined ? 'otp' : 'pwd' },
  )
}

/** So often a session is read again that was refreshed meanwhile. */
const mostTries = 10

/** Steps a session, and says that its owner has just proved to be the account. @throws session-revoked */
export async function renewProof(
  core: Core,
  viewer: { userId: string; sessionId: string },
  { client, method }: { client: ClientInfo; method: string },
): Promise<Refreshed> {
  const { sessions } = core.storage
  for (let tries = 0; tries < mostTries; tries++) {
    const session = await sessions.byId(viewer.sessionId)
    const now = core.clock()
    if (!session || session.userId !== viewer.userId || session.revokedAt || session.expiresAt <= now) break
    const result = await sessions.rotate({
      id: session.id,
      generation: session.generation,
      now,
      expiresAt: sessionEnd(core, now, session.createdAt),
      ...placeOf(client),
      methods: [...new Set([...session.methods, method])],
    })
    if (!result.rotated) continue
    core.grace.begin(result.session)
    return await issueTokens(core, result.session)
  }
  throw new KithError('session-revoked')
}
