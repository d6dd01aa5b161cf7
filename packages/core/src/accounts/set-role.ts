import type { Cause } from '../cause.ts'
import type { Core } from '../core.ts'
import { KithError } from '../errors.ts'
import { parseInput } from '../input.ts'
import { recheckInvitations } from '../sign-up/stored-invitation.ts'
import { denyTokens, roleKey } from '../sessions/end-sessions.ts'
import { roleInput } from './account-inputs.ts'

/** A new role for an account. */
interface RoleChange {
  role: string
  /** The role that it is changed from, if that matters. */
  from?: string
  cause: Cause
}

/**
 * Stores the role of an account. Its tokens, and those by which it acts as others, are looked up again from before that on, so a process
 * that dies here leaves nobody with a role that is over. @throws invalid-input, account-not-found, account-protected where it has another role than `from`
 */
export async function setRole(core: Core, userId: string, { role, from, cause }: RoleChange): Promise<void> {
  const told = { userId, role: parseInput(roleInput(core.config.accounts.roles), role) }
  // If the denylist is unreachable, the role changes anyway; the caller gets the error afterwards.
  const [denial] = await Promise.allSettled([denyTokens(core, [roleKey(userId)])])
  const rows = core.rowsOf('account.role-changed', () => told, cause)
  const changes = { role: told.role, ...(from !== undefined && { expected: { role: from } }) }
  const { outcome } = await core.storage.users.update(userId, changes, undefined, rows)
  if (outcome === 'differs')
    throw new KithError('account-protected', {
      detail: 'Its role has just changed. Look at the account again.',
    })
  if (outcome !== 'updated') throw new KithError('account-not-found')
  core.emit('account.role-changed', told, cause)
  await recheckInvitations(core, userId)
  if (denial.status === 'rejected') throw denial.reason
}
