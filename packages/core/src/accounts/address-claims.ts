import type { Recipient } from '../codes/code-purposes.ts'
import type { Core } from '../core.ts'
import { removeCredentials } from '../credentials/credential-changes.ts'
import { type ClientInfo, viewerOf } from '../viewer.ts'
import { endAllSessions } from '../sessions/end-sessions.ts'
import { storePassword } from './host-passwords.ts'
import type { UserRecord } from './user-store.ts'
import { verifyAddress } from './verification.ts'

type Address = Pick<Recipient, 'kind' | 'address'>

/** When an address of each kind was verified. */
export const verifiedAt: Readonly<{ email: 'emailVerifiedAt'; phone: 'phoneVerifiedAt' }> = Object.freeze({
  email: 'emailVerifiedAt',
  phone: 'phoneVerifiedAt',
})

/** The account that has an address, verified or not. */
export async function accountAt(core: Core, { kind, address }: Address): Promise<UserRecord | null> {
  return await core.storage.users.byLogin(kind === 'email' ? { email: address } : { phone: address })
}

/**
 * Removes an address from an account that has not verified it, for someone who has: a squatter cannot block the owner.
 * Returns whether it is now free, or belongs to `owner`.
 */
export async function releaseAddress(core: Core, address: Address, owner?: string): Promise<boolean> {
  const { users } = core.storage
  const { kind } = address
  const holder = await accountAt(core, address)
  if (!holder || holder.id === owner) return true
  if (holder[verifiedAt[kind]]) return false
  const told = { userId: holder.id, fields: [kind] }
  const expected = { [kind]: address.address, [verifiedAt[kind]]: null }
  // The caller who proved the address is a stranger to this account, so none of their data is recorded there.
  const rows = core.rowsOf('account.edited', () => told, { viewer: null })
  const { outcome } = await users.update(
    holder.id,
    { [kind]: null, mayLackLogin: true, expected },
    undefined,
    rows,
  )
  if (outcome === 'updated') core.emit('account.edited', told)
  return outcome === 'updated' || outcome === 'gone'
}

/**
 * Records that the caller has proved to own an address of this account. If it was not verified before, the account may
 * have been created by someone else: passwords, sessions and credentials do not survive the proof. Returns the
 * resulting account; `null` if it no longer has the address.
 */
export async function claimAccount(
  core: Core,
  userId: string,
  { kind, address, client }: Address & { client: ClientInfo },
): Promise<UserRecord | null> {
  const { users } = core.storage
  const user = await users.byId(userId)
  if (user?.[kind] !== address) return null
  if (user[verifiedAt[kind]]) return user
  // The mark comes last: if the call is interrupted before it, the next proof repeats all steps.
  const cause = { viewer: viewerOf(userId), client }
  await removeCredentials(core, userId, { cause })
  await storePassword(core, userId, { next: null, cause })
  // Credentials added by a session before it ended, and the sessions that they opened.
  const late = await removeCredentials(core, userId, { cause })
  if (late > 0) await endAllSessions(core, userId, cause)
  return (await verifyAddress(core, userId, { kind, address, cause })) ? await users.byId(userId) : null
}
