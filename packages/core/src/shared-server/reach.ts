import type { AnyKithError } from '../errors.ts'
import { within } from '../within.ts'

/** How long a server may take to respond to a call: longer than any response of a sound one, short enough for a request to wait. */
export const deadlineMillis = 1_000

/** Makes a call of a server. @throws storage-unavailable, storage-full, storage-failed */
export type Reach = <Answer>(call: () => Promise<Answer>) => Promise<Answer>

/** What {@link createReach} is told of a server. */
export interface ReachOptions {
  /** What it is called in errors. */
  server: string
  /** Gives an error of its client a Kith code. */
  toKithError(error: unknown): AnyKithError
}

/**
 * Bounds the calls of one client. A call that the server does not answer within a second fails. From then on calls fail
 * immediately, but for one a second that finds out whether it is back: so a request that makes several calls does not wait
 * for each, and what piles up in the client's queue stays small.
 */
export function createReach({ server, toKithError }: ReachOptions): Reach {
  let silentUntil = 0

  function late(): Error {
    silentUntil = performance.now() + deadlineMillis
    return new Error(`${server} has not answered within ${deadlineMillis} ms`)
  }

  return async (call) => {
    const now = performance.now()
    if (now < silentUntil) throw toKithError(new Error(`${server} has not answered an earlier call`))
    if (silentUntil > 0) silentUntil = now + deadlineMillis
    try {
      const work = call()
      // A response that comes late is a sign of life as well.
      work.then(
        () => (silentUntil = 0),
        () => {},
      )
      return await within({ millis: deadlineMillis, late }, () => work)
    } catch (error) {
      throw toKithError(error)
    }
  }
}
