import {
  type Identifier,
  mergeFields,
  type OutboxRows,
  type UpdateUserResult,
  type UserChanges,
  type UsernameHold,
} from '@kith/core/ports'
import type { Filter, UpdateFilter } from 'mongodb'
import type { Collection } from './collection.ts'
import type { Call } from './connection.ts'
import { decided } from './decided.ts'
import { namesAfter, takenOf, unchanged, writing } from './held-names.ts'
import { addToOutbox } from './outbox-rows.ts'
import { isDuplicate } from './storage-error.ts'
import { fieldsFrom, sameFields, writingFields } from './stored-fields.ts'
import { identifiers, type UserDocument, undeleted, userFrom } from './user-document.ts'

/** The changes of an account, and what goes with them. */
interface Update {
  changes: UserChanges
  hold: UsernameHold | undefined
  outbox: OutboxRows | undefined
}

/**
 * Changes an account, with the rows of its event, if it is live, is as expected, keeps a login and nobody else has its
 * names.
 */
export async function updateUser(call: Call, id: string, update: Update): Promise<UpdateUserResult> {
  const { outbox } = update
  if (outbox && call.transactional) return await updateInTransaction(call, id, { ...update, outbox })
  const result = await decided(() => updateAlone(call.collections.users, id, update))
  if (result.outcome === 'updated') await addToOutbox(call.collections, outbox?.())
  return result
}

/**
 * The change is one command, which decides; why it changed nothing is looked up afterwards. `null` if the reason is
 * gone by then.
 */
async function updateAlone(
  users: Collection<UserDocument>,
  id: string,
  { changes, hold }: Update,
): Promise<UpdateUserResult | null> {
  try {
    const { expected, ...others } = changes
    const account = { _id: id, ...undeleted, $and: [withLogin(others), asExpected(expected)] }
    const user = await changed(users, account, { changes: others, hold })
    if (user) return { outcome: 'updated', user: userFrom(user) }
    const found = await users.first({ _id: id, ...undeleted })
    if (!found) return { outcome: 'gone' }
    if (!isAsExpected(found, expected)) return { outcome: 'differs' }
    return loginAfter(found, changes) ? null : { outcome: 'needs-login' }
  } catch (error) {
    if (!isDuplicate(error)) throw error
    const taken = await takenOf(users, { id, ...changes }, hold?.now)
    return taken.length > 0 ? { outcome: 'taken', taken } : null
  }
}

/**
 * In a transaction a name that is in use looks like a conflict with another transaction, so everything is looked up
 * before.
 */
function updateInTransaction(
  { atomically }: Call,
  id: string,
  { changes, hold, outbox }: Update & { outbox: OutboxRows },
): Promise<UpdateUserResult> {
  return atomically([id], async (within): Promise<UpdateUserResult> => {
    const { users } = within
    const account = { _id: id, ...undeleted }
    const found = await users.first(account)
    if (!found) return { outcome: 'gone' }
    const { expected, ...others } = changes
    if (!isAsExpected(found, expected)) return { outcome: 'differs' }
    if (!loginAfter(found, changes)) return { outcome: 'needs-login' }
    const taken = await takenOf(users, { id, ...changes }, hold?.now)
    if (taken.length > 0) return { outcome: 'taken', taken }
    const user = await changed(users, account, { changes: others, hold })
    if (!user) return { outcome: 'gone' }
    await addToOutbox(within, outbox())
    return { outcome: 'updated', user: userFrom(user) }
  })
}

