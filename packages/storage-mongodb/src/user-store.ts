import {
  type CreateUserResult,
  type EndedEpoch,
  type Identifier,
  mergeFields,
  type OutboxRows,
  type UpdateUserResult,
  type UserChanges,
  type UserRecord,
  type UsernameHold,
  type UserStore,
} from '@kith/core/ports'
import type { Filter, UpdateFilter } from 'mongodb'
import type { Collection } from './collection.ts'
import type { Call, Connection } from './connection.ts'
import { forgetEnded, isRest, namesAfter, unchanged, writing } from './held-names.ts'
import { below } from './keyset.ts'
import { addToOutbox, tellChange } from './outbox-rows.ts'
import { isDuplicate } from './storage-error.ts'
import { fieldsFrom, sameFields, writingFields } from './stored-fields.ts'
import { createUserLists } from './user-lists.ts'
import { identifiers, live, type UserDocument, userDocument, userFrom } from './user-document.ts'

/** Creates the account store on a connection. */
export function createUserStore({ call }: Connection): UserStore {
  return {
    create: (user, now, outbox) =>
      call('users.create', async (each) => {
        if (outbox && each.transactional) return await createInTransaction(each, { user, now, outbox })
        const { users } = each.collections
        const result = await decided(async (): Promise<CreateUserResult | null> => {
          const outcome = await insert(users, userDocument(user))
          if (outcome !== 'duplicate') return { outcome }
          const taken = await takenOf(users, user, now)
          return taken.length > 0 ? { outcome: 'taken', taken } : null
        })
        if (result.outcome === 'created') await addToOutbox(each.collections, outbox?.())
        return result
      }),
    byId: (id) =>
      call('users.byId', async ({ collections: { users } }) => {
        const found = await users.first({ _id: id, ...live })
        return found && userFrom(found)
      }),
    byIds: (ids) =>
      call('users.byIds', async ({ collections: { users } }) => {
        const found = await users.find({ _id: { $in: [...ids] }, ...live })
        return found.map(userFrom)
      }),
    byLogin: (login) =>
      call('users.byLogin', async ({ collections: { users } }) => {
        const found = await users.first(
          'email' in login ? { email: login.email } : { username: login.username },
        )
        return found && userFrom(found)
      }),
    update: (id, changes, ...[hold, outbox]) =>
      call('users.update', async (each) => {
        if (outbox && each.transactional)
          return await updateInTransaction(each, id, { changes, hold, outbox })
        const { users } = each.collections
        const result = await decided(async (): Promise<UpdateUserResult | null> => {
          try {
            const { expected, ...others } = changes
            const account = { _id: id, ...live, $and: [withLogin(others), asExpected(expected)] }
            const user = await changed(users, account, { changes: others, hold })
            if (user) return { outcome: 'updated', user: userFrom(user) }
            const found = await users.first({ _id: id, ...live })
            if (!found) return { outcome: 'gone' }
            if (!isAsExpected(found, expected)) return { outcome: 'differs' }
            return loginAfter(found, changes) ? null : { outcome: 'needs-login' }
          } catch (error) {
            if (!isDuplicate(error)) throw error
            const taken = await takenOf(users, { id, ...changes }, hold?.now)
            return taken.length > 0 ? { outcome: 'taken', taken } : null
          }
        })
        if (result.outcome === 'updated') await addToOutbox(each.collections, outbox?.())
        return result
      }),
    replacePassword: (id, expected, ...[next, outbox]) =>
      call('users.replacePassword', async (each) => {
        const changed = await tellChange(each, {
          contended: [id],
          outbox: outbox && (() => outbox()),
          work: ({ users }) =>
            users.change(
              { _id: id, ...live, passwordHash: expected },
              { $set: { passwordHash: next }, $inc: { sessionEpoch: 1 } },
            ),
        })
        return changed && { endedEpoch: (changed.sessionEpoch ?? 0) - 1 }
      }),
    upgradeHash: (id, expected, next) =>
      call('users.upgradeHash', ({ collections: { users } }) =>
        users.update({ _id: id, ...live, passwordHash: expected }, { $set: { passwordHash: next } }),
      ),
    markDeleted: (id, at, ...[heldUntil = null, outbox]) =>
      call('users.markDeleted', ({ atomically }) =>
        atomically([id], async (within) => {
          const ended = await decided(() => mark(within.users, id, { at, heldUntil }))
          if (ended === 'gone') return null
          await within.credentials.removeAll({ userId: id })
          await addToOutbox(within, outbox?.())
          return ended
        }),
      ),
    forgetUsernames: (now, limit) =>
      call('users.forgetUsernames', async ({ collections: { users } }) => {
        const found = await users.find({ 'held.until': { $lte: now } } as Filter<UserDocument>, { limit })
        let forgotten = 0
        for (const row of found) forgotten += await forgetEnded(users, row, { now, limit: limit - forgotten })
        return forgotten
      }),
    bannedIds: ({ limit, before }) =>
      call('users.bannedIds', async ({ collections: { users } }) => {
        const filter = { banned: true, ...below('_id', before) } as const
        const found = await users.find(filter, { fields: ['_id'], sort: { _id: -1 }, limit, index: 'banned' })
        return found.map(({ _id }) => _id)
      }),
    ...createUserLists({ call }),
    toPurge: (limit) =>
      call('users.toPurge', async ({ collections: { users } }) => {
        const reading = { fields: ['_id'], sort: { _id: 1 }, limit, index: 'deleted' } as const
        return (await users.find({ toPurge: true }, reading)).map(({ _id }) => _id)
      }),
    purge: (id) =>
      call('users.purge', async ({ collections: { users, credentials } }) => {
        // What a standalone that was cut off left, or an earlier release, which knows none.
        await credentials.removeAll({ userId: id })
        await decided(async (): Promise<true | null> => {
          const deleted = { _id: id, toPurge: true } as const
          const row = await users.first(deleted)
          if (!row) return true
          const done = row.held
            ? await users.update({ ...unchanged(row), ...deleted }, { $unset: { toPurge: '', fields: '' } })
            : await users.remove({ ...unchanged(row), ...deleted })
          return done || null
        })
      }),
  }
}

