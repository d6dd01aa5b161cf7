import type { Identifier, StoredAge, UserRecord } from '@kith/core/ports'
import type { Identified } from './collection.ts'
import type { Counters } from './edge-document.ts'
import { fieldsFrom, fieldsPart, type FieldsPart } from './stored-fields.ts'

/** A username that an account released, and until when nobody else may have it. */
export interface HeldName {
  name: string
  until: Date
}

/** An account. Missing identifiers are left out, so that the unique indexes skip them. */
export interface UserDocument
  extends
    Identified,
    Counters,
    FieldsPart,
    Omit<
      UserRecord,
      | 'id'
      | Identifier
      | 'bannedUntil'
      | 'banReason'
      | 'role'
      | 'sessionEpoch'
      | 'waitingSince'
      | 'invitedBy'
      | 'age'
      | 'fields'
    > {
  /** Missing, as the epoch, in documents that an earlier release wrote. */
  role?: string
  sessionEpoch?: number
  username?: string
  email?: string
  phone?: string
  /** Present while it is banned for a time. */
  bannedUntil?: Date
  /** Missing in documents that an earlier release wrote. */
  banReason?: string | null
  /** Present while it waits for approval. */
  waitingSince?: Date
  /** Present as long as `waitingSince` is. */
  waiting?: true
  invitedBy?: string
  age?: StoredAge
  /** Its username and held ones that it released: names that no other account may have. */
  names?: string[]
  /** The held ones. */
  held?: HeldName[]
  /** Present while the account is live and banned. */
  banned?: true
  /** Present while it is banned or deleted, and hidden. */
  unseen?: true
  /** Present once it was marked deleted. */
  deletedAt?: Date
  /** Present from then on until it is purged. */
  toPurge?: true
  /**
   * Present from the first step of hiding its edges to the last step of showing them; `false` while they are being
   * shown again.
   */
  hidden?: boolean
  /** Present as long as `hidden` is. */
  marked?: true
  /** How many live posts it has. Not present on a standalone: they are counted on reading. */
  posts?: number
  /** How often an avatar or a cover was set. */
  placed?: number
}

/** Accounts that are not deleted, banned or not. */
export const live: { readonly deletedAt: { $exists: false } } = Object.freeze({
  deletedAt: Object.freeze({ $exists: false } as const),
})

/** Accounts that are neither deleted nor banned. */
export const living: { readonly deletedAt: { $exists: false }; readonly banned: { $exists: false } } =
  Object.freeze({
    deletedAt: Object.freeze({ $exists: false }),
    banned: Object.freeze({ $exists: false }),
  } as const)

/** Whether an account is one of {@link living}. */
export function isLiving({ deletedAt, banned }: UserDocument): boolean {
  return deletedAt === undefined && banned === undefined
}

/** Accounts that are not deleted, whether banned or not. */
export const undeleted: Pick<typeof living, 'deletedAt'> = Object.freeze({ deletedAt: living.deletedAt })

/** The identifiers of an account. */
export const identifiers: readonly Identifier[] = Object.freeze(['username', 'email', 'phone'])

/** A new account. */
export function userDocument({
  id,
  username,
  email,
  phone,
  bannedUntil,
  waitingSince,
  invitedBy,
  age,
  fields: own,
  ...fields
}: UserRecord): UserDocument {
  return {
    _id: id,
    ...(username !== null && { username, names: [username] }),
    ...(email !== null && { email }),
    ...(phone !== null && { phone }),
    ...(bannedUntil !== null && { bannedUntil }),
    ...(waitingSince !== null && { waitingSince, waiting: true }),
    ...(invitedBy !== null && { invitedBy }),
    ...(age !== null && { age }),
    ...fields,
    ...fieldsPart(own),
    ...(fields.bannedAt && { banned: true, unseen: true }),
  }
}

/** An account from its document. */
export function userFrom(row: UserDocument): UserRecord {
  return {
    id: row._id,
    username: row.username ?? null,
    email: row.email ?? null,
    emailVerifiedAt: row.emailVerifiedAt,
    phone: row.phone ?? null,
    phoneVerifiedAt: row.phoneVerifiedAt,
    name: row.name,
    bio: row.bio,
    passwordHash: row.passwordHash,
    bannedAt: row.bannedAt,
    bannedUntil: row.bannedUntil ?? null,
    banReason: row.banReason ?? null,
    role: row.role ?? 'member',
    sessionEpoch: row.sessionEpoch ?? 0,
    createdAt: row.createdAt,
    waitingSince: row.waitingSince ?? null,
    invitedBy: row.invitedBy ?? null,
    age: row.age ?? null,
    fields: fieldsFrom(row),
  }
}
