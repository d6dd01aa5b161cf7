import { RetryLaterError } from './errors.ts'
import { createLog } from './log/log.ts'
import type { Logger } from './log/logger.ts'

/** Who causes a call: an account, whose id this is, or upkeep. */
export type CallCause = { readonly accountId: string } | 'upkeep'

/** What an outside service allows. */
export interface CallBudgetOptions {
  /** What is counted, for the log: `Admin API calls of Cloudinary`. */
  what: string
  /** The option that says how many calls the service takes in `windowSeconds`, and its value. */
  option: string
  limit: number
  windowSeconds: number
  /** Is told once for each window, before requests are refused. */
  logger: Pick<Logger, 'warn'>
}

/**
 * Counts a call that is about to be made, and refuses it where none is left.
 * @throws media-unavailable, with the seconds until there is room again
 */
export type CallBudget = (cause: CallCause) => void

/** What requests leave for upkeep. */
const shareOfRequests = 0.8
/** What one account may have used, of what it leaves to others: a fifth of all, when it is the only one. */
const shareOfAccount = 0.25
/** As many as a confirmation makes: what an account gets while there is anything. */
const fewestOfAccount = 2
/** When the log says how far it has come: while four fifths of what requests may use is used. */
const shareToWarn = 0.8

/**
 * Creates a budget of calls to a service that counts them, so that nobody can use up what everybody needs: an account that
 * has used a quarter of what is left waits, and one that has used nothing does not. It counts in this process: with several, give
 * each its part. @throws TypeError for a limit that is none
 */
export function createCallBudget({
  what,
  option,
  limit,
  windowSeconds,
  logger,
}: CallBudgetOptions): CallBudget {
  if (!Number.isInteger(limit) || limit < 1) throw new TypeError(`\`${option}\` is a whole number from 1 on`)
  const forRequests = Math.max(1, Math.floor(limit * shareOfRequests))
  const calls: { at: number; by: string | null }[] = []
  let warnedAt = -Infinity
  const log = createLog(logger)

  /** How many of the oldest calls have to leave the window before there is room. */
  function tooMany(by: string | null): number {
    const most = by === null ? limit : forRequests
    let own = calls.reduce((count, call) => count + (by !== null && call.by === by ? 1 : 0), 0)
    let left = 0
    while (left < calls.length) {
      const free = most - (calls.length - left)
      if (free > 0 && (by === null || own < Math.max(fewestOfAccount, free * shareOfAccount))) break
      if (calls[left++]?.by === by) own--
    }
    return left
  }

  return (cause) => {
    const now = performance.now()
    const start = now - windowSeconds * 1000
    while (calls[0] !== undefined && calls[0].at <= start) calls.shift()
    const by = cause === 'upkeep' ? null : cause.accountId
    const surplus = tooMany(by)
    if (surplus > 0) {
      const freed = calls[surplus - 1]?.at ?? now
      throw new RetryLaterError(
        'media-unavailable',
        Math.max(1, Math.ceil((freed - start) / 1000)),
        new Error(`${calls.length} of ${limit} ${what} are used: the rest is kept for others`),
      )
    }
    calls.push({ at: now, by })
    if (calls.length >= forRequests * shareToWarn && warnedAt <= start) {
      warnedAt = now
      log.warn('service.budget-low', {
        message: `${calls.length} of ${limit} ${what} in ${windowSeconds} s are used; requests get ${forRequests}`,
      })
    }
  }
}
