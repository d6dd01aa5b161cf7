import { createHash } from 'node:crypto'
import { RetryLaterError } from '../errors.ts'
import type { Clock } from '../id.ts'
import type { ClientInfo } from '../viewer.ts'
import { addressKey } from './client-address.ts'
import type { Limit, RateLimits } from './rate-limits.ts'

/**
 * What is limited. `…ByAddress` counts calls per client address (IPv6 by its /64), the others per account or session.
 * `passwordByAccount` counts wrong passwords in a row, wherever a password is asked for; a right one clears it.
 */
export type LimitName =
  | 'registerByAddress'
  | 'loginByAddress'
  | 'passwordByAccount'
  | 'refreshByAddress'
  | 'refreshBySession'
  | 'uploadByAccount'
  | 'postByAccount'
  | 'captionByAccount'
  | 'identifierByAccount'

/** The limits that hold unless options say otherwise. The steps of `passwordByAccount` are the back-off of the lockout. */
export const defaultLimits: Readonly<Record<LimitName, readonly Limit[]>> = Object.freeze({
  registerByAddress: [{ limit: 20, windowSeconds: 3_600 }],
  loginByAddress: [
    { limit: 30, windowSeconds: 60 },
    { limit: 300, windowSeconds: 3_600 },
  ],
  passwordByAccount: [
    { limit: 10, windowSeconds: 300 },
    { limit: 30, windowSeconds: 3_600 },
    { limit: 100, windowSeconds: 86_400 },
  ],
  refreshByAddress: [{ limit: 600, windowSeconds: 60 }],
  refreshBySession: [{ limit: 60, windowSeconds: 60 }],
  uploadByAccount: [{ limit: 200, windowSeconds: 3_600 }],
  postByAccount: [{ limit: 100, windowSeconds: 3_600 }],
  captionByAccount: [{ limit: 60, windowSeconds: 3_600 }],
  identifierByAccount: [{ limit: 10, windowSeconds: 86_400 }],
})

/** Counts attempts by the limits of one Kith instance. */
export interface Attempts {
  /** Counts a call from this client. A call without an address is the host's own and is not limited. @throws rate-limited */
  byAddress(
    name: 'registerByAddress' | 'loginByAddress' | 'refreshByAddress',
    client: ClientInfo,
  ): Promise<void>
  /** @throws rate-limited */
  byAccount(
    name: 'uploadByAccount' | 'postByAccount' | 'captionByAccount' | 'identifierByAccount',
    userId: string,
  ): Promise<void>
  /** @throws rate-limited */
  bySession(sessionId: string): Promise<void>
  /**
   * Counts a password about to be checked, so that parallel guesses cannot pass the limit together.
   * @throws account-locked
   */
  beforePassword(account: string): Promise<void>
  /** Clears what {@link beforePassword} counted: the password was right. */
  afterRightPassword(account: string): Promise<void>
}

/** Creates the attempts of one Kith instance. */
export function createAttempts(
  limits: Readonly<Record<LimitName, readonly Limit[]>>,
  rateLimits: RateLimits,
  clock: Clock,
): Attempts {
  async function demand(
    name: LimitName,
    subject: string,
    code: 'rate-limited' | 'account-locked',
  ): Promise<void> {
    // The shortest window first: what it refuses does not count in the longer ones, so hammering a locked account does
    // not lock it for longer.
    for (const limit of limits[name]) {
      const { allowed, retryAfterSeconds } = await rateLimits.hit(keyOf(name, subject, limit), limit, clock())
      if (!allowed) throw new RetryLaterError(code, retryAfterSeconds)
    }
  }

  return {
    async byAddress(name, { address }) {
      if (address !== undefined) await demand(name, addressKey(address), 'rate-limited')
    },
    byAccount: (name, userId) => demand(name, userId, 'rate-limited'),
    bySession: (sessionId) => demand('refreshBySession', sessionId, 'rate-limited'),
    beforePassword: (account) => demand('passwordByAccount', account, 'account-locked'),
    async afterRightPassword(account) {
      await rateLimits.reset(
        limits.passwordByAccount.map((limit) => keyOf('passwordByAccount', account, limit)),
      )
    },
  }
}

// Hashed: a key has a fixed length, and a shared store of counters learns no names or addresses.
function keyOf(name: LimitName, subject: string, { windowSeconds }: Limit): string {
  const digest = createHash('sha256').update(subject).digest('base64url').slice(0, 22)
  return `${name}:${windowSeconds}:${digest}`
}
