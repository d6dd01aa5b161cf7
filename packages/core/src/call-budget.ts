import { RetryLaterError } from './errors.ts'
import { createLog } from './log/log.ts'
import type { Logger } from './log/logger.ts'

/** Who causes a call: the id of an account, or upkeep. */
export type CallCause = { readonly accountId: string } | 'upkeep'

/** The limit of an outside service. */
export interface CallBudgetOptions {
  /** What is counted, for the log: `Admin API calls of Cloudinary`. */
  what: string
  /** The option that says how many calls the service takes in `windowSeconds`, and its value. */
  option: string
  limit: number
  windowSeconds: number
  /** Called once per window, before requests are refused. */
  logger: Pick<Logger, 'warn'>
}

/**
 * Counts a call that is about to be made, and refuses it if none is left.
 * @throws media-unavailable, with the seconds until a call is free
 */
export type CallBudget = (cause: CallCause) => void

/** What requests leave for upkeep. */
const shareOfRequests = 0.8
/** How much of what others have left one account may use: a fifth of the total if it is the only one. */
const shareOfAccount = 0.25
/** As many as a confirmation makes: an account gets these while any are left. */
const fewestOfAccount = 2
/** Usage is logged while four fifths of the share for requests is used. */
const shareToWarn = 0.8

/**
 * Creates a budget of calls to a service that counts them, so that one account cannot use it up for all: an account
 * that has used a quarter of what is left waits, one that has used nothing does not. Counts in this process: with
 * several processes, give each its share. @throws TypeError for an invalid limit
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

  /** How many of the oldest calls have to leave the window before a call is free. */
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
