import {
  changedUser,
  type CreateUserResult,
  type EndedEpoch,
  type Identifier,
  type UpdateUserResult,
  type UserRecord,
  type UserStore,
} from '@kith/core/ports'
import { credentialStatements } from './credential-store.ts'
import type { Connection } from './database.ts'
import { fromHex, listOf, toStored, toStoredList, toStoredOrNull } from './ids.ts'
import { beforeOrEnd } from './keyset.ts'
import { createUserLists } from './user-lists.ts'
import { toMillis } from './millis.ts'
import { addToOutbox, writing } from './outbox-store.ts'
import { postCountStatements } from './post-counts.ts'
import { profileOf, userColumns, userFrom, userFromRow, type UserRow } from './user-row.ts'

type UserStatement =
  | 'insert'
  | 'idInUse'
  | 'taken'
  | 'byId'
  | 'byIds'
  | 'byUsername'
  | 'byEmail'
  | 'byPhone'
  | 'update'
  | 'replaceHash'
  | 'markDeleted'
  | 'held'
  | 'hold'
  | 'unhold'
  | 'forgetUsernames'
  | 'bannedIds'
  | 'toPurge'
  | 'purge'

/** Every statement of the store. Deleted accounts have no identifiers, so only lookups by id must leave them out. */
export const userStatements: Readonly<Record<UserStatement, string>> = Object.freeze({
  insert: `INSERT INTO kith_users (id, username, email, email_verified_at, phone, phone_verified_at, name, bio,
      password_hash, banned_at, banned_until, ban_reason, role, session_epoch, created_at, fields,
      waiting_since, invited_by, age)
    VALUES (@id, @username, @email, @emailVerifiedAt, @phone, @phoneVerifiedAt, @name, @bio,
      @passwordHash, @bannedAt, @bannedUntil, @banReason, @role, @sessionEpoch, @createdAt, @fields,
      @waitingSince, @invitedBy, @age)
    ON CONFLICT DO NOTHING`,
  idInUse: 'SELECT 1 FROM kith_users WHERE id = @id',
  taken: `SELECT 'username' AS name FROM kith_users WHERE username = @username AND id <> @id
    UNION ALL SELECT 'email' FROM kith_users WHERE email = @email AND id <> @id
    UNION ALL SELECT 'phone' FROM kith_users WHERE phone = @phone AND id <> @id`,
  byId: `SELECT ${userColumns} FROM kith_users WHERE id = @id AND deleted_at IS NULL`,
  byIds: `SELECT ${userColumns} FROM kith_users WHERE id IN ${listOf('ids')} AND deleted_at IS NULL`,
  byUsername: `SELECT ${userColumns} FROM kith_users WHERE username = @username`,
  byEmail: `SELECT ${userColumns} FROM kith_users WHERE email = @email`,
  byPhone: `SELECT ${userColumns} FROM kith_users WHERE phone = @phone`,
  update: `UPDATE kith_users SET username = @username, email = @email, email_verified_at = @emailVerifiedAt,
      phone = @phone, phone_verified_at = @phoneVerifiedAt, name = @name, bio = @bio, banned_at = @bannedAt,
      banned_until = @bannedUntil, ban_reason = @banReason, role = @role, session_epoch = @sessionEpoch,
      fields = @fields, waiting_since = @waitingSince, age = @age
    WHERE id = @id`,
  replaceHash: `UPDATE kith_users SET password_hash = @next, session_epoch = session_epoch + @raise
    WHERE id = @id AND deleted_at IS NULL AND password_hash IS @expected RETURNING session_epoch - @raise AS endedEpoch`,
  markDeleted: `UPDATE kith_users SET username = NULL, email = NULL, email_verified_at = NULL, phone = NULL,
      phone_verified_at = NULL, name = '', bio = '', role = 'member', password_hash = NULL, fields = NULL,
      banned_until = NULL, ban_reason = NULL, waiting_since = NULL, invited_by = NULL, age = NULL, deleted_at = @at
    WHERE id = @id AND deleted_at IS NULL`,
  held: `SELECT username FROM kith_held_usernames
    WHERE username = @username AND user_id <> @id AND held_until > @now`,
  hold: `INSERT INTO kith_held_usernames VALUES (@username, @id, @until)
    ON CONFLICT DO UPDATE SET user_id = @id, held_until = @until`,
  unhold: 'DELETE FROM kith_held_usernames WHERE username = @username',
  forgetUsernames: `DELETE FROM kith_held_usernames WHERE username IN
    (SELECT username FROM kith_held_usernames WHERE held_until <= @now ORDER BY held_until LIMIT @limit)`,
  bannedIds: `SELECT hex(id) AS id FROM kith_users WHERE banned_at IS NOT NULL AND deleted_at IS NULL AND id < @before
    ORDER BY kith_users.id DESC LIMIT @limit`,
  toPurge: `SELECT hex(id) AS id FROM kith_users WHERE deleted_at IS NOT NULL
    ORDER BY kith_users.id LIMIT @limit`,
  purge: 'DELETE FROM kith_users WHERE id = @id AND deleted_at IS NOT NULL',
})

interface HashChange {
  id: string
  expected: string | null
  next: string | null
  /** By how much it raises the epoch of sessions. */
  raise: 0 | 1
}