/** Changes an account that matches; its username and the app's own fields only if they were not changed meanwhile. */
async function changed(
  users: Collection<UserDocument>,
  account: Filter<UserDocument>,
  { changes, hold }: { changes: UserChanges; hold: UsernameHold | undefined },
): Promise<UserDocument | null> {
  const update = updateOf(changes)
  if (changes.username === undefined && !changes.fields) {
    return update ? await users.change(account, update) : await users.first(account)
  }
  const before = await users.first(account)
  if (!before) return null
  const { username, fields } = changes
  const parts = [
    ...(username === undefined ? [] : [writing(namesAfter(before, username, hold))]),
    ...(fields ? [writingFields(mergeFields(fieldsFrom(before), fields))] : []),
  ]
  const same = { ...(username !== undefined && unchanged(before)), ...(fields && sameFields(before)) }
  const { $set = {}, $unset = {}, ...others } = update ?? {}
  return await users.change({ ...same, ...account }, {
    $set: Object.assign({}, $set, ...parts.map((part) => part.$set)) as object,
    $unset: Object.assign({}, $unset, ...parts.map((part) => part.$unset)) as object,
    ...others,
  } as UpdateFilter<UserDocument>)
}

/** Matches accounts that keep a login after these changes, or may lack one: removing one requires the other. */
function withLogin({ username, email, mayLackLogin = false }: UserChanges): Filter<UserDocument> {
  if (mayLackLogin) return {}
  const isThere = { $exists: true } as const
  if (username === null && email === null) return { _id: { $in: [] } }
  if (username === null && email === undefined) return { email: isThere }
  return email === null && username === undefined ? { username: isThere } : {}
}

const expectable = [
  'email',
  'emailVerifiedAt',
  'phone',
  'phoneVerifiedAt',
  'bannedUntil',
  'role',
  'sessionEpoch',
  'waitingSince',
] as const

/** Matches accounts whose fields are as expected. */
function asExpected(expected: UserChanges['expected'] = {}): Filter<UserDocument> {
  const given = expectable.filter((name) => expected[name] !== undefined)
  // Accounts from before there were epochs are in the first one, and those from before there were roles are members.
  const matching = (name: string, value: unknown): unknown =>
    value === 0 || (name === 'role' && value === 'member') ? { $in: [value, null] } : (value ?? null)
  return Object.fromEntries(given.map((name) => [name, matching(name, expected[name])]))
}

function isAsExpected(document: UserDocument, expected: UserChanges['expected'] = {}): boolean {
  const row = userFrom(document)
  const plain = (value: unknown): unknown => (value instanceof Date ? value.getTime() : (value ?? null))
  return expectable.every(
    (name) => expected[name] === undefined || plain(row[name]) === plain(expected[name]),
  )
}

/** Whether an account keeps one, or may lack it. */
function loginAfter(row: UserDocument, { username, email, mayLackLogin = false }: UserChanges): boolean {
  if (mayLackLogin || (username !== null && email !== null)) return true
  const [name = null, address = null] = [
    username === undefined ? row.username : username,
    email === undefined ? row.email : email,
  ]
  return name !== null || address !== null
}

/** Matches a missing value that would be null. */
const leftOut: readonly string[] = ['bannedUntil', 'waitingSince', 'age']

function updateOf({
  endSessions = false,
  fields: _own,
  mayLackLogin: _may,
  ...changes
}: UserChanges): UpdateFilter<UserDocument> | null {
  const fields = Object.entries(changes).filter(([, value]) => value !== undefined)
  const isLeftOut = ([name, value]: [string, unknown]): boolean =>
    value === null && (leftOut.includes(name) || identifiers.includes(name as Identifier))
  if (fields.length === 0 && !endSessions) return null
  const $set: Record<string, unknown> = Object.fromEntries(fields.filter((field) => !isLeftOut(field)))
  const $unset = Object.fromEntries(fields.filter(isLeftOut).map(([name]) => [name, '']))
  if (changes.bannedAt) Object.assign($set, { banned: true, unseen: true })
  if (changes.waitingSince) Object.assign($set, { waiting: true })
  if (changes.waitingSince === null) Object.assign($unset, { waiting: '' })
  if (changes.bannedAt === null) Object.assign($unset, { banned: '', unseen: '' })
  return { $set, $unset, ...(endSessions && { $inc: { sessionEpoch: 1 } }) } as UpdateFilter<UserDocument>
}
