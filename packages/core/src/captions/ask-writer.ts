import { within } from '../within.ts'
import type { CaptionAnswer, CaptionRequest, CaptionWriter } from './caption-writer.ts'
import { CaptionsUnavailableError } from '../errors.ts'
import { toUnavailable } from './captions-unavailable.ts'
import { cleanSuggestions } from './clean-suggestions.ts'

/** What came of asking a writer. */
export type Asked =
  { outcome: 'answered'; answer: CaptionAnswer } | { outcome: 'unavailable'; error: CaptionsUnavailableError }

/**
 * Asks a writer that may be broken in any way, and throws nothing. An answer has at least one suggestion, and they are
 * clean. The wait ends where `signal` is aborted, whether the writer listens to it or not.
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
