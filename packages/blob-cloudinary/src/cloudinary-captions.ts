import { CaptionsUnavailableError, isKithError } from '@kith/core'
import { cleanSuggestions } from '@kith/core/adapter'
import type { CaptionFailureReason, CaptionWriter } from '@kith/core/ports'
import { downloadAddress } from './addresses.ts'
import { Refusal } from './cloudinary-errors.ts'
import { type CloudinaryMediaOptions, openPlace } from './cloudinary-media.ts'

const name = 'cloudinary-captioning'

/** Statuses of a caption service whose limit is reached; 402 if the add-on is used up. */
const limits: readonly number[] = [402, 420, 429]

/** How long an image URL is valid after the time limit of its caption. */
const spareMillis = 60_000

/**
 * Creates a writer that uses Cloudinary to describe images stored there: pass it the options of
 * {@link createCloudinaryMedia}. It returns one suggestion, in English, regardless of hint and language. The account
 * needs the add-on AI Content Analysis.
 * @throws TypeError for invalid options
 */
export function createCloudinaryCaptions(options: CloudinaryMediaOptions): CaptionWriter {
  const { api, names, type } = openPlace(options)
  return {
    name,
    async suggest({ mediaId, count, timeoutSeconds }, signal) {
      const until = new Date(Date.now() + timeoutSeconds * 1000 + spareMillis)
      const target = { publicId: names.blob(mediaId), type, kind: 'image', rendition: 'feed' } as const
      try {
        signal.throwIfAborted()
        const caption = await api.caption(downloadAddress(api, target, until), { timeoutSeconds, signal })
        const suggestions = cleanSuggestions([caption], count)
        if (suggestions.length > 0) return { suggestions, writer: name, usage: null }
      } catch (error) {
        throw unavailable(signal.aborted || isLate(error) ? 'late' : reasonOf(error), error)
      }
      throw unavailable('empty', null)
    },
  }
}

function unavailable(reason: CaptionFailureReason, cause: unknown): CaptionsUnavailableError {
  const refusal = refusalOf(cause)
  const failure = { writer: name, reason, usage: null, cause: refusal ?? cause }
  return new CaptionsUnavailableError(
    [failure],
    reason === 'limited' ? refusal?.retryAfterSeconds : undefined,
  )
}

function reasonOf(error: unknown): CaptionFailureReason {
  return limits.includes(refusalOf(error)?.status ?? 0) ? 'limited' : 'failed'
}

function refusalOf(error: unknown): Refusal | null {
  return isKithError(error) && error.cause instanceof Refusal ? error.cause : null
}

function isLate(error: unknown): boolean {
  return isKithError(error) && error.cause instanceof Error && error.cause.name === 'TimeoutError'
}
