import type { Recipient } from '../codes/code-purposes.ts'
import type { Core } from '../core.ts'
import { removeCredentials } from '../credentials/credential-changes.ts'
import { type ClientInfo, viewerOf } from '../viewer.ts'
import { endAllSessions } from '../sessions/end-sessions.ts'
import { canBeTakenBack } from './address-news.ts'
import { storePassword } from './host-passwords.ts'
import type { UserRecord } from './user-store.ts'
import { verifiedAt, verifyAddress } from './verification.ts'

type Address = Pick<Recipient, 'kind' | 'address'>

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
  const told = { userId: holder.id, fields: [kind] }
  // One that is verified stays: the step decides.
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
 * Records that the caller has proved to have an address of this account. Where it was not verified until now, the account may be
 * the work of somebody else: nothing that opens it survives the proof, neither password, sessions nor credentials. Returns the account as
 * it is then; `null` where it does not have the address any more, where the address of the other kind was proved since the code was sent, and
 * where a former address can take the account back.
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
  if (user.emailVerifiedAt || user.phoneVerifiedAt || (await canBeTakenBack(core, userId))) return null
  // The mark comes last: anyone who is cut off before it proves the address once more, and all is done again.
  const cause = { viewer: viewerOf(userId), client }
  await removeCredentials(core, userId, { cause })
  await storePassword(core, userId, { next: null, cause })
  // Credentials added by a session before it ended, and the sessions that they opened.
  const late = await removeCredentials(core, userId, { cause })
  if (late > 0) await endAllSessions(core, userId, cause)
  const isClaimed = await verifyAddress(core, userId, { kind, address, isFirst: true, cause })
  return isClaimed ? await users.byId(userId) : null
}
