import crypto, { createHmac } from 'node:crypto'
import { isRetryLater, RefusedError } from '../errors.ts'
import type { Emit } from '../events.ts'
import type { Clock } from '../id.ts'
import type { ClientInfo, Viewer } from '../viewer.ts'
import { addressKey } from './client-address.ts'
import { deriveKey } from './derive-key.ts'
import { countersOf, type Guesser } from './guesser.ts'
import type { LimitName } from './default-limits.ts'
import type { Limit, RateLimits } from './rate-limits.ts'

type AddressLimit = Extract<LimitName, `${string}ByAddress`>

/** A limit for an account, or one upload (`confirmByUpload`), device (`loginByDevice`) or flow (`resendByFlow`). */
type AccountLimit = Exclude<
  LimitName,
  | AddressLimit
  | 'passwordByClient'
  | 'passwordByAccount'
  | 'passwordByDevice'
  | 'passwordBySession'
  | 'refreshBySession'
  | 'sendByClient'
  | 'sendByRecipient'
  | ViewerLimit
>

/** Limits that count viewers by their session, so that a stolen session uses up nothing of the others. */
type ViewerLimit = Extract<LimitName, 'passwordFormBySession' | 'revokeBySession'>

/** Counts attempts with the limits of one Kith instance. */
export interface Limits {
  /**
   * Counts a call from this client. A call without an IP address is the host's own and is not limited. @throws
   * rate-limited
   */
  byAddress(name: AddressLimit, client: ClientInfo): Promise<void>
  /** @throws rate-limited */
  byAccount(name: AccountLimit, userId: string): Promise<void>
  /** Counts by session; a viewer without one, by account. @throws rate-limited */
  byViewer(name: ViewerLimit, viewer: Viewer): Promise<void>
  /**
   * Counts a message that a client requests, by what was typed: an address, or a login, whether or not there is an
   * account.
   * @throws rate-limited
   */
  beforeSending(typed: string, client: ClientInfo): Promise<void>
  /**
   * Counts a message to an address, for this client first: a client uses up its own share of the recipient's limit,
   * whatever was typed. Returns whether it may be sent; the caller of the API is not told, since it depends on what is
   * stored.
   */
  maySend(to: string, client: ClientInfo): Promise<boolean>
  /** @throws rate-limited */
  bySession(name: 'refreshBySession' | 'boundRefreshBySession', sessionId: string): Promise<void>
  /**
   * Counts a call of a stranger by IP address and by its subject, and returns whether it needs no solved challenge.
   * Emits no event.
   */
  isFree(action: string, target: string, client: ClientInfo): Promise<boolean>
  /**
   * Counts a password about to be checked, so that parallel guesses cannot pass the limit together.
   * @throws account-locked
   */
  beforePassword(guesser: Guesser): Promise<void>
  /** Resets what {@link beforePassword} counted: the password was right. */
  afterRightPassword(guesser: Guesser): Promise<void>
}

/** The dependencies of counting. */
interface AttemptSettings {
  limits: Readonly<Record<LimitName, readonly Limit[]>>
  rateLimits: RateLimits
  clock: Clock
}

/** How a refused attempt is reported. */
interface Attempt {
  code?: 'rate-limited' | 'account-locked'
  address?: string | null
  /** The subject is this account, whatever the name of the limit. */
  userId?: string | null
}

/** Creates the attempt counting of one Kith instance. */
export function createLimits(
  { limits, rateLimits, clock }: AttemptSettings,
  { secret, emit }: { secret: string; emit: Emit },
): Limits {
  const salt = createHmac('sha256', deriveKey(secret, 'counters').key).update('keys').digest('base64url')

  // Short, and a hash that needs the secret: anyone who reads the counter store cannot test which names and addresses
  // are in it. It is truncated, so it cannot be extended either, and a one-shot hash costs a quarter of an HMAC.
  function keyOf(name: LimitName, subject: string): string {
    return crypto.hash('sha256', `${salt} ${name} ${subject}`, 'base64url').slice(0, 16)
  }

  async function demand(
    name: LimitName,
    subject: string,
    { code = 'rate-limited', address = null, userId = null }: Attempt = {},
  ): Promise<void> {
    if (limits[name].length === 0) return
    const { allowed, retryAfterSeconds } = await rateLimits.hit(keyOf(name, subject), limits[name], clock())
    if (allowed) return
    const by = (end: string): string | null =>
      name.endsWith(end) && code === 'rate-limited' ? subject : null
    emit('limit.reached', {
      limit: name,
      userId: userId ?? by('ByAccount'),
      sessionId: userId === null ? by('BySession') : null,
      address,
      retryAfterSeconds,
    })
    throw new RefusedError(code, retryAfterSeconds, name)
  }

  return {
    async byAddress(name, { address }) {
      if (address !== undefined) await demand(name, addressKey(address), { address })
    },
    byAccount: (name, userId) => demand(name, userId),
    byViewer: (name, { userId, sessionId }) =>
      sessionId === null ? demand(name, userId, { userId }) : demand(name, sessionId),
    async beforeSending(typed, client) {
      if (client.address === undefined) return
      await demand('sendByAddress', addressKey(client.address), { address: client.address })
      await demand('sendByClient', `${addressKey(client.address)} ${typed}`, { address: client.address })
    },
    async maySend(to, { address }) {
      if (address !== undefined) {
        const own = `${addressKey(address)} to ${to}`
        if (!(await isLet(demand('sendByClient', own, { address })))) return false
      }
      return await isLet(demand('sendByRecipient', to))
    },
    bySession: (name, sessionId) => demand(name, sessionId),
    async isFree(action, target, { address }) {
      const subjects = [
        ['unchallengedByTarget', target],
        ...(address === undefined ? [] : [['unchallengedByAddress', addressKey(address)] as const]),
      ] as const
      let isFree = true
      for (const [name, subject] of subjects) {
        if (limits[name].length === 0) continue
        const key = keyOf(name, `${action} ${subject}`)
        isFree = (await rateLimits.hit(key, limits[name], clock())).allowed && isFree
      }
      return isFree
    },
    async beforePassword(guesser) {
      for (const [name, subject] of countersOf(guesser))
        await demand(name, subject, { code: 'account-locked' })
    },
    async afterRightPassword(guesser) {
      await rateLimits.reset(countersOf(guesser).map(([name, subject]) => keyOf(name, subject)))
    },
  }
}

/** Whether an attempt is within its limit, for callers that do not throw. */
export async function isLet(counted: Promise<void>): Promise<boolean> {
  try {
    await counted
    return true
  } catch (error) {
    if (isRetryLater(error) && error.status === 429) return false
    throw error
  }
}
