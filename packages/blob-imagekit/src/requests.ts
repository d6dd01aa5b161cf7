import { type Patience, within } from '@kith/core/adapter'
import { explain } from './imagekit-errors.ts'

/** The maximum duration of a call, including the client's retries, and of a pause in a body. */
export const patienceMillis = 10_000

/** Options of each request. */
export interface RequestTerms {
  signal: AbortSignal
  /** Of one attempt, in milliseconds: without it the client would abort a long upload. */
  timeout: number
  /** Redirects are not followed. Otherwise `fetch` would also keep everything it has sent, in case of one. */
  fetchOptions: { redirect: 'error' }
}

/**
 * Calls ImageKit with a time limit, even if the signal is not observed: between its attempts the client does not.
 * @throws media-unavailable, storage-failed instead of its client's errors
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
