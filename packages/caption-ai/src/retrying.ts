import { setTimeout } from 'node:timers/promises'
import { failureOf } from './model-failure.ts'

/** How often, and until when, to try. */
export interface RetryTerms {
  maxRetries: number
  timeoutSeconds: number
  signal: AbortSignal
}

/**
 * Calls a model, and retries if its host could not respond: after the pause that the host requests, or half a second,
 * one, two. A pause of more than half of the remaining time is skipped, since a response could hardly follow: the
 * caller gets the host's error immediately.
 */
export async function retrying<Result>(
  call: () => Promise<Result>,
  { maxRetries, timeoutSeconds, signal }: RetryTerms,
): Promise<Result> {
  const endsAt = performance.now() + timeoutSeconds * 1000
  for (let retry = 0; ; retry++) {
    try {
      return await call()
    } catch (error) {
      signal.throwIfAborted()
      const { isRetryable, retryAfterSeconds } = failureOf(error)
      const pauseMillis = (retryAfterSeconds ?? 2 ** retry / 2) * 1000
      const leftMillis = endsAt - performance.now()
      if (!isRetryable || retry >= maxRetries || pauseMillis > leftMillis / 2) throw error
      await setTimeout(pauseMillis, undefined, { signal })
    }
  }
}
