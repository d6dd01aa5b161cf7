import { fromAgeText, fromFieldsText, toAgeText, toFieldsText, type UserRecord } from '@kith/core/ports'
import type { Values } from './values.ts'
import { toId } from './ids.ts'
import { fromMillis, fromMillisOrNull, toMillis } from './moments.ts'

/** An account as its row has it, without what only a deleted one needs. */
export interface UserRow {
  id: string
  username: string | null
  email: string | null
  email_verified_at: number | null
  phone: string | null
  phone_verified_at: number | null
  name: string
  bio: string
  password_hash: string | null
  banned_at: number | null
  banned_until: number | null
  ban_reason: string | null
  role: string
  session_epoch: number
  created_at: number
  fields: string | null
  waiting_since: number | null
  invited_by: string | null
  age: string | null
}

/** The columns of {@link UserRow}. */
export const userColumns = `id, username, email, email_verified_at, phone, phone_verified_at, name, bio, password_hash, banned_at,
  banned_until, ban_reason, role, session_epoch, created_at, fields, waiting_since,
  invited_by, age`

/** The editable fields of an account as statement parameters. */
export function profileOf(user: UserRecord): Values {
  const { id, username, email, phone, name, bio, banReason, role, sessionEpoch } = user
  return {
    id: toId(id),
    username,
    email,
    emailVerifiedAt: toMillis(user.emailVerifiedAt),
    phone,
    phoneVerifiedAt: toMillis(user.phoneVerifiedAt),
    name,
    bio,
    bannedAt: toMillis(user.bannedAt),
    bannedUntil: toMillis(user.bannedUntil),
    banReason,
    role,
    sessionEpoch,
    fields: toFieldsText(user.fields),
    waitingSince: toMillis(user.waitingSince),
    age: toAgeText(user.age),
  }
}

/** An account from its row, if there is one. */
export function userFrom(row: UserRow | null): UserRecord | null {
  return row && userFromRow(row)
}

/** An account from its row. */
export function userFromRow(row: UserRow): UserRecord {
  return {
    id: row.id,
    username: row.username,
    email: row.email,
    emailVerifiedAt: fromMillisOrNull(row.email_verified_at),
    phone: row.phone,
    phoneVerifiedAt: fromMillisOrNull(row.phone_verified_at),
    name: row.name,
    bio: row.bio,
    passwordHash: row.password_hash,
    bannedAt: fromMillisOrNull(row.banned_at),
    bannedUntil: fromMillisOrNull(row.banned_until),
    banReason: row.ban_reason,
    role: row.role,
    sessionEpoch: row.session_epoch,
    createdAt: fromMillis(row.created_at),
    waitingSince: fromMillisOrNull(row.waiting_since),
    invitedBy: row.invited_by,
    age: fromAgeText(row.age),
    fields: fromFieldsText(row.fields),
  }
}