const beforeEveryHold = -8.64e15

/** Creates the account store on a connection. */
export function createUserStore(connection: Connection): UserStore {
  const { run, get, all, read, write, atomically } = connection

  function taken({ id, username, email, phone }: UserRecord, now?: Date): Identifier[] {
    const names = all<{ name: Identifier }>(userStatements.taken, {
      id: toStored(id),
      username,
      email,
      phone,
    }).map(({ name }) => name)
    return names.includes('username') || !isHeld({ id, username }, now) ? names : ['username', ...names]
  }

  function isHeld({ id, username }: Pick<UserRecord, 'id' | 'username'>, now?: Date): boolean {
    if (username === null) return false
    const at = now ? toMillis(now) : beforeEveryHold
    return get(userStatements.held, { id: toStored(id), username, now: at }) !== null
  }

  /** Records that a username is in use again, or released. */
  function note(before: UserRecord | null, after: UserRecord | null, until: Date | null = null): void {
    if (before?.username === after?.username) return
    if (after?.username) run(userStatements.unhold, { username: after.username })
    if (before?.username && until) {
      const { id, username } = before
      run(userStatements.hold, { id: toStored(id), username, until: toMillis(until) })
    }
  }

  function replaceHash({ id, ...change }: HashChange): EndedEpoch | null {
    const [ended] = all<EndedEpoch>(userStatements.replaceHash, { ...change, id: toStored(id) })
    return ended ? { endedEpoch: ended.endedEpoch } : null
  }

  /** The feed finds the posts of this author, or no longer does. */
  function settleNewest(id: string): void {
    run(postCountStatements.settle, { authorId: toStored(id) })
  }

  return {
    create(user, now, outbox) {
      return atomically((): CreateUserResult => {
        const { passwordHash } = user
        const isFree = !isHeld(user, now)
        const invitedBy = toStoredOrNull(user.invitedBy)
        const row = { ...profileOf(user), passwordHash, invitedBy, createdAt: toMillis(user.createdAt) }
        if (isFree && run(userStatements.insert, row) === 1) {
          note(null, user)
          if (outbox) addToOutbox(connection, outbox())
          return { outcome: 'created' }
        }
        if (get(userStatements.idInUse, { id: toStored(user.id) })) return { outcome: 'id-in-use' }
        return { outcome: 'taken', taken: taken(user, now) }
      })
    },
    byId(id) {
      return read(() => userFrom(get<UserRow>(userStatements.byId, { id: toStored(id) })))
    },
    byIds(ids) {
      return read(() => all<UserRow>(userStatements.byIds, { ids: toStoredList(ids) }).map(userFromRow))
    },
    byLogin(login) {
      const statement = 'email' in login ? 'byEmail' : 'phone' in login ? 'byPhone' : ('byUsername' as const)
      return read(() => userFrom(get<UserRow>(userStatements[statement], { ...login })))
    },
    update(id, changes, ...[hold, outbox]) {
      return atomically((): UpdateUserResult => {
        const before = userFrom(get<UserRow>(userStatements.byId, { id: toStored(id) }))
        const decided = changedUser(before, changes)
        if (!before || decided.outcome !== 'updated') return decided
        const { user } = decided
        const conflicts = taken(user, hold?.now)
        if (conflicts.length > 0) return { outcome: 'taken', taken: conflicts }
        run(userStatements.update, profileOf(user))
        if ((before.bannedAt === null) !== (user.bannedAt === null)) settleNewest(id)
        note(before, user, hold?.until)
        if (outbox) addToOutbox(connection, outbox())
        return decided
      })
    },
    replacePassword(id, expected, ...[next, outbox]) {
      return writing(connection, outbox, () => {
        const ended = replaceHash({ id, expected, next, raise: 1 })
        if (ended && outbox) addToOutbox(connection, outbox())
        return ended
      })
    },
    upgradeHash: (id, expected, next) => write(() => replaceHash({ id, expected, next, raise: 0 }) !== null),
    markDeleted(id, at, ...[heldUntil, outbox]) {
      return atomically(() => {
        const before = userFrom(get<UserRow>(userStatements.byId, { id: toStored(id) }))
        if (!before) return null
        run(userStatements.markDeleted, { id: toStored(id), at: toMillis(at) })
        all(credentialStatements.removeOf, { userId: toStored(id), kinds: null })
        settleNewest(id)
        note(before, null, heldUntil)
        if (outbox) addToOutbox(connection, outbox())
        return { endedEpoch: before.sessionEpoch }
      })
    },
    forgetUsernames(now, limit) {
      return write(() => run(userStatements.forgetUsernames, { now: toMillis(now), limit }))
    },
    bannedIds({ limit, before }) {
      const range = { limit, before: beforeOrEnd(before) }
      return read(() => all<{ id: string }>(userStatements.bannedIds, range).map(({ id }) => fromHex(id)))
    },
    ...createUserLists(connection),
    toPurge(limit) {
      return read(() => all<{ id: string }>(userStatements.toPurge, { limit }).map(({ id }) => fromHex(id)))
    },
    async purge(id) {
      await write(() => run(userStatements.purge, { id: toStored(id) }))
    },
  }
}
