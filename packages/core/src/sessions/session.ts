import type { OwnUser } from '../profiles/user.ts'
import type { SessionRecord } from './session-store.ts'

/** The tokens of one session. */
export interface Tokens {
  accessToken: string
  refreshToken: string
  /** Seconds until the access token ends. */
  expiresIn: number
  /**
   * Only after a password was given: shows at the next sign-in that this device is known, so that strangers who guess the
   * password cannot lock it out. It outlives the session and opens nothing by itself.
   */
  deviceToken?: string | undefined
}

/** What register, login, a change of password and refresh answer. */
export interface SignIn {
  user: OwnUser
  session: {
    id: string
    /** When the session ends unless it is refreshed before; ISO 8601, UTC. */
    expiresAt: string
  }
  tokens: Tokens
}

/** A session as its owner sees it in the list of devices. */
export interface Session {
  id: string
  deviceName: string | null
  address: string | null
  userAgent: string | null
  createdAt: string
  /** When it was last refreshed: exact to the lifetime of an access token. */
  lastUsedAt: string
  expiresAt: string
  /** Whether it is the session that asks. */
  current: boolean
}

/** Shows a session to its owner, or to the host, who has none that asks. */
export function toSession(session: SessionRecord, currentId: string | null): Session {
  return {
    id: session.id,
    deviceName: session.deviceName,
    address: session.address,
    userAgent: session.userAgent,
    createdAt: session.createdAt.toISOString(),
    lastUsedAt: session.rotatedAt.toISOString(),
    expiresAt: session.expiresAt.toISOString(),
    current: session.id === currentId,
  }
}
