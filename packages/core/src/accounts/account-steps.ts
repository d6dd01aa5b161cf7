import type { Cause } from '../cause.ts'
import type { Core } from '../core.ts'
import { InvalidInputError, KithError } from '../errors.ts'
import { endSessions } from '../sessions/end-sessions.ts'
import type { OutboxRows } from '../outbox/outbox-store.ts'
import { joinRows } from '../outbox/outbox-rows.ts'
import { mergeFields, storedFields } from '../own-fields/stored-fields.ts'
import type { UnknownFields } from '../own-fields/app-fields.ts'
import { type ClientInfo, viewerOf } from '../viewer.ts'
import type { EditInput, RegisterInput } from './account-inputs.ts'
import { type EditNews, newsOfEdit } from './address-news.ts'
import type { Identifier, UserChanges, UserRecord } from './user-store.ts'

/** The fields of a new account; the app's own fields and the age were already parsed. */
type NewAccount = Partial<Omit<UserRecord, 'fields' | 'age'>> &
  Pick<RegisterInput, 'fields' | 'ownFields' | 'age'>

/** A new account with these fields; all others are empty. */
export function newAccount(core: Core, fields: NewAccount): UserRecord {
  const now = core.clock()
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
    createdAt: fields.createdAt ?? now,
    waitingSince: fields.waitingSince ?? null,
    invitedBy: fields.invitedBy ?? null,
    age: fields.age ? { ...fields.age, at: now } : null,
    fields: mergeFields({}, storedFields(fields)),
  }
}

/** The actor of a registration: the account itself, before anyone has signed in to it. */
export function byOwner({ id }: Pick<UserRecord, 'id'>, client: ClientInfo): Cause {
  return { viewer: viewerOf(id), client }
}

/** Saves a new account, and emits the event. @throws identifier-taken */
export async function saveAccount(
  core: Core,
  user: UserRecord,
  { event, cause }: { event: 'account.registered' | 'account.imported'; cause: Cause },
): Promise<void> {
  const told = { userId: user.id }
  await insertAccount(
    core,
    user,
    core.rowsOf(event, () => told, cause),
  )
  core.emit(event, told, cause)
}

/** Saves a new account without an event. @throws identifier-taken */
export async function insertAccount(core: Core, user: UserRecord, rows?: OutboxRows): Promise<void> {
  const result = await core.storage.users.create(user, core.clock(), rows)
  if (result.outcome === 'taken') throw taken(core, result.taken)
  if (result.outcome === 'id-in-use')
    throw new KithError('storage-failed', {
      detail: 'A new id is already in use: check the `random` option of createKith.',
    })
}

/** The errors for identifiers that others have. */
export function taken({ config }: Core, names: readonly Identifier[]): KithError {
  const errors = names.map((path) => ({ path, code: 'taken' as const, message: 'This is already in use' }))
  return new InvalidInputError(config.accounts.revealTaken ? errors : [], 'identifier-taken')
}

/** When the hold of a username that is released now ends. */
function holdEnd({ config, clock }: Core): Date | null {
  const { usernameHoldSeconds } = config.accounts
  return usernameHoldSeconds === 0 ? null : new Date(clock().getTime() + usernameHoldSeconds * 1000)
}

/** Changes, as in an input. */
interface AccountChanges extends Omit<UserChanges, 'fields'>, Pick<EditInput, 'fields' | 'ownFields'> {
  /** Who makes the change, and from where. */
  cause?: Cause
  /** How the owner is notified of a changed address; `null` if not at all. */
  news: EditNews | null
}

/**
 * Makes changes that were parsed from an input; `null` if the account no longer exists. A changed address is no longer
 * verified. @throws identifier-taken, invalid-input if no login would be left
 */
export async function changeAccount(
  core: Core,
  before: UserRecord,
  { endSessions = false, fields, ownFields, news, cause, ...changes }: AccountChanges,
): Promise<UserRecord | null> {
  const changed = changedIdentifiers(before, changes)
  const changedFields = storedFields({ fields, ownFields })
  const edited = [...Object.keys(changes), ...Object.entries({ fields, ownFields }).flatMap(pathsOf)]
  const told = { userId: before.id, fields: edited }
  const all = news ? await newsOfEdit(core, before, { ...news, edits: changes }) : []
  const messages = joinRows(...all.map(({ rows }) => rows))
  const result = await core.storage.users.update(
    before.id,
    {
      ...changes,
      ...(Object.keys(changedFields).length > 0 && { fields: changedFields }),
      ...(changed.includes('email') && { emailVerifiedAt: null }),
      ...(changed.includes('phone') && { phoneVerifiedAt: null }),
      endSessions,
    },
    { now: core.clock(), until: holdEnd(core) },
    joinRows(
      core.rowsOf('account.edited', () => told, cause),
      messages,
    ),
  )
  if (result.outcome === 'taken') throw taken(core, result.taken)
  if (result.outcome === 'needs-login') throw needsLogin()
  if (result.outcome !== 'updated') return null
  for (const { done } of all) await done()
  if (messages) core.outgoing.kick()
  core.emit('account.edited', told, cause)
  return result.user
}

/** Names of the app's own fields, as in errors: `ownFields.birthday`. */
function pathsOf([scope, fields = {}]: [string, UnknownFields | undefined]): string[] {
  return Object.keys(fields).map((name) => `${scope}.${name}`)
}

/** All of them. */
export const identifiers: readonly Identifier[] = ['username', 'email', 'phone']

/** The identifiers that these changes actually change. */
export function changedIdentifiers(
  before: UserRecord,
  changes: Partial<Pick<UserRecord, Identifier>>,
): Identifier[] {
  return identifiers.filter((name) => changes[name] !== undefined && changes[name] !== before[name])
}

function needsLogin(): KithError {
  const message = 'An account keeps a username or an email address to sign in with'
  return new InvalidInputError([{ path: 'email', code: 'required', message }])
}

/**
 * Deletes an account and ends its sessions; its data is cleaned up in the background. Returns whether it was live until
 * now: otherwise another call does the rest.
 */
export async function deleteAccount(
  core: Core,
  userId: string,
  { holdUsername, cause }: { holdUsername: boolean; cause?: Cause },
): Promise<boolean> {
  const told = { userId }
  const ended = await core.storage.users.markDeleted(
    userId,
    core.clock(),
    holdUsername ? holdEnd(core) : null,
    core.rowsOf('account.deleted', () => told, cause),
  )
  core.visibleFiles.forget()
  if (!ended) return false
  try {
    await endSessions(core, { id: userId, epoch: ended.endedEpoch, cause })
  } finally {
    // The account is deleted even if other processes could not be notified that its sessions have ended.
    core.emit('account.deleted', told, cause)
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
