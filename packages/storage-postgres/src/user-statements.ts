import { moment } from './moments.ts'
import { userColumns } from './user-row.ts'

type UserStatement =
  | 'insert'
  | 'idInUse'
  | 'taken'
  | 'byId'
  | 'hold'
  | 'holdAlone'
  | 'byIds'
  | 'byUsername'
  | 'byEmail'
  | 'byPhone'
  | 'update'
  | 'replaceHash'
  | 'markDeleted'
  | 'claimName'
  | 'holdName'
  | 'forgetUsernames'
  | 'bannedIds'
  | 'toPurge'
  | 'purge'

const isHeld = `user_id <> @id AND held_until > coalesce(${moment('now')}, '-infinity')`

/**
 * Every statement of the store. Deleted accounts have no identifiers, so only lookups by id must leave them out. `hold`
 * locks an account against all changes of it, including its credentials, without blocking app rows that refer to it.
 * `holdAlone` waits for those as well, and for edges that are being added to it.
 */
export const userStatements: Readonly<Record<UserStatement, string>> = Object.freeze({
  insert: `INSERT INTO kith.users (id, username, email, email_verified_at, phone, phone_verified_at, name, bio,
      password_hash, banned_at, banned_until, ban_reason, role, session_epoch, created_at, fields,
      waiting_since, invited_by, age)
    VALUES (@id, @username, @email, ${moment('emailVerifiedAt')}, @phone, ${moment('phoneVerifiedAt')}, @name, @bio,
      @passwordHash, ${moment('bannedAt')}, ${moment('bannedUntil')}, @banReason, @role, @sessionEpoch,
      ${moment('createdAt')}, @fields, ${moment('waitingSince')}, @invitedBy, @age)
    ON CONFLICT DO NOTHING`,
  idInUse: 'SELECT 1 AS used FROM kith.users WHERE id = @id',
  taken: `SELECT 'username' AS name FROM kith.users WHERE username = @username AND id <> @id
    UNION ALL SELECT 'username' FROM kith.held_usernames WHERE username = @username AND ${isHeld}
    UNION ALL SELECT 'email' FROM kith.users WHERE email = @email AND id <> @id
    UNION ALL SELECT 'phone' FROM kith.users WHERE phone = @phone AND id <> @id`,
  byId: `SELECT ${userColumns} FROM kith.users WHERE id = @id AND deleted_at IS NULL`,
  hold: `SELECT ${userColumns} FROM kith.users WHERE id = @id AND deleted_at IS NULL FOR NO KEY UPDATE`,
  holdAlone: `SELECT ${userColumns} FROM kith.users WHERE id = @id AND deleted_at IS NULL FOR UPDATE`,
  byIds: `SELECT ${userColumns} FROM kith.users WHERE id = ANY (@ids::uuid[]) AND deleted_at IS NULL`,
  byUsername: `SELECT ${userColumns} FROM kith.users WHERE username = @username`,
  byEmail: `SELECT ${userColumns} FROM kith.users WHERE email = @email`,
  byPhone: `SELECT ${userColumns} FROM kith.users WHERE phone = @phone`,
  update: `UPDATE kith.users SET username = @username, email = @email, email_verified_at = ${moment('emailVerifiedAt')},
      phone = @phone, phone_verified_at = ${moment('phoneVerifiedAt')}, name = @name, bio = @bio,
      banned_at = ${moment('bannedAt')}, banned_until = ${moment('bannedUntil')}, ban_reason = @banReason, role = @role,
      session_epoch = @sessionEpoch, fields = @fields, waiting_since = ${moment('waitingSince')}, age = @age
    WHERE id = @id`,
  replaceHash: `UPDATE kith.users SET password_hash = @next, session_epoch = session_epoch + @raise
    WHERE id = @id AND deleted_at IS NULL AND password_hash IS NOT DISTINCT FROM @expected
    RETURNING session_epoch - @raise AS ended_epoch`,
  markDeleted: `UPDATE kith.users SET username = NULL, email = NULL, email_verified_at = NULL, phone = NULL,
      phone_verified_at = NULL, name = '', bio = '', role = 'member', password_hash = NULL, fields = NULL,
      banned_until = NULL, ban_reason = NULL, waiting_since = NULL, invited_by = NULL, age = NULL,
      deleted_at = ${moment('at')}
    WHERE id = @id AND deleted_at IS NULL`,
  claimName: `DELETE FROM kith.held_usernames WHERE username = @username RETURNING ${isHeld} AS held`,
  holdName: `INSERT INTO kith.held_usernames (username, user_id, held_until) VALUES (@username, @id, ${moment('until')})
    ON CONFLICT (username) DO UPDATE SET user_id = excluded.user_id, held_until = excluded.held_until`,
  forgetUsernames: `DELETE FROM kith.held_usernames WHERE held_until <= ${moment('now')} AND username IN
    (SELECT username FROM kith.held_usernames WHERE held_until <= ${moment('now')} ORDER BY held_until LIMIT @limit)`,
  bannedIds: `SELECT id FROM kith.users WHERE banned_at IS NOT NULL AND deleted_at IS NULL AND id < @before
    ORDER BY id DESC LIMIT @limit`,
  toPurge: 'SELECT id FROM kith.users WHERE deleted_at IS NOT NULL ORDER BY id LIMIT @limit',
  purge: 'DELETE FROM kith.users WHERE id = @id AND deleted_at IS NOT NULL',
})
