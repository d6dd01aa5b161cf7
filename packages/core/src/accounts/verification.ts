import type * as z from 'zod'
import type { Cause } from '../cause.ts'
import type { Core } from '../core.ts'
import { KithError, RetryLaterError } from '../errors.ts'
import { emailSchema, phoneSchema } from './identifiers.ts'

/** The field that says when an address was verified. */
export const verifiedAt: Readonly<{ email: 'emailVerifiedAt'; phone: 'phoneVerifiedAt' }> = Object.freeze({
  email: 'emailVerifiedAt',
  phone: 'phoneVerifiedAt',
})

interface Kind {
  schema: z.ZodType<string, string>
  /** What the event calls it. */
  field: string
}

const kinds: Readonly<Record<'email' | 'phone', Kind>> = Object.freeze({
  email: { schema: emailSchema(), field: 'emailVerified' },
  phone: { schema: phoneSchema(), field: 'phoneVerified' },
})

/** A proved address, with its kind; without an address, the one that the account has. */
export interface Proved {
  kind: 'email' | 'phone'
  address: string | undefined
  /** Marks it only while the address of the other kind is unverified, in the same step. @default false */
  isFirst?: boolean
  /** Who proved it. */
  cause?: Cause
}

/** How often an account is reread after a concurrent change of its email address or phone number. */
const mostTries = 10

/**
 * Marks an address as verified if the account has it in the step that marks it. Returns whether it is now verified.
 * @throws account-not-found, busy
 */
export async function verifyAddress(
  core: Core,
  userId: string,
  { kind, address, isFirst = false, cause }: Proved,
): Promise<boolean> {
  const { users } = core.storage
  const { schema, field } = kinds[kind]
  const [own, other] = [verifiedAt[kind], verifiedAt[kind === 'email' ? 'phone' : 'email']]
  const told = { userId, fields: [field] }
  const rows = core.rowsOf('account.edited', () => told, cause)
  const proved = address === undefined ? undefined : (schema.safeParse(address).data ?? null)
  for (let tries = 0; tries < mostTries; tries++) {
    const user = await users.byId(userId)
    if (!user) throw new KithError('account-not-found')
    const current = user[kind]
    if (current === null || (proved !== undefined && proved !== current)) return false
    if (user[own]) return true
    if (isFirst && user[other]) return false
    const expected = { [kind]: current, ...(isFirst && { [other]: null }) }
    const changes = { [own]: core.clock(), expected }
    const { outcome } = await users.update(userId, changes, undefined, rows)
    if (outcome !== 'updated') continue
    core.emit('account.edited', told, cause)
    return true
  }
  throw new RetryLaterError('busy', 1)
}
