import { isKithError, RetryLaterError } from '../errors.ts'
import type { CaptionFailure } from './caption-writer.ts'

/** A model that is down or slow is rarely so for less. */
const usualRetrySeconds = 30

/** Raised where nobody wrote a caption: says who was asked, in order, and why each did not deliver. */
export class CaptionsUnavailableError extends RetryLaterError {
  override readonly name = 'CaptionsUnavailableError'
  /** At least one. The cause of the last is the cause of this error. */
  readonly failures: readonly CaptionFailure[]

  constructor(failures: readonly CaptionFailure[], retryAfterSeconds: number = usualRetrySeconds) {
    super('captions-unavailable', Math.max(1, Math.ceil(retryAfterSeconds)), failures.at(-1)?.cause)
    this.failures = failures
  }
}

/** Whatever `writer` threw, as the error that says why. `signal` is the one it was given. */
export function toUnavailable(
  thrown: unknown,
  writer: string,
  signal: AbortSignal,
): CaptionsUnavailableError {
  // By name, since the error may come from another copy of the package.
  if (isKithError(thrown) && thrown.name === 'CaptionsUnavailableError')
    return thrown as CaptionsUnavailableError
  const failure = { writer, usage: null, cause: thrown }
  if (isKithError(thrown) && 'retryAfterSeconds' in thrown)
    return new CaptionsUnavailableError([{ ...failure, reason: 'limited' }], Number(thrown.retryAfterSeconds))
  return new CaptionsUnavailableError([{ ...failure, reason: signal.aborted ? 'late' : 'failed' }])
}
