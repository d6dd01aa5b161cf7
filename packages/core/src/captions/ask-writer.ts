import { within } from '../within.ts'
import type { CaptionAnswer, CaptionRequest, CaptionWriter } from './caption-writer.ts'
import { CaptionsUnavailableError, isKithError, isRetryLater } from '../errors.ts'
import { cleanSuggestions } from './clean-suggestions.ts'

/** The result of calling a writer. */
export type Asked =
  { outcome: 'answered'; answer: CaptionAnswer } | { outcome: 'unavailable'; error: CaptionsUnavailableError }

/**
 * Calls a writer that may misbehave in any way, and never throws. A response has at least one suggestion, already
 * cleaned. The wait ends when `signal` is aborted, whether or not the writer observes it.
 */
export async function askWriter(
  writer: CaptionWriter,
  request: CaptionRequest,
  signal: AbortSignal,
): Promise<Asked> {
  try {
    const answer = await within({ signal }, () => writer.suggest(request, signal))
    const suggestions = cleanSuggestions(answer.suggestions, request.count)
    if (suggestions.length > 0) return { outcome: 'answered', answer: { ...answer, suggestions } }
    const { writer: asked, usage, failures = [] } = answer
    const empty = { writer: asked, reason: 'empty', usage, cause: null } as const
    return { outcome: 'unavailable', error: new CaptionsUnavailableError([...failures, empty]) }
  } catch (thrown) {
    return { outcome: 'unavailable', error: toUnavailable(thrown, writer.name, signal) }
  }
}

/** Converts anything that `writer` threw to an error with a reason. `signal` is the one it was given. */
function toUnavailable(thrown: unknown, writer: string, signal: AbortSignal): CaptionsUnavailableError {
  if (isKithError(thrown) && thrown.code === 'captions-unavailable') return thrown
  const failure = { writer, usage: null, cause: thrown }
  if (isRetryLater(thrown))
    return new CaptionsUnavailableError([{ ...failure, reason: 'limited' }], thrown.retryAfterSeconds)
  return new CaptionsUnavailableError([{ ...failure, reason: signal.aborted ? 'late' : 'failed' }])
}
