import type { Age } from '../accounts/account-inputs.ts'
import type { UserRecord } from '../accounts/user-store.ts'
import type { AppFields } from '../own-fields/app-fields.ts'
import type { Image } from '../media/image.ts'

/** An account as anyone may see it. JSON-safe; it never carries a hash or a token. */
export type User<Fields extends AppFields = AppFields> = PublicUser & Fields['public']['shown']

/** What every account shows. */
interface PublicUser {
  id: string
  /** `null` only where options let accounts do without, and for shadow accounts that were made without. */
  username: string | null
  name: string
  bio: string
  /** Never empty: a picture is made from the id where none was set. */
  avatar: Image
  cover: Image | null
  counts: { posts: number; followers: number; following: number }
  /** ISO 8601, UTC. */
  createdAt: string
  /** What the viewer and this account are to each other; absent for guests. */
  viewer?: { following: boolean; followedBy: boolean }
}

/** An account as its owner sees it. */
export type OwnUser<Fields extends AppFields = AppFields> = User<Fields> & OwnPart & Fields['own']['shown']

/** What only the owner and the host see of every account. */
export interface OwnPart {
  email: string | null
  emailVerified: boolean
  phone: string | null
  phoneVerified: boolean
  /** What the account may do in the app, as the host has said: `member`, `moderator`, `admin`, or a name of the host's own. */
  role: string
  /** How old its owner is, as far as somebody has said; absent where nobody has. */
  age?: Age | undefined
}

/** An account as the host sees it. */
export type HostUser<Fields extends AppFields = AppFields> = OwnUser<Fields> & HostPart

/** What only the host sees of every account. */
export interface HostPart {
  /** When it was banned, ISO 8601, UTC; `null` where it is not. */
  bannedAt: string | null
  /** When the ban ends by itself; `null` where it does not. */
  bannedUntil: string | null
  /** What the host said of the ban. */
  banReason: string | null
  /** Since when it waits for approval, ISO 8601, UTC; `null` where it does not. */
  waitingSince: string | null
  /** The account that has invited it; `null` where none did. */
  invitedBy: string | null
}

/** An account as a sign-in shows it to its owner: without counts, which `accounts.me` reads. */
export type SignedInUser<Fields extends AppFields = AppFields> = Omit<OwnUser<Fields>, 'counts' | 'viewer'>

/** The author of a post, in short. */
export type Author = Pick<PublicUser, 'id' | 'username' | 'name' | 'avatar'>

/** What only the host sees of an account. */
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

/** What only the owner sees of an account. */
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

/** How old the owner of an account is, where somebody has said so. */
export function agePart({ age }: Pick<UserRecord, 'age'>): { age?: Age } {
  return age ? { age: { ...age, at: age.at.toISOString() } } : {}
}
