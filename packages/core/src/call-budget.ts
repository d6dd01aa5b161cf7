import { RetryLaterError } from './errors.ts'
import { createLog } from './log/log.ts'
import type { Logger } from './log/logger.ts'

/** Who causes a call: a request of somebody, or upkeep. */
export type CallCause = 'request' | 'upkeep'

/** What an outside service allows. */
export interface CallBudgetOptions {
  /** What is counted, for the log: `Admin API calls of Cloudinary`. */
  what: string
  /** How many calls the service takes in `windowSeconds`. */
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
/** When the log says how far it has come: while four fifths of what requests may use is used. */
const shareToWarn = 0.8

/**
 * Creates a budget of calls to a service that counts them, so that nobody can use up what everybody needs. It counts in
 * this process: with several, give each its part.
 */
export function createCallBudget({ what, limit, windowSeconds, logger }: CallBudgetOptions): CallBudget {
  const forRequests = Math.max(1, Math.floor(limit * shareOfRequests))
  const times: number[] = []
  let warnedAt = -Infinity
  const log = createLog(logger)

  return (cause) => {
    const now = performance.now()
    const start = now - windowSeconds * 1000
    while (times[0] !== undefined && times[0] <= start) times.shift()
    const most = cause === 'upkeep' ? limit : forRequests
    if (times.length >= most) {
      // There is room when so many have left the window that fewer than the most remain.
      const freed = times[times.length - most] ?? now
      throw new RetryLaterError(
        'media-unavailable',
        Math.max(1, Math.ceil((freed - start) / 1000)),
        new Error(`${times.length} of ${limit} ${what} are used: the rest is kept`),
      )
    }
    times.push(now)
    if (times.length >= forRequests * shareToWarn && warnedAt <= start) {
      warnedAt = now
      log.warn('service.budget-low', {
        message: `${times.length} of ${limit} ${what} in ${windowSeconds} s are used; requests get ${forRequests}`,
      })
    }
  }
}
