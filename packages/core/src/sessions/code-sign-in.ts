import * as z from 'zod'
import { demandUnbanned, withoutEndedBan } from '../accounts/bans.ts'
import { claimAccount } from '../accounts/address-claims.ts'
import { type AccountLookup, findRecipient } from '../accounts/recovery.ts'
import { methodOf } from '../codes/code-purposes.ts'
import { codeFields, type CodeInput, type CodeSent } from '../codes/codes.ts'
import type { Core } from '../core.ts'
import { KithError } from '../errors.ts'
import { lineOfText, parseInput, visible } from '../input.ts'
import type { ClientInfo } from '../viewer.ts'
import { demandSecondFactor } from '../factors/second-factor.ts'
import { agePart } from '../profiles/user.ts'
import { openSession } from './open-session.ts'
import type { SignIn } from './session.ts'

/** A sign-in with a code that was sent. */
export interface CodeLoginInput extends CodeInput {
  /** Shown in the session list; derived from the `User-Agent` if absent. */
  deviceName?: string | undefined
}

/** The schema of {@link CodeLoginInput}. */
export const codeLoginInput: z.ZodType<CodeLoginInput> = z.strictObject({
  ...codeFields,
  deviceName: visible(lineOfText(100)).optional(),
})

/** Sends a code to sign in with. */
export async function sendSignInCode(
  core: Core,
  input: AccountLookup,
  client: ClientInfo,
): Promise<CodeSent> {
  demandCodeSignIn(core)
  const { user, to } = await findRecipient(core, input, client)
  return await core.codes.send({ purpose: 'sign-in', userId: user?.id ?? null, data: to && { to } })
}

/** Signs in with such a code. */
export async function loginByCode(core: Core, input: CodeLoginInput, client: ClientInfo): Promise<SignIn> {
  demandCodeSignIn(core)
  const { deviceName, ...code } = parseInput(codeLoginInput, input)
  const { userId, data } = await core.codes.consume('sign-in', code, client)
  const { to } = data
  const claimed = await claimAccount(core, userId ?? '', { ...to, client })
  if (!claimed) throw new KithError('code-invalid')
  const user = await withoutEndedBan(core, claimed)
  demandUnbanned(user)
  await core.askPolicy('session.open', { input: { userId: user.id, ...agePart(user) }, viewer: null, client })
  const methods = [methodOf(to)]
  await demandSecondFactor(core, { user, client, deviceName, methods })
  return await openSession(core, {
    user,
    client,
    deviceName,
    methods,
    announce: true,
    stillHolds: (fresh) => fresh[to.kind] === to.address,
  })
}

function demandCodeSignIn({ config }: Core): void {
  if (!config.sessions.codeSignIn)
    throw new KithError('not-configured', {
      detail: 'Sign-in by code is off: set `sessions.codeSignIn` in createKith.',
    })
}
