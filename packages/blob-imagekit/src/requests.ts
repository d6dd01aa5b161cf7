import { type Patience, within } from '@kith/core/adapter'
import { explain } from './imagekit-errors.ts'

/** The longest that one call may take, with all tries of the client, and that a body may keep silent. */
export const patienceMillis = 10_000

/** What goes along with each request. */
export interface RequestTerms {
  signal: AbortSignal
  /** Of one try, in milliseconds: without it the client would stop a long upload. */
  timeout: number
  /** Nothing is followed elsewhere. Without this `fetch` also keeps all that it has sent, for the case that it is. */
  fetchOptions: { redirect: 'error' }
}

/**
 * Asks ImageKit, and waits no longer than told, also where the signal is not listened to: between its tries the client does not.
 * @throws media-unavailable, storage-failed instead of what its client throws
 */
export async function atImageKit<Answer>(
  ask: (terms: RequestTerms) => PromiseLike<Answer>,
  { millis = patienceMillis, signal }: Patience = {},
): Promise<Answer> {
  try {
    return await within({ millis, signal }, (own) =>
      ask({ signal: own, timeout: millis, fetchOptions: { redirect: 'error' } }),
    )
  } catch (error) {
    signal?.throwIfAborted()
    throw explain(error)
  }
}
