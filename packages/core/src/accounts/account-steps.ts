import type { Core } from '../core.ts'
import { InvalidInputError, KithError } from '../errors.ts'
import { endSessions } from '../sessions/end-sessions.ts'
import type { Identifier, UserChanges, UserRecord } from './user-store.ts'

/** A new account with these fields, and nothing in all others. */
export function newAccount(core: Core, fields: Partial<UserRecord>): UserRecord {
  return {
    id: fields.id ?? core.makeId(),
    username: fields.username ?? null,
    email: fields.email ?? null,
    emailVerifiedAt: fields.emailVerifiedAt ?? null,
    phone: fields.phone ?? null,
    phoneVerifiedAt: fields.phoneVerifiedAt ?? null,
    name: fields.name ?? '',
    bio: fields.bio ?? '',
    passwordHash: fields.passwordHash ?? null,
    bannedAt: null,
    bannedUntil: null,
    banReason: null,
    role: 'member',
    sessionEpoch: 0,
    createdAt: fields.createdAt ?? core.clock(),
  }
}

/** Saves a new account. @throws identifier-taken */
export async function saveAccount(core: Core, user: UserRecord): Promise<void> {
  const result = await core.storage.users.create(user, core.clock())
  if (result.outcome === 'taken') throw taken(core, result.taken)
  if (result.outcome === 'id-in-use')
    throw new KithError('storage-failed', {
      detail: 'A new id is in use: see what `random` of createKith gives.',
    })
}

/** What is said of identifiers that others have. */
export function taken({ config }: Core, names: readonly Identifier[]): KithError {
  const errors = names.map((path) => ({ path, code: 'taken' as const, message: 'This is already in use' }))
  return new InvalidInputError(config.accounts.revealTaken ? errors : [], 'identifier-taken')
}

/** When the hold of a username ends that is given up now. */
function holdEnd({ config, clock }: Core): Date | null {
  const { usernameHoldSeconds } = config.accounts
  return usernameHoldSeconds === 0 ? null : new Date(clock().getTime() + usernameHoldSeconds * 1000)
}

/**
 * Makes changes that were read from an input; `null` where there is no such account any more. An address that changes is no longer
 * verified. @throws identifier-taken, invalid-input where no login would be left
 */
export async function changeAccount(
  core: Core,
  before: UserRecord,
  { endSessions = false, ...fields }: UserChanges,
): Promise<UserRecord | null> {
  const changed = changedIdentifiers(before, fields)
  const result = await core.storage.users.update(
    before.id,
    {
      ...fields,
      ...(changed.includes('email') && { emailVerifiedAt: null }),
      ...(changed.includes('phone') && { phoneVerifiedAt: null }),
      endSessions,
    },
    { now: core.clock(), until: holdEnd(core) },
  )
  if (result.outcome === 'taken') throw taken(core, result.taken)
  if (result.outcome === 'needs-login') throw needsLogin()
  if (result.outcome !== 'updated') return null
  core.emit('account.edited', { userId: before.id, fields: Object.keys(fields) })
  return result.user
}

const identifiers: readonly Identifier[] = ['username', 'email', 'phone']

/** The identifiers that these changes give another value. */
export function changedIdentifiers(before: UserRecord, changes: UserChanges): Identifier[] {
  return identifiers.filter((name) => changes[name] !== undefined && changes[name] !== before[name])
}

function needsLogin(): KithError {
  const message = 'An account keeps a username or an e-mail address to sign in with'
  return new InvalidInputError([{ path: 'email', code: 'required', message }])
}

/**
 * Deletes an account and ends its sessions; what is left of it is cleared away behind the call. Returns whether it was live until now:
 * otherwise another call does the rest.
 */
export async function deleteAccount(core: Core, userId: string, holdUsername: boolean): Promise<boolean> {
  const ended = await core.storage.users.markDeleted(
    userId,
    core.clock(),
    holdUsername ? holdEnd(core) : null,
  )
  core.visibleFiles.forget()
  if (!ended) return false
  try {
    await endSessions(core, { id: userId, epoch: ended.endedEpoch })
  } finally {
    // It is deleted, also where other processes could not be told now that its sessions are over.
    core.emit('account.deleted', { userId })
    core.clearing.account(userId)
  }
  await core.releasedMedia.removeOwned(userId)
  return true
}

/** The fields that were given. */
export function present<Fields extends object>(
  fields: Fields,
): { [Key in keyof Fields]: Exclude<Fields[Key], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never
}
