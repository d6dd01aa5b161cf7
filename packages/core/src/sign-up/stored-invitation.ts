import { createHash } from 'node:crypto'
import type { UserRecord } from '../accounts/user-store.ts'
import type { Core } from '../core.ts'
import type { CredentialRecord } from '../credentials/credential-store.ts'
import { KithError, RetryLaterError } from '../errors.ts'
import type { Random } from '../id.ts'
import type { OutboxRows } from '../outbox/outbox-store.ts'

/** The data of a credential of this kind: an invitation of its owner. */
export const invitationKind = 'invitation'

/** The stored data of an invitation besides its credential, whose name is the owner's note. Times are milliseconds. */
export interface StoredInvitation {
  /** How many accounts it admits. */
  limit: number
  expiresAt: number
  revokedAt: number | null
  /** The accounts that it has admitted, or is about to. */
  used: readonly string[]
  /** Whether the host created it: then the role of its owner does not matter. */
  byHost?: true | undefined
}

/** An invitation, and the credential that stores it. */
export interface FoundInvitation extends StoredInvitation {
  credential: CredentialRecord
}

/** No look-alikes: neither i, l, o nor u. */
const letters = '0123456789abcdefghjkmnpqrstvwxyz'
const codeLength = 26

/** A code of 130 bits. */
export function makeInvitationCode(random: Random): string {
  return Array.from(random(codeLength), (byte) => letters[byte % letters.length]).join('')
}

/**
 * The lookup key of an invitation. A code is random enough that its hash needs no secret, and survives a secret
 * rotation.
 */
export function subjectOf(code: string): string {
  const typed = code.toLowerCase().replace(/[\s-]/g, '')
  return createHash('sha256').update(`kith invitation ${typed}`).digest('base64url')
}

/** The data of the credential. */
export function writeInvitation({ limit, expiresAt, revokedAt, used, byHost }: StoredInvitation): string {
  return JSON.stringify({ limit, expiresAt, revokedAt, used, byHost })
}

/** The invitation that a credential stores. */
export function readInvitation(credential: CredentialRecord): FoundInvitation {
  return { ...(JSON.parse(credential.data) as StoredInvitation), credential }
}

/** Whether it can still be used. */
export function isOpen({ limit, expiresAt, revokedAt, used }: StoredInvitation, now: Date): boolean {
  return revokedAt === null && expiresAt > now.getTime() && used.length < limit
}

/**
 * Whether the owner of an invitation may invite now: is not suspended, and has an allowed role, unless the host created
 * it.
 */
export function mayInvite(
  { config }: Core,
  { byHost }: Pick<StoredInvitation, 'byHost'>,
  { bannedAt, role }: Pick<UserRecord, 'bannedAt' | 'role'>,
): boolean {
  return bannedAt === null && (byHost === true || Object.hasOwn(config.accounts.invitations.roles, role))
}

/** The open invitation with this code, whose owner may invite now. @throws invitation-invalid */
export async function findInvitation(core: Core, code: string): Promise<FoundInvitation> {
  const { credentials, users } = core.storage
  const credential = await credentials.bySubject(invitationKind, subjectOf(code))
  const found = credential && readInvitation(credential)
  // After the invitation, so that `recheckInvitations` catches each step that was started with an older read.
  const inviter = found && (await users.byId(found.credential.userId))
  if (!found || !isOpen(found, core.clock())) throw invalidInvitation()
  if (!inviter || !mayInvite(core, found, inviter)) throw invalidInvitation()
  return found
}

/** How often an invitation is reread after concurrent steps: each of them was a success of another caller. */
const mostTries = 1_000

/**
 * Counts an account. Of concurrent calls no more than the limit are counted, and none once {@link recheckInvitations}
 * has resolved after a change that takes the owner's permission to invite. @throws invitation-invalid
 */
export async function countUse(core: Core, code: string, userId: string): Promise<void> {
  for (let tries = 0; tries < mostTries; tries++) {
    const found = await findInvitation(core, code)
    if (await stepInvitation(core, found, { used: [...found.used, userId] })) return
  }
  throw new RetryLaterError('busy', 1)
}

/** Returns what was counted for an account that will never be valid. Idempotent. */
export async function giveUseBack(core: Core, inviterId: string, userId: string): Promise<void> {
  for (let tries = 0; tries < mostTries; tries++) {
    const counted = (await invitationsOf(core, inviterId)).find(({ used }) => used.includes(userId))
    if (!counted) return
    const used = counted.used.filter((id) => id !== userId)
    if (await stepInvitation(core, counted, { used })) return
  }
  throw new RetryLaterError('busy', 1)
}

/**
 * Makes every call that is about to count a use read the owner again, after a change that takes the owner's permission
 * to invite: each step that was started before fails. Idempotent.
 */
export async function recheckInvitations(core: Core, userId: string): Promise<void> {
  // If this step fails another one has raised the version, which does the same.
  for (const { credential } of await invitationsOf(core, userId))
    await core.storage.credentials.step({ id: credential.id, version: credential.version })
}

/** The invitations of an account, the oldest first. */
export async function invitationsOf(core: Core, userId: string): Promise<FoundInvitation[]> {
  const all = await core.storage.credentials.byUser(userId)
  return all.filter(({ kind }) => kind === invitationKind).map(readInvitation)
}

/** Changes an invitation unless it was changed since it was read. */
export async function stepInvitation(
  core: Core,
  { credential: { id, version }, ...stored }: FoundInvitation,
  { rows, ...changes }: Partial<StoredInvitation> & { rows?: OutboxRows | undefined },
): Promise<boolean> {
  const data = writeInvitation({ ...stored, ...changes })
  const usedAt = changes.used ? { usedAt: core.clock() } : {}
  return await core.storage.credentials.step({ id, version, data, ...usedAt }, rows)
}

/** The same error for every unusable code, whatever the reason. */
function invalidInvitation(): KithError {
  return new KithError('invitation-invalid', {
    detail: 'Ask the person who invited you for a new invitation.',
  })
}
