import * as z from 'zod'
import { passwordMaxLength } from '../accounts/account-inputs.ts'
import type { UserRecord } from '../accounts/user-store.ts'
import { codeFields, codeInput } from '../codes/codes.ts'
import type { Core } from '../core.ts'
import { KithError } from '../errors.ts'
import { checkFactor, factorFields, givenFactor, isOne, sixDigits } from '../factors/second-factor.ts'
import { because, exactText, isObject, parseInput } from '../input.ts'
import { spendToken } from '../passkeys/passkey-challenge.ts'
import { passkeyProof, type PasskeyProof } from '../passkeys/passkey-inputs.ts'
import type { ClientInfo, Viewer } from '../viewer.ts'
import { demandOwner } from './actor.ts'
import { placeOf } from './client-address.ts'
import { confirmPassword } from './login.ts'
import { type OwnSession, useProofCode } from './proof-code.ts'
import { isLive, issueTokens, openedSession, type Proved, sessionEnd } from './session.ts'
import type { SessionRecord } from './session-store.ts'

/** How a signed-in user proves to be the account: one of these. */
export interface ProveInput {
  password?: string | undefined
  /** The code from the authenticator app; with `flow`, the code of the message. */
  code?: string | undefined
  /** The result of `kith.sessions.sendProofCode` has it. */
  flow?: string | undefined
  recoveryCode?: string | undefined
  /** The response of a passkey to `kith.passkeys.beginProve`. */
  passkey?: PasskeyProof | undefined
}

/** The schema of {@link ProveInput}. */
export const proveInput: z.ZodType<ProveInput> = z
  .strictObject({
    password: exactText(1, passwordMaxLength).optional(),
    ...factorFields,
    code: sixDigits('Give the six digits of the message, or those that the app shows').optional(),
    flow: codeFields.flow.optional(),
    passkey: passkeyProof.optional(),
  })
  .refine(
    ({ flow, ...input }) => isOne(Object.values(input)) && (flow === undefined || input.code !== undefined),
    {
      ...because({
        code: 'required',
        message:
          'Give the password, an authenticator code, a sent code with its `flow`, a recovery code or a passkey',
      }),
      path: ['password'],
      when: isObject,
    },
  )

/** Renews when and how a session was proved, and its tokens. */
export async function prove(
  core: Core,
  viewer: Viewer,
  { input, client }: { input: ProveInput; client: ClientInfo },
): Promise<Proved> {
  await core.limits.byViewer('passwordFormBySession', viewer)
  const { password, passkey, flow, ...factor } = parseInput(proveInput, input)
  const user = await core.storage.users.byId(viewer.userId)
  if (!user || viewer.sessionId === null) throw new KithError('unauthenticated')
  await demandOwner(core, viewer)
  const session = { userId: user.id, sessionId: viewer.sessionId }
  if (password !== undefined) {
    await confirmPassword(core, { viewer, user, password, client })
    return await renewProof(core, user, { session, client, method: 'pwd' })
  }
  if (flow !== undefined) {
    const given = parseInput(codeInput, { flow, code: factor.code })
    const method = await useProofCode(core, { user, ...session }, { given, client })
    return await renewProof(core, user, { session, client, method })
  }
  if (passkey) await demandOwnToken(core, session, { token: passkey.token, client })
  const given = givenFactor({ ...factor, passkey })
  const method = await checkFactor(core, user.id, { given, client, sessionId: session.sessionId })
  return await renewProof(core, user, { session, client, method })
}

/**
 * Consumes the token of a passkey, which is valid for the session that asked for it. @throws code-invalid, rate-limited
 */
async function demandOwnToken(
  core: Core,
  { userId, sessionId }: OwnSession,
  given: { token: string; client: ClientInfo },
): Promise<void> {
  const spent = await spendToken(core, 'prove-passkey', given)
  if (spent.userId !== userId || spent.data.sessionId !== sessionId) throw new KithError('code-invalid')
}

/** The tokens of a bound session are renewed only with its key: its cookies and the password are not enough. */
async function renewedTokens(core: Core, session: SessionRecord, user: UserRecord): Promise<Proved> {
  if (session.boundKey === null) return await issueTokens(core, session, user)
  return { userId: session.userId, session: openedSession(session), tokens: null }
}

/** How often a session is reread after a concurrent refresh. */
const mostTries = 10

/** Steps a session, and records that its owner has just proved to be the account. @throws session-revoked */
async function renewProof(
  core: Core,
  user: UserRecord,
  { session: viewer, client, method }: { session: OwnSession; client: ClientInfo; method: string },
): Promise<Proved> {
  const { sessions } = core.storage
  for (let tries = 0; tries < mostTries; tries++) {
    const session = await sessions.byId(viewer.sessionId)
    const now = core.clock()
    if (!isLive(session, user, now)) break
    const result = await sessions.rotate({
      id: session.id,
      generation: session.generation,
      boundKey: session.boundKey,
      now,
      expiresAt: sessionEnd(core, now, { openedAt: session.createdAt, isImpersonated: false }),
      ...placeOf(client),
      methods: [...new Set([...session.methods, method])],
    })
    if (!result.rotated) continue
    core.grace.begin(result.session)
    return await renewedTokens(core, result.session, user)
  }
  throw new KithError('session-revoked')
}
