import { CaptionsUnavailableError, isKithError, isRetryLater } from '../errors.ts'

/** Whatever `writer` threw, as the error that says why. `signal` is the one it was given. */
export function toUnavailable(
  thrown: unknown,
  writer: string,
  signal: AbortSignal,
): CaptionsUnavailableError {
  if (isKithError(thrown) && thrown.code === 'captions-unavailable') return thrown
  const failure = { writer, usage: null, cause: thrown }
  if (isRetryLater(thrown))
    return new CaptionsUnavailableError([{ ...failure, reason: 'limited' }], thrown.retryAfterSeconds)
  return new CaptionsUnavailableError([{ ...failure, reason: signal.aborted ? 'late' : 'failed' }])
}
