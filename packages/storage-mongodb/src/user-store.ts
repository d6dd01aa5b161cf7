import type { CreateUserResult, EndedEpoch, Login, OutboxRows, UserRecord, UserStore } from '@kith/core/ports'
import type { Filter } from 'mongodb'
import type { Collection } from './collection.ts'
import type { Call, Connection } from './connection.ts'
import { decided } from './decided.ts'
import { forgetEnded, isRest, namesAfter, takenOf, unchanged, writing } from './held-names.ts'
import { below } from './keyset.ts'
import { addToOutbox, tellChange } from './outbox-rows.ts'
import { isDuplicate } from './storage-error.ts'
import { updateUser } from './user-changes.ts'
import { createUserLists } from './user-lists.ts'
import { undeleted, type UserDocument, userDocument, userFrom } from './user-document.ts'

/** Creates the account store on a connection. */
export function createUserStore({ call }: Connection): UserStore {
  return {
    create: (user, now, outbox) =>
      call('users.create', async (each) => {
        if (outbox && each.transactional) return await createInTransaction(each, { user, now, outbox })
        const { users } = each.collections
        const result = await decided(async (): Promise<CreateUserResult | null> => {
          const outcome = await insert(users, userDocument(user))
          if (outcome !== null) return { outcome }
          const taken = await takenOf(users, user, now)
          return taken.length > 0 ? { outcome: 'taken', taken } : null
        })
        if (result.outcome === 'created') await addToOutbox(each.collections, outbox?.())
        return result
      }),
    byId: (id) =>
      call('users.byId', async ({ collections: { users } }) => {
        const found = await users.first({ _id: id, ...undeleted })
        return found && userFrom(found)
      }),
    byIds: (ids) =>
      call('users.byIds', async ({ collections: { users } }) => {
        const found = await users.find({ _id: { $in: [...ids] }, ...undeleted })
        return found.map(userFrom)
      }),
    byLogin: (login) =>
      call('users.byLogin', async ({ collections: { users } }) => {
        const found = await users.first(filterOf(login))
        return found && userFrom(found)
      }),
    update: (id, changes, ...[hold, outbox]) =>
      call('users.update', (each) => updateUser(each, id, { changes, hold, outbox })),
    replacePassword: (id, expected, ...[next, outbox]) =>
      call('users.replacePassword', async (each) => {
        const changed = await tellChange(each, {
          contended: [id],
          outbox: outbox && (() => outbox()),
          work: ({ users }) =>
            users.change(
              { _id: id, ...undeleted, passwordHash: expected },
              { $set: { passwordHash: next }, $inc: { sessionEpoch: 1 } },
            ),
        })
        return changed && { endedEpoch: (changed.sessionEpoch ?? 0) - 1 }
      }),
    upgradeHash: (id, expected, next) =>
      call('users.upgradeHash', ({ collections: { users } }) =>
        users.update({ _id: id, ...undeleted, passwordHash: expected }, { $set: { passwordHash: next } }),
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
        // Left by an interrupted standalone, or by an earlier release, which does not have these fields.
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
 * Creates an account with the rows of its event. In a transaction a name that is in use looks like a conflict with
 * another transaction, so it is looked up before; a concurrent insert makes this start again.
 */
function createInTransaction(
  { atomically }: Call,
  { user, now, outbox }: { user: UserRecord; now: Date | undefined; outbox: OutboxRows },
): Promise<CreateUserResult> {
  return decided(() =>
    atomically([user.id], async (within, abort): Promise<CreateUserResult | null> => {
      const { users } = within
      const found = await users.first({ _id: user.id })
      if (found && !isRest(found)) return { outcome: 'id-in-use' }
      const taken = await takenOf(users, user, now)
      if (taken.length > 0) return { outcome: 'taken', taken }
      if (!found) await users.insert(userDocument(user))
      else if (!(await revive(users, found, userDocument(user)))) {
        await abort()
        return null
      }
      await addToOutbox(within, outbox())
      return { outcome: 'created' }
    }),
  )
}

/** Marks an account deleted; `null` if another change came in between. */
async function mark(
  users: Collection<UserDocument>,
  id: string,
  { at, heldUntil }: { at: Date; heldUntil: Date | null },
): Promise<EndedEpoch | 'gone' | null> {
  const before = await users.first({ _id: id, ...undeleted })
  if (!before) return 'gone'
  const names = writing(namesAfter(before, null, { until: heldUntil }))
  const marked = await users.change(
    { ...unchanged(before), ...undeleted },
    {
      $set: { ...emptied, deletedAt: at, toPurge: true, unseen: true, ...names.$set },
      $unset: {
        username: '',
        email: '',
        phone: '',
        banned: '',
        bannedUntil: '',
        waiting: '',
        waitingSince: '',
        invitedBy: '',
        age: '',
        fields: '',
        ...names.$unset,
      },
    },
  )
  return marked && { endedEpoch: marked.sessionEpoch ?? 0 }
}

/** The fields that a deleted account loses. */
const emptied = Object.freeze({
  emailVerifiedAt: null,
  phoneVerifiedAt: null,
  name: '',
  bio: '',
  role: 'member',
  banReason: null,
  passwordHash: null,
})

/** Inserts an account; `null` if one of its names is in use, or another change came in between. */
async function insert(
  users: Collection<UserDocument>,
  user: UserDocument,
): Promise<'created' | 'id-in-use' | null> {
  try {
    await users.insert(user)
    return 'created'
  } catch (error) {
    if (!isDuplicate(error)) throw error
  }
  const found = await users.first({ _id: user._id })
  if (!found) return null
  if (!isRest(found)) return 'id-in-use'
  try {
    return (await revive(users, found, user)) ? 'created' : null
  } catch (error) {
    if (!isDuplicate(error)) throw error
    return null
  }
}

/**
 * A purged account stays for the names that it holds; the next one with its id keeps them. Resolves to whether it did:
 * not if another change came in between. If another account has its username, email or phone, the server's error is
 * passed on.
 */
async function revive(
  users: Collection<UserDocument>,
  rest: UserDocument,
  { _id, ...fields }: UserDocument,
): Promise<boolean> {
  const names = writing(namesAfter(rest, fields.username ?? null))
  const emptied = fields.banned ? { deletedAt: '' as const } : { deletedAt: '' as const, unseen: '' as const }
  return await users.update(
    { ...unchanged(rest), toPurge: { $exists: false }, deletedAt: { $exists: true } },
    { $set: { ...fields, ...names.$set }, $unset: { ...emptied, ...names.$unset } },
  )
}

function filterOf(login: Login): Filter<UserDocument> {
  if ('email' in login) return { email: login.email }
  return 'phone' in login ? { phone: login.phone } : { username: login.username }
}
