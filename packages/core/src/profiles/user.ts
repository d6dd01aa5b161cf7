import type { Age } from '../accounts/account-inputs.ts'
import type { UserRecord } from '../accounts/user-store.ts'
import type { AppFields } from '../own-fields/app-fields.ts'
import type { Image } from '../media/image.ts'

/** An account as anyone may see it. JSON-safe; never contains a hash or a token. */
export type User<Fields extends AppFields = AppFields> = PublicUser & Fields['public']['shown']

/** The fields of every account. */
interface PublicUser {
  id: string
  /** `null` only if options allow accounts without one, and for shadow accounts created without one. */
  username: string | null
  name: string
  bio: string
  /** Never empty: an account without a picture gets one generated from its id. */
  avatar: Image
  cover: Image | null
  counts: { posts: number; followers: number; following: number }
  /** ISO 8601, UTC. */
  createdAt: string
  /** The relation between the viewer and this account; absent for guests. */
  viewer?: { following: boolean; followedBy: boolean }
}

/** An account as its owner sees it. */
export type OwnUser<Fields extends AppFields = AppFields> = User<Fields> & OwnPart & Fields['own']['shown']

/** The fields of every account that only the owner and the host see. */
export interface OwnPart {
  email: string | null
  emailVerified: boolean
  phone: string | null
  phoneVerified: boolean
  /** The role of the account in the app, set by the host: `member`, `moderator`, `admin`, or one of the host's own. */
  role: string
  /** The age bracket of its owner; absent if unknown. */
  age?: Age | undefined
}

/** An account as the host sees it. */
export type HostUser<Fields extends AppFields = AppFields> = OwnUser<Fields> & HostPart

/** The fields of every account that only the host sees. */
export interface HostPart {
  /** When it was banned, ISO 8601, UTC; `null` if it is not. */
  bannedAt: string | null
  /** When the ban expires; `null` if it does not. */
  bannedUntil: string | null
  /** The host's reason for the ban. */
  banReason: string | null
  /** Since when it waits for approval, ISO 8601, UTC; `null` if it does not. */
  waitingSince: string | null
  /** The account that invited it; `null` if none did. */
  invitedBy: string | null
}

/** An account as returned to its owner by a sign-in: without counts, which `accounts.me` reads. */
export type SignedInUser<Fields extends AppFields = AppFields> = Omit<OwnUser<Fields>, 'counts' | 'viewer'>

/** The author of a post, in short. */
export type Author = Pick<PublicUser, 'id' | 'username' | 'name' | 'avatar'>

/** The parts of an account that only the host sees. */
export function hostPart({
  bannedAt,
  bannedUntil,
  banReason,
  waitingSince,
  invitedBy,
}: UserRecord): HostPart {
  const isBanned = bannedAt !== null && waitingSince === null
  return {
    bannedAt: isBanned ? bannedAt.toISOString() : null,
    bannedUntil: isBanned ? (bannedUntil?.toISOString() ?? null) : null,
    banReason: isBanned ? banReason : null,
    waitingSince: waitingSince?.toISOString() ?? null,
    invitedBy,
  }
}

/** The parts of an account that only the owner sees. */
export function ownPart(user: UserRecord): OwnPart {
  return {
    email: user.email,
    emailVerified: user.emailVerifiedAt !== null,
    phone: user.phone,
    phoneVerified: user.phoneVerifiedAt !== null,
    role: user.role,
    ...agePart(user),
  }
}

/** The age bracket of an account's owner, if known. */
export function agePart({ age }: Pick<UserRecord, 'age'>): { age?: Age } {
  return age ? { age: { ...age, at: age.at.toISOString() } } : {}
}
