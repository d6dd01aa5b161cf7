import type { Cause } from '../cause.ts'
import type { Core } from '../core.ts'
import { KithError } from '../errors.ts'
import { parseInput } from '../input.ts'
import { recheckInvitations } from '../sign-up/stored-invitation.ts'
import { denyTokens, roleKey } from '../sessions/end-sessions.ts'
import { roleInput } from './account-inputs.ts'

/**
 * Stores the role of an account. Its tokens, and those with which it acts as others, are checked again from before that
 * on, so nobody keeps an old role if the process dies here. @throws invalid-input, account-not-found
 */
export async function setRole(
  core: Core,
  userId: string,
  { role, cause }: { role: string; cause: Cause },
): Promise<void> {
  const told = { userId, role: parseInput(roleInput(core.config.accounts.roles), role) }
  // If the denylist is unreachable, the role changes anyway; the caller gets the error afterwards.
  const [denial] = await Promise.allSettled([denyTokens(core, [roleKey(userId)])])
  const rows = core.rowsOf('account.role-changed', () => told, cause)
  const { outcome } = await core.storage.users.update(userId, { role: told.role }, undefined, rows)
  if (outcome !== 'updated') throw new KithError('account-not-found')
  core.emit('account.role-changed', told, cause)
  await recheckInvitations(core, userId)
  if (denial.status === 'rejected') throw denial.reason
}
