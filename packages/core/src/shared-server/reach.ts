import type { AnyKithError } from '../errors.ts'
import { within } from '../within.ts'

/** How long a server may take to respond: longer than a healthy one ever does, short enough for a request to wait. */
export const deadlineMillis = 1_000

/** Calls a server. @throws storage-unavailable, storage-full, storage-failed */
export type Reach = <Answer>(call: () => Promise<Answer>) => Promise<Answer>

/** What {@link createReach} needs to know about a server. */
export interface ReachOptions {
  /** Its name in errors. */
  server: string
  /** Converts an error of its client to a Kith error. */
  toKithError(error: unknown): AnyKithError
}

/**
 * Bounds the calls of one client. A call without a response within a second fails. From then on calls fail immediately,
 * except for one a second that checks whether the server is back: so a request that makes several calls does not wait
 * for each, and the client's queue stays small.
 */
export function createReach({ server, toKithError }: ReachOptions): Reach {
  let silentUntil = 0

  function late(): Error {
    silentUntil = performance.now() + deadlineMillis
    return new Error(`${server} has not responded within ${deadlineMillis} ms`)
  }

  return async (call) => {
    const now = performance.now()
    if (now < silentUntil) throw toKithError(new Error(`${server} has not responded to an earlier call`))
    if (silentUntil > 0) silentUntil = now + deadlineMillis
    try {
      const work = call()
      // A late response is a sign of life as well.
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
