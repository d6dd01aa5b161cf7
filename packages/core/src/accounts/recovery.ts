import * as z from 'zod'
import type { Recipient } from '../codes/code-purposes.ts'
import { codeFields, type CodeInput, type CodeSent } from '../codes/codes.ts'
import type { Core } from '../core.ts'
import { KithError } from '../errors.ts'
import { because, exactText, isObject, parseInput } from '../input.ts'
import { addressKey } from '../sessions/client-address.ts'
import { type ClientInfo, viewerOf } from '../viewer.ts'
import { type AccountInputs, solutionField } from './account-inputs.ts'
import { claimAccount } from './address-claims.ts'
import { canBeTakenBack } from './address-news.ts'
import { createBreachCheck } from './breach-check.ts'
import { demandNoOwnName, storePassword } from './host-passwords.ts'
import { phoneSchema, readLogin } from './identifiers.ts'
import type { Login, UserRecord } from './user-store.ts'

/** Identifies the account: by username or email, or by phone number. */
export interface AccountLookup {
  login?: string | undefined
  phone?: string | undefined
  /** The solution of the challenge, if there was one: `challenge-required`. */
  solution?: string | undefined
}

/** A new password for an account, with a code. */
export interface ResetPasswordInput extends CodeInput {
  password: string
}

/** Forgotten passwords. */
export interface Recovery {
  /**
   * Sends a code and a link to an email address or phone number of the account, if it exists: the caller cannot tell
   * whether it does.
   * @throws invalid-input, not-configured, rate-limited
   */
  begin(input: AccountLookup, client?: ClientInfo): Promise<CodeSent>
  /**
   * Sets a new password with such a code, and ends every session. Does not sign in: the next sign-in asks for a second
   * factor. If the password is refused, the code stays valid. @throws code-invalid, invalid-input, rate-limited
   */
  reset(input: ResetPasswordInput, client?: ClientInfo): Promise<void>
}

/** The schema of {@link AccountLookup}. */
export const lookupInput: z.ZodType<AccountLookup> = z
  .strictObject({
    login: exactText(1, 254).optional(),
    phone: phoneSchema().optional(),
    solution: solutionField.optional(),
  })
  .refine(({ login, phone }) => (login === undefined) !== (phone === undefined), {
    ...because({ code: 'required', message: 'Give a username, an email address or a phone number' }),
    path: ['login'],
    when: isObject,
  })

/** A lookup result, and where the code goes; both are `null` if there is no account. */
export interface Found {
  user: UserRecord | null
  to: Recipient | null
}

/**
 * Looks up an account by what an unknown caller typed. Costs the same if there is none. @throws not-configured,
 * rate-limited
 */
export async function findRecipient(core: Core, input: AccountLookup, client: ClientInfo): Promise<Found> {
  const { outgoing, limits, storage } = core
  if (!outgoing.can('email') && !outgoing.can('sms')) throw new KithError('not-configured')
  const { login, phone, solution } = parseInput(lookupInput, input)
  const typed: Login = login === undefined ? { phone: phone ?? '' } : readLogin(login)
  await core.demandChallenge({ action: 'send', target: JSON.stringify(typed), solution, client })
  await limits.beforeSending(JSON.stringify(typed), client)
  const user = await storage.users.byLogin(typed)
  const isHeld = await canBeTakenBack(core, user?.id ?? 'nobody')
  const to = user && recipientOf(core, user, { typed, isHeld, language: client.language ?? null })
  const mayGo = await limits.maySend(to?.address ?? `nobody ${addressKey(client.address ?? '')}`, client)
  return to && mayGo ? { user, to } : { user: null, to: null }
}

/**
 * The address that was typed; of a username the email address, or else a phone number that is theirs for sure. One that nobody has proved,
 * and that may be mistyped, opens no account whose other address was proved, or that a former address can take back (`isHeld`).
 */
function recipientOf(
  { outgoing }: Core,
  { email, emailVerifiedAt, phone, phoneVerifiedAt }: UserRecord,
  { typed, isHeld, language }: { typed: Login; isHeld: boolean; language: string | null },
): Recipient | null {
  const isOpen = !emailVerifiedAt && !phoneVerifiedAt && !isHeld
  const byEmail = !('phone' in typed) && (emailVerifiedAt || isOpen)
  if (email !== null && byEmail && outgoing.can('email')) return { kind: 'email', address: email, language }
  const byPhone = 'phone' in typed ? phoneVerifiedAt || isOpen : 'username' in typed && phoneVerifiedAt
  return phone !== null && byPhone && outgoing.can('sms') ? { kind: 'phone', address: phone, language } : null
}

/** Creates the recovery of one Kith instance. */
export function createRecovery(core: Core, inputs: Pick<AccountInputs, 'setPassword'>): Recovery {
  const demandUnbreached = createBreachCheck(core.config, core.emit)
  const resetInput = z.strictObject({ ...codeFields, password: z.string() })

  return {
    async begin(input, client = {}) {
      const { user, to } = await findRecipient(core, input, client)
      return await core.codes.send({
        purpose: 'reset-password',
        userId: user?.id ?? null,
        data: to && { to },
      })
    },
    async reset(input, client = {}) {
      const { password, ...code } = parseInput(resetInput, input)
      parseInput(inputs.setPassword, { password })
      const { userId, data, giveBack } = await core.codes.consume('reset-password', code, client)
      const user = await core.storage.users.byId(userId ?? '')
      if (user?.[data.to.kind] !== data.to.address) throw new KithError('code-invalid')
      let hash: string
      try {
        demandNoOwnName(core, user, { path: 'password', password })
        await demandUnbreached(password, { path: 'password', userId })
        hash = await core.passwords.hash(password, { key: user.id, lane: 'first' })
      } catch (error) {
        await giveBack()
        throw error
      }
      if (!(await claimAccount(core, user.id, { ...data.to, client }))) throw new KithError('code-invalid')
      await storePassword(core, user.id, { next: hash, cause: { viewer: viewerOf(user.id), client } })
    },
  }
}
