import { type Duration, durationSeconds } from '../duration.ts'
import { askWriter } from './ask-writer.ts'
import type { CaptionFailure, CaptionWriter } from './caption-writer.ts'
import { CaptionsUnavailableError } from '../errors.ts'

/** A writer and its timeout: an equal share of the remaining time unless set. */
export type FallbackEntry = CaptionWriter | { writer: CaptionWriter; timeout: Duration }

/** The rest of the time is for reporting who was late, before the caller stops waiting. */
const usableShare = 0.98

/**
 * Creates a writer that tries others in order: one that fails, times out or returns nothing is followed by the next.
 * The response names the writer, and those that failed before.
 * @throws TypeError without writers, and for an invalid timeout
 */
export function createFallbackCaptions(entries: readonly FallbackEntry[]): CaptionWriter {
  if (entries.length === 0) throw new TypeError('createFallbackCaptions: give at least one writer')
  const steps = entries.map(readEntry)

  return {
    name: 'fallback',
    async suggest(request, signal) {
      const endsAt = performance.now() + request.timeoutSeconds * usableShare * 1000
      const failures: CaptionFailure[] = []
      let retryAfterSeconds = Infinity
      for (const [index, { writer, limitSeconds }] of steps.entries()) {
        signal.throwIfAborted()
        const leftSeconds = Math.max(0, (endsAt - performance.now()) / 1000)
        const timeoutSeconds = Math.min(leftSeconds, limitSeconds ?? leftSeconds / (steps.length - index))
        const share = AbortSignal.any([signal, AbortSignal.timeout(Math.ceil(timeoutSeconds * 1000))])
        const asked = await askWriter(writer, { ...request, timeoutSeconds }, share)
        if (asked.outcome === 'answered') {
          const { answer } = asked
          return { ...answer, failures: [...failures, ...(answer.failures ?? [])] }
        }
        failures.push(...asked.error.failures)
        retryAfterSeconds = Math.min(retryAfterSeconds, asked.error.retryAfterSeconds)
      }
      signal.throwIfAborted()
      throw new CaptionsUnavailableError(failures, retryAfterSeconds)
    },
  }
}

function readEntry(
  entry: FallbackEntry,
  index: number,
): { writer: CaptionWriter; limitSeconds: number | null } {
  if (!('writer' in entry)) return { writer: entry, limitSeconds: null }
  const limitSeconds = durationSeconds(entry.timeout, `createFallbackCaptions: ${index}.timeout`)
  return { writer: entry.writer, limitSeconds }
}