/**
 * Creates an account with the rows of its event. In a transaction a name that is in use shows as another transaction that was first, so
 * it is looked for before; whoever inserts it meanwhile makes this begin again.
 */
function createInTransaction(
  { atomically }: Call,
  { user, now, outbox }: { user: UserRecord; now: Date | undefined; outbox: OutboxRows },
): Promise<CreateUserResult> {
  return atomically([user.id], async (within) => {
    const { users } = within
    const found = await users.first({ _id: user.id })
    if (found && !isRest(found)) return { outcome: 'id-in-use' }
    const taken = await takenOf(users, user, now)
    if (taken.length > 0) return { outcome: 'taken', taken }
    if (found) await revive(users, found, userDocument(user))
    else await users.insert(userDocument(user))
    await addToOutbox(within, outbox())
    return { outcome: 'created' }
  })
}

/** Changes an account with the rows of its event, likewise. */
function updateInTransaction(
  { atomically }: Call,
  id: string,
  { changes, hold, outbox }: { changes: UserChanges; hold: UsernameHold | undefined; outbox: OutboxRows },
): Promise<UpdateUserResult> {
  return atomically([id], async (within): Promise<UpdateUserResult> => {
    const { users } = within
    const account = { _id: id, ...live }
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

/** Marks an account deleted; `null` where another change of it came in between. */
async function mark(
  users: Collection<UserDocument>,
  id: string,
  { at, heldUntil }: { at: Date; heldUntil: Date | null },
): Promise<EndedEpoch | 'gone' | null> {
  const before = await users.first({ _id: id, ...live })
  if (!before) return 'gone'
  const names = writing(namesAfter(before, null, { until: heldUntil }))
  const marked = await users.change(
    { ...unchanged(before), ...live },
    {
      $set: { ...emptied, deletedAt: at, toPurge: true, unseen: true, ...names.$set },
      $unset: {
        username: '',
        email: '',
        phone: '',
        banned: '',
        bannedUntil: '',
        fields: '',
        ...names.$unset,
      },
    },
  )
  return marked && { endedEpoch: marked.sessionEpoch ?? 0 }
}

/** What a deleted account keeps nothing of. */
const emptied = Object.freeze({
  emailVerifiedAt: null,
  phoneVerifiedAt: null,
  name: '',
  bio: '',
  role: 'member',
  banReason: null,
  passwordHash: null,
})

/** Asks again while there is no answer: what was in the way a moment ago may be gone by the time it is named. */
async function decided<Answer>(ask: () => Promise<Answer | null>): Promise<Answer> {
  for (;;) {
    const answer = await ask()
    if (answer !== null) return answer
  }
}

async function insert(
  users: Collection<UserDocument>,
  user: UserDocument,
): Promise<'created' | 'id-in-use' | 'duplicate'> {
  try {
    await users.insert(user)
    return 'created'
  } catch (error) {
    if (!isDuplicate(error)) throw error
    const found = await users.first({ _id: user._id })
    if (!found) return 'duplicate'
    return isRest(found) ? await revive(users, found, user) : 'id-in-use'
  }
}

/** An account that was purged stayed for the names that it holds; the next one with its id keeps them. */
async function revive(
  users: Collection<UserDocument>,
  rest: UserDocument,
  { _id, ...fields }: UserDocument,
): Promise<'created' | 'duplicate'> {
  const names = writing(namesAfter(rest, fields.username ?? null))
  const emptied = fields.banned ? { deletedAt: '' as const } : { deletedAt: '' as const, unseen: '' as const }
  try {
    const done = await users.update(
      { ...unchanged(rest), toPurge: { $exists: false }, deletedAt: { $exists: true } },
      { $set: { ...fields, ...names.$set }, $unset: { ...emptied, ...names.$unset } },
    )
    return done ? 'created' : 'duplicate'
  } catch (error) {
    if (!isDuplicate(error)) throw error
    return 'duplicate'
  }
}

/** Which of these identifiers another account has or holds. A hold that has ended is forgotten, and not in the way any more. */
async function takenOf(
  users: Collection<UserDocument>,
  wanted: UserChanges & { id: string },
  now?: Date,
): Promise<Identifier[]> {
  const taken: Identifier[] = []
  // One after the other, as a transaction needs it.
  for (const name of identifiers) {
    const value = wanted[name]
    if (typeof value !== 'string') continue
    const holder = await users.first(name === 'username' ? { names: value } : { [name]: value })
    if (!holder || holder._id === wanted.id) continue
    const isEnded =
      now && name === 'username' && holder.held?.some((held) => held.name === value && held.until <= now)
    if (isEnded) await forgetEnded(users, holder, { now, limit: Infinity })
    else taken.push(name)
  }
  return taken
}

/** Changes an account that matches; its username and the app's own fields, if nobody changed those meanwhile. */
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

/** Matches accounts that keep a login when these changes are made, or may lack one: one that is given up needs the other. */
function withLogin({ username, email, mayLackLogin = false }: UserChanges): Filter<UserDocument> {
  if (mayLackLogin) return {}
  const isThere = { $exists: true } as const
  if (username === null && email === null) return { _id: { $in: [] } }
  if (username === null && email === undefined) return { email: isThere }
  return email === null && username === undefined ? { username: isThere } : {}
}

const expectable = ['email', 'emailVerifiedAt', 'phone', 'phoneVerifiedAt', 'bannedUntil'] as const

/** Matches accounts whose fields are as expected. */
function asExpected(expected: UserChanges['expected'] = {}): Filter<UserDocument> {
  const given = expectable.filter((name) => expected[name] !== undefined)
  return Object.fromEntries(given.map((name) => [name, expected[name] ?? null]))
}

function isAsExpected(row: UserDocument, expected: UserChanges['expected'] = {}): boolean {
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

function updateOf({
  endSessions = false,
  fields: _own,
  mayLackLogin: _may,
  ...changes
}: UserChanges): UpdateFilter<UserDocument> | null {
  const fields = Object.entries(changes).filter(([, value]) => value !== undefined)
  const isLeftOut = ([name, value]: [string, unknown]): boolean =>
    value === null && (name === 'bannedUntil' || identifiers.includes(name as Identifier))
  if (fields.length === 0 && !endSessions) return null
  const $set: Record<string, unknown> = Object.fromEntries(fields.filter((field) => !isLeftOut(field)))
  const $unset = Object.fromEntries(fields.filter(isLeftOut).map(([name]) => [name, '']))
  if (changes.bannedAt) Object.assign($set, { banned: true, unseen: true })
  if (changes.bannedAt === null) Object.assign($unset, { banned: '', unseen: '' })
  return { $set, $unset, ...(endSessions && { $inc: { sessionEpoch: 1 } }) } as UpdateFilter<UserDocument>
}
