import { KithError } from '@kith/core'
import type {
  CreateUserResult,
  Identifier,
  UpdateUserResult,
  UserChanges,
  UsernameHold,
  UserStore,
} from '@kith/core/ports'
import type { Filter, UpdateFilter } from 'mongodb'
import type { Collection } from './collection.ts'
import type { Connection } from './connection.ts'
import { forgetEnded, namesAfter, unchanged, writing } from './held-names.ts'
import { below } from './keyset.ts'
import { dueAt, never, removalFrom } from './removal.ts'
import { isDuplicate } from './storage-error.ts'
import { identifiers, type UserDocument, userDocument, userFrom } from './user-document.ts'

/** Creates the account store on a connection. */
export function createUserStore({ call }: Connection): UserStore {
  return {
    create: (user, now) =>
      call('users.create', ({ collections: { users } }) =>
        decided(async (): Promise<CreateUserResult | null> => {
          if (await inserted(users, userDocument(user))) return { outcome: 'created' }
          const taken = await takenOf(users, user, now)
          return taken.length > 0 ? { outcome: 'taken', taken } : null
        }),
      ),
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
    update: (id, changes, hold) =>
      call('users.update', ({ collections: { users } }) =>
        decided(async (): Promise<UpdateUserResult | null> => {
          try {
            const account = { _id: id, ...live }
            if (changes.username !== undefined) return await rename(users, account, { changes, hold })
            const update = updateOf(changes)
            const user = update ? await users.change(account, update) : await users.first(account)
            return user ? { outcome: 'updated', user: userFrom(user) } : { outcome: 'missing' }
          } catch (error) {
            if (!isDuplicate(error)) throw error
            const taken = await takenOf(users, { id, ...changes }, hold?.now)
            return taken.length > 0 ? { outcome: 'taken', taken } : null
          }
        }),
      ),
    replacePassword: (id, expected, next) =>
      call('users.replacePassword', ({ collections: { users } }) =>
        users.update(
          { _id: id, ...live, passwordHash: expected },
          { $set: { passwordHash: next }, $inc: { sessionEpoch: 1 } },
        ),
      ),
    upgradeHash: (id, expected, next) =>
      call('users.upgradeHash', ({ collections: { users } }) =>
        users.update({ _id: id, ...live, passwordHash: expected }, { $set: { passwordHash: next } }),
      ),
    markDeleted: (id, at, heldUntil = null) =>
      call('users.markDeleted', ({ collections: { users } }) =>
        decided(async (): Promise<boolean | null> => {
          const before = await users.first({ _id: id, ...live })
          if (!before) return false
          const names = writing(namesAfter(before, null, { until: heldUntil }))
          const marked = await users.update(
            { ...unchanged(before), ...live },
            {
              $set: { ...emptied, deletedAt: at, againAt: never, unseen: true, ...names.$set },
              $unset: { username: '', email: '', phone: '', banned: '', ...names.$unset },
            },
          )
          return marked || null
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
        const found = await users.find(filter, { fields: ['_id'], sort: { _id: -1 }, limit })
        return found.map(({ _id }) => _id)
      }),
    toPurge: (now, limit) =>
      call('users.toPurge', async ({ collections: { users } }) => {
        const found = await users.find(dueAt(now), {
          fields: ['_id', 'againAt'],
          sort: { againAt: 1, _id: 1 },
          limit,
        })
        return found.map(removalFrom)
      }),
    purge: (id, again) =>
      call('users.purge', async ({ collections: { users, authors } }) => {
        const deleted = { _id: id, againAt: { $exists: true } }
        if (again) return void (await users.update(deleted, { $set: { againAt: again } }))
        await decided(async (): Promise<true | null> => {
          const row = await users.first(deleted)
          if (!row) return true
          await authors.remove({ _id: id })
          const isKept = row.held !== undefined
          const done = isKept
            ? await users.update({ ...unchanged(row), ...deleted }, { $unset: { againAt: '' } })
            : await users.remove({ ...unchanged(row), ...deleted })
          return done || null
        })
      }),
  }
}

const live = { deletedAt: { $exists: false } } as const

/** What a deleted account keeps nothing of. */
const emptied = Object.freeze({
  emailVerifiedAt: null,
  phoneVerifiedAt: null,
  name: '',
  bio: '',
  role: 'member',
  passwordHash: null,
})

/** Asks again while there is no answer: what was in the way a moment ago may be gone by the time it is named. */
async function decided<Answer>(ask: () => Promise<Answer | null>): Promise<Answer> {
  for (;;) {
    const answer = await ask()
    if (answer !== null) return answer
  }
}

async function inserted(users: Collection<UserDocument>, user: UserDocument): Promise<boolean> {
  try {
    await users.insert(user)
    return true
  } catch (error) {
    if (!isDuplicate(error)) throw error
    // Only identifiers may be taken; an id that is in use is a mistake of the caller.
    if (!(await users.first({ _id: user._id }))) return false
    throw new KithError('storage-failed', {
      detail: 'The id of the account is in use: every id must be new.',
    })
  }
}

/** Which of these identifiers another account has or holds. A hold that has ended is forgotten, and not in the way any more. */
async function takenOf(
  users: Collection<UserDocument>,
  wanted: UserChanges & { id: string },
  now?: Date,
): Promise<Identifier[]> {
  const holders = await Promise.all(
    identifiers.map(async (name) => {
      const value = wanted[name]
      if (typeof value !== 'string') return null
      const holder = await users.first(name === 'username' ? { names: value } : { [name]: value })
      if (!holder || holder._id === wanted.id) return null
      const isEnded =
        now && name === 'username' && holder.held?.some((held) => held.name === value && held.until <= now)
      if (isEnded) await forgetEnded(users, holder, { now, limit: Infinity })
      return isEnded ? null : holder
    }),
  )
  return identifiers.filter((_, index) => holders[index])
}

/** Changes an account with its username, if nobody changed that meanwhile. */
async function rename(
  users: Collection<UserDocument>,
  account: { _id: string } & typeof live,
  { changes, hold }: { changes: UserChanges; hold: UsernameHold | undefined },
): Promise<UpdateUserResult | null> {
  const before = await users.first(account)
  if (!before) return { outcome: 'missing' }
  const names = writing(namesAfter(before, changes.username ?? null, hold))
  const { $set = {}, $unset = {}, ...others } = updateOf(changes) ?? {}
  const user = await users.change({ ...unchanged(before), ...account }, {
    $set: { ...$set, ...names.$set },
    $unset: { ...$unset, ...names.$unset },
    ...others,
  } as UpdateFilter<UserDocument>)
  return user && { outcome: 'updated', user: userFrom(user) }
}

function updateOf({ endSessions = false, ...changes }: UserChanges): UpdateFilter<UserDocument> | null {
  const fields = Object.entries(changes).filter(([, value]) => value !== undefined)
  const isLeftOut = ([name, value]: [string, unknown]): boolean =>
    value === null && identifiers.includes(name as Identifier)
  if (fields.length === 0 && !endSessions) return null
  const $set: Record<string, unknown> = Object.fromEntries(fields.filter((field) => !isLeftOut(field)))
  const $unset = Object.fromEntries(fields.filter(isLeftOut).map(([name]) => [name, '']))
  if (changes.bannedAt) Object.assign($set, { banned: true, unseen: true })
  if (changes.bannedAt === null) Object.assign($unset, { banned: '', unseen: '' })
  return { $set, $unset, ...(endSessions && { $inc: { sessionEpoch: 1 } }) } as UpdateFilter<UserDocument>
}
