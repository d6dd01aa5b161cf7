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

/** The limits that hold unless options say otherwise. The steps of `passwordByAccount` are the back-off of the lockout. */
export const defaultLimits: Readonly<Record<LimitName, readonly Limit[]>> = Object.freeze({
  // A household or a class registers at once; a script that makes accounts by the thousand needs an address for each twenty.
  registerByAddress: [{ limit: 20, windowSeconds: 3_600 }],
  // People behind one NAT sign in together; one stolen list of passwords cannot be tried from one address.
  loginByAddress: [
    { limit: 30, windowSeconds: 60 },
    { limit: 300, windowSeconds: 3_600 },
  ],
  // Ten slips are human; the longer windows leave a guesser a hundred tries a day.
  passwordByAccount: [
    { limit: 10, windowSeconds: 300 },
    { limit: 30, windowSeconds: 3_600 },
    { limit: 100, windowSeconds: 86_400 },
  ],
  // An office of hundreds of open tabs; more is a loop, and each costs a read.
  refreshByAddress: [{ limit: 600, windowSeconds: 60 }],
  // Once in 15 minutes is usual; a client in a loop is stopped before it costs the database.
  refreshBySession: [{ limit: 60, windowSeconds: 60 }],
  // Twenty full posts an hour, each file of which is decoded.
  uploadByAccount: [{ limit: 200, windowSeconds: 3_600 }],
  // More than anybody writes by hand; every follower reads each.
  postByAccount: [{ limit: 100, windowSeconds: 3_600 }],
  // Each costs the app money at the host of its model.
  captionByAccount: [{ limit: 60, windowSeconds: 3_600 }],
})

/** Counts attempts by the limits of one Kith instance. */
export interface Attempts {
  /** Counts a call from this client. A call without an address is the host's own and is not limited. @throws rate-limited */
  byAddress(
    name: 'registerByAddress' | 'loginByAddress' | 'refreshByAddress',
    client: ClientInfo,
  ): Promise<void>
  /** @throws rate-limited */
  byAccount(name: 'uploadByAccount' | 'postByAccount' | 'captionByAccount', userId: string): Promise<void>
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
