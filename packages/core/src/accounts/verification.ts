import type * as z from 'zod'
import type { Cause } from '../cause.ts'
import type { Core } from '../core.ts'
import { KithError, RetryLaterError } from '../errors.ts'
import { emailSchema, phoneSchema } from './identifiers.ts'

interface Kind {
  schema: z.ZodType<string, string>
  verifiedAt: 'emailVerifiedAt' | 'phoneVerifiedAt'
  /** The name of the kind in the event. */
  field: string
}

const kinds: Readonly<Record<'email' | 'phone', Kind>> = Object.freeze({
  email: { schema: emailSchema(), verifiedAt: 'emailVerifiedAt', field: 'emailVerified' },
  phone: { schema: phoneSchema(), verifiedAt: 'phoneVerifiedAt', field: 'phoneVerified' },
})

/** A proved address, with its kind; without an address, the one that the account has. */
export interface Proved {
  kind: 'email' | 'phone'
  address: string | undefined
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
  { kind, address, cause }: Proved,
): Promise<boolean> {
  const { users } = core.storage
  const { schema, verifiedAt, field } = kinds[kind]
  const told = { userId, fields: [field] }
  const rows = core.rowsOf('account.edited', () => told, cause)
  const proved = address === undefined ? undefined : (schema.safeParse(address).data ?? null)
  for (let tries = 0; tries < mostTries; tries++) {
    const user = await users.byId(userId)
    if (!user) throw new KithError('account-not-found')
    const current = user[kind]
    if (current === null || (proved !== undefined && proved !== current)) return false
    if (user[verifiedAt]) return true
    const changes = { [verifiedAt]: core.clock(), expected: { [kind]: current } }
    const { outcome } = await users.update(userId, changes, undefined, rows)
    if (outcome !== 'updated') continue
    core.emit('account.edited', told, cause)
    return true
  }
  throw new RetryLaterError('busy', 1)
}
