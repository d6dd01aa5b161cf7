import { byOwner, deleteAccount, insertAccount, taken } from '../accounts/account-steps.ts'
import type { Identifier, UserRecord } from '../accounts/user-store.ts'
import type { Cause } from '../cause.ts'
import type { Core } from '../core.ts'
import { isKithError, KithError } from '../errors.ts'
import type { OutboxRows } from '../outbox/outbox-store.ts'
import type { ClientInfo } from '../viewer.ts'
import { countUse, findInvitation, giveUseBack } from './stored-invitation.ts'

/** What a registration needs besides the account. */
export interface Entry {
  client: ClientInfo
  /** The invitation code, if the app requires one. */
  invitation?: string | undefined
}

/**
 * Reports before the input costs anything that a registration is impossible. @throws sign-up-closed,
 * invitation-invalid, rate-limited
 */
export async function demandEntry(core: Core, { client, invitation }: Entry): Promise<void> {
  const { signUp } = core.config.accounts
  if (signUp === 'closed')
    throw new KithError('sign-up-closed', { detail: 'If you have an account already, sign in.' })
  if (signUp !== 'invite') return
  await core.limits.byAddress('codeByAddress', client)
  await findInvitation(core, invitation ?? '')
}

/** A new account of a stranger, and what else belongs to it. */
export interface Newcomer extends Entry {
  user: UserRecord
  /** Stores what the account needs before it is valid, such as its passkey. If that fails there is no account. */
  prepare?: (() => Promise<void>) | undefined
  /**
   * Identifiers that the account gets in the step that makes it valid, so that until then it does not block them.
   * @default none: it has them from the start
   */
  names?: Partial<Pick<UserRecord, Identifier>> | undefined
}

/**
 * Creates the account of a stranger, according to `accounts.signUp`, and resolves to it as it is then: if the app
 * approves accounts it waits.
 *
 * With an invitation it waits until the invitation has counted it, and only then becomes valid. So a process that dies,
 * however late, leaves no account that was not counted, and a count for an account that never became valid is returned:
 * by this call, or by upkeep.
 * @throws sign-up-closed, invitation-invalid, identifier-taken
 */
export async function saveNewcomer(core: Core, newcomer: Newcomer): Promise<UserRecord> {
  const { user, client, invitation = '', prepare, names } = newcomer
  const { signUp } = core.config.accounts
  if (signUp === 'closed') await demandEntry(core, newcomer)
  const inviter = signUp === 'invite' ? (await findInvitation(core, invitation)).credential.userId : null
  const isAlone = inviter === null && !prepare
  const waits = signUp === 'approval' || inviter !== null || names !== undefined
  const begun = { ...user, waitingSince: null, invitedBy: inviter, ...(waits && waitingFrom(core.clock())) }
  await insertAccount(core, begun, isAlone ? registeredRows(core, begun, client) : undefined)
  if (!isAlone) {
    try {
      await prepare?.()
      if (inviter !== null) await countUse(core, invitation, begun.id)
      return await complete(core, begun, newcomer)
    } catch (error) {
      // After any other error it may have been stored anyway.
      if (isKithError(error) && error.status < 500) await withdraw(core, begun)
      throw error
    }
  }
  tellRegistered(core, begun, client)
  return begun
}

/** The fields that make an account wait. */
function waitingFrom(now: Date): Pick<UserRecord, 'waitingSince' | 'bannedAt'> {
  return { waitingSince: now, bannedAt: now }
}

/** The step that makes an account registered, no longer waiting for the rest of its own registration. */
async function complete(
  core: Core,
  begun: UserRecord,
  { names = {}, client }: Newcomer,
): Promise<UserRecord> {
  const { id, waitingSince } = begun
  const isIn = core.config.accounts.signUp !== 'approval' && waitingSince !== null
  const result = await core.storage.users.update(
    id,
    { ...names, ...(isIn && { waitingSince: null, bannedAt: null, expected: { waitingSince } }) },
    { now: core.clock(), until: null },
    registeredRows(core, begun, client),
  )
  if (result.outcome === 'taken') throw taken(core, result.taken)
  // It took so long that upkeep has given it up.
  if (result.outcome !== 'updated') throw new KithError('code-invalid', { detail: 'Start again.' })
  tellRegistered(core, result.user, client)
  return result.user
}

/** Whether the registration of a waiting account was started and not finished. Any other one waits for approval. */
export function isUnfinished({ invitedBy, username, email, phone }: UserRecord): boolean {
  return invitedBy !== null || (username === null && email === null && phone === null)
}

/**
 * Deletes a waiting account: once this has started nobody can approve it, and only then is its invitation free again.
 * An interruption leaves a waiting account, so all of it can be repeated. Resolves to whether it still waited as it was
 * read.
 */
export async function withdraw(core: Core, user: UserRecord, refused?: Refusal): Promise<boolean> {
  const { id, waitingSince, invitedBy } = user
  if (waitingSince) {
    const later = new Date(waitingSince.getTime() + 1)
    const changes = { waitingSince: later, expected: { waitingSince } }
    const { outcome } = await core.storage.users.update(id, changes, undefined, refused?.rows)
    if (outcome !== 'updated') return false
    if (invitedBy !== null) await giveUseBack(core, invitedBy, id)
  }
  if (refused) {
    await deleteAccount(core, id, { holdUsername: false, cause: refused.cause })
  } else {
    // Nobody was notified of it.
    await core.storage.users.markDeleted(id, core.clock())
    core.clearing.account(id)
  }
  return true
}

/** Why an application is withdrawn, for notifications. */
interface Refusal {
  rows?: OutboxRows | undefined
  cause: Cause
}

function registeredEvent({ id, invitedBy }: UserRecord): { userId: string; invitedBy?: string } {
  return { userId: id, ...(invitedBy !== null && { invitedBy }) }
}

function registeredRows(core: Core, user: UserRecord, client: ClientInfo): OutboxRows | undefined {
  return core.rowsOf('account.registered', () => registeredEvent(user), byOwner(user, client))
}

function tellRegistered(core: Core, user: UserRecord, client: ClientInfo): void {
  core.emit('account.registered', registeredEvent(user), byOwner(user, client))
}
