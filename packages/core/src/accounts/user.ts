import type { UserRecord } from './user-store.ts'

/** An account as its owner sees it. JSON-safe; it never carries a hash or a token. */
export interface OwnUser {
  id: string
  username: string | null
  name: string
  bio: string
  email: string | null
  emailVerified: boolean
  phone: string | null
  phoneVerified: boolean
  /** ISO 8601, UTC. */
  createdAt: string
}

/** Shows an account to its owner. */
export function toOwnUser(user: UserRecord): OwnUser {
  return {
    id: user.id,
    username: user.username,
    name: user.name,
    bio: user.bio,
    email: user.email,
    emailVerified: user.emailVerifiedAt !== null,
    phone: user.phone,
    phoneVerified: user.phoneVerifiedAt !== null,
    createdAt: user.createdAt.toISOString(),
  }
}
