import { setTimeout } from 'node:timers/promises'
import { failureOf } from './model-failure.ts'

/** How often, and until when, to try. */
export interface RetryTerms {
  maxRetries: number
  timeoutSeconds: number
  signal: AbortSignal
}

/**
 * Calls a model, again where its host could not answer: after the pause that the host asks for, or half a second, one,
 * two. A pause of more than half of the time that is left is not made, since hardly a response could follow: the caller
 * learns at once what the host said.
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
