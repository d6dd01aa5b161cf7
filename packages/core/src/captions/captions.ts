import { z } from 'zod'
import type { Core } from '../core.ts'
import { isKithError, KithError, RetryLaterError } from '../errors.ts'
import { lineOfText, parseInput } from '../input.ts'
import { isServed } from '../media/blob-store.ts'
import type { MediaRecord } from '../media/media-store.ts'
import type { Viewer } from '../viewer.ts'

/** What suggestions are asked for. */
export interface SuggestInput {
  /** What the author wants said. */
  hint?: string | undefined
  /** BCP 47. @default 'en' */
  language?: string | undefined
  /** How many, 1 to 5. @default 3 */
  count?: number | undefined
}

/** The schema of {@link SuggestInput}. */
export const suggestInput: z.ZodType<SuggestInput> = z.strictObject({
  hint: lineOfText(300).optional(),
  language: z
    .string()
    .regex(/^[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}$/, 'Give a language tag like en or de-AT')
    .optional(),
  count: z.number().int().min(1).max(5).optional(),
})

/** Caption suggestions. None is ever published by itself. */
export interface Captions {
  /** Suggests captions for one's own image. @throws media-not-found, captions-unavailable, rate-limited */
  suggest(viewer: Viewer, mediaId: string, input?: SuggestInput): Promise<{ suggestions: string[] }>
}

/** A model that is down or slow is rarely so for less. */
const retrySeconds = 30

/** Creates the captions of one Kith instance. */
export function createCaptions(core: Core): Captions {
  const { captions: config, media: mediaConfig } = core.config

  async function* openImage({ id }: MediaRecord): AsyncGenerator<Uint8Array> {
    const { blobs } = mediaConfig
    const served = blobs && isServed(blobs) ? await blobs.read(id, 'feed', () => null) : null
    if (served) return yield* served.bytes
    const response = await core.config.fetch(blobs?.url(id, 'feed') ?? '')
    if (!response.ok || !response.body) throw unavailable()
    yield* response.body
  }

  return {
    async suggest(viewer, mediaId, input = {}) {
      const { hint = null, language = 'en', count = 3 } = parseInput(suggestInput, input)
      if (!config.writer) throw new KithError('not-configured', { detail: 'Give `captions` to createKith.' })
      await core.attempts.byAccount('captionByAccount', viewer.userId)
      const [item] = await core.storage.media.byIds([mediaId])
      if (
        !item ||
        item.ownerId !== viewer.userId ||
        item.kind !== 'image' ||
        item.state !== 'ready' ||
        !item.measures
      ) {
        throw new KithError('media-not-found', { detail: 'Give an image upload of yours.' })
      }
      const { lightness, saturation, thumbhash, ...measures } = item.measures
      const request = {
        measures: {
          ...measures,
          lightness: lightness ?? 0,
          saturation: saturation ?? 0,
          thumbhash: thumbhash ?? '',
        },
        image: async () => openImage(item),
        hint,
        language,
        count,
      }
      const suggestions = await withTimeout(config.timeoutSeconds, (signal) =>
        config.writer?.suggest(request, signal),
      )
      const clean = [...new Set((suggestions ?? []).map((text) => text.trim()).filter((text) => text !== ''))]
      if (clean.length === 0) throw unavailable()
      return { suggestions: clean.slice(0, count) }
    },
  }
}

// The race ends the wait also for a writer that does not listen to its signal.
async function withTimeout<Result>(
  seconds: number,
  work: (signal: AbortSignal) => Promise<Result> | undefined,
): Promise<Result | undefined> {
  const signal = AbortSignal.timeout(seconds * 1000)
  const late = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
  })
  try {
    return await Promise.race([work(signal), late])
  } catch (error) {
    throw isKithError(error) ? error : unavailable(error)
  }
}

function unavailable(cause?: unknown): RetryLaterError {
  return new RetryLaterError('captions-unavailable', retrySeconds, cause)
}
