import * as z from 'zod'
import type { Core } from '../core.ts'
import { KithError } from '../errors.ts'
import { lineOfText, parseInput } from '../input.ts'
import { createOneAtATime } from '../one-at-a-time.ts'
import type { ImageMeasures } from '../media/image-processor.ts'
import type { Viewer } from '../viewer.ts'
import { askWriter } from './ask-writer.ts'
import type { CaptionFailure, CaptionRequest, CaptionWriter } from './caption-writer.ts'
import { cleanHint } from './hint.ts'
import { openImage } from './open-image.ts'

/** The input for suggestions. */
export interface SuggestInput {
  /** What the author wants the caption to say. */
  hint?: string | undefined
  /** BCP 47. @default the writer's default language */
  language?: string | undefined
  /** How many, 1 to 5. @default 3 @reason Enough to choose from; each one costs tokens. */
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

/** Caption suggestions. None is ever published automatically. */
export interface Captions {
  /**
   * Suggests captions for the viewer's own image. If `signal` is aborted the writer stops, and the call rejects with
   * its reason.
   * @throws media-not-found, captions-unavailable, rate-limited
   */
  suggest(
    viewer: Viewer,
    mediaId: string,
    input?: SuggestInput,
    signal?: AbortSignal,
  ): Promise<{ suggestions: string[] }>
}

/** Creates the captions of one Kith instance. */
export function createCaptions(core: Core): Captions {
  const { captions: config, media, fetch, log } = core.config
  const oneAtATime = createOneAtATime()

  function tellFailures(
    told: { userId: string; mediaId: string },
    failures: readonly CaptionFailure[],
  ): void {
    for (const { writer, reason, usage, cause } of failures) {
      core.emit('caption.failed', { ...told, writer, reason, usage })
      // The other reasons are routine; this one needs a person to look into it.
      if (reason === 'failed')
        log.warn('captions.writer-failed', {
          message: `The caption writer ${writer} failed.`,
          error: cause,
          fields: { writer },
        })
    }
  }

  async function ask(
    writer: CaptionWriter,
    { userId }: Viewer,
    {
      caller,
      ...wanted
    }: Pick<CaptionRequest, 'mediaId' | 'hint' | 'language' | 'count'> & {
      caller: AbortSignal | undefined
    },
  ): Promise<{ suggestions: string[] }> {
    const { mediaId } = wanted
    const { timeoutSeconds } = config
    // It may have waited for its turn.
    caller?.throwIfAborted()
    const measures = await demandMeasures(core, userId, mediaId)
    const timeout = AbortSignal.timeout(timeoutSeconds * 1000)
    const signal = caller ? AbortSignal.any([timeout, caller]) : timeout
    const until = new Date(core.clock().getTime() + timeoutSeconds * 1000)
    const image = async () => openImage(mediaId, { media, fetch, until, signal })
    const asked = await askWriter(writer, { ...wanted, measures, image, timeoutSeconds }, signal)
    // Not a failure of the writer: the caller no longer waits.
    if (asked.outcome === 'unavailable') caller?.throwIfAborted()
    const told = { userId, mediaId }
    if (asked.outcome === 'unavailable') {
      tellFailures(told, asked.error.failures)
      throw asked.error
    }
    const { suggestions, writer: name, usage, failures = [] } = asked.answer
    tellFailures(told, failures)
    core.emit('caption.suggested', { ...told, writer: name, usage })
    return { suggestions }
  }

  return {
    // eslint-disable-next-line @typescript-eslint/max-params -- the input is what a client sends, and the signal is not
    async suggest(viewer, mediaId, input = {}, caller) {
      const { writer } = config
      if (!writer) throw new KithError('not-configured', { detail: 'Give `captions` to createKith.' })
      // Counted first: invalid input costs work as well.
      await core.limits.byAccount('captionByAccount', viewer.userId)
      const { hint: typed = null, language = null, count = 3 } = parseInput(suggestInput, input)
      // Cleaned for every writer: a model reads characters that the author does not see.
      const hint = cleanHint(typed)
      // One model call at a time per account, however many images it asks about.
      return await oneAtATime(viewer.userId, () =>
        ask(writer, viewer, { mediaId, hint, language, count, caller }),
      )
    },
  }
}

async function demandMeasures(core: Core, userId: string, mediaId: string): Promise<ImageMeasures> {
  const [item] = await core.storage.media.byIds([mediaId])
  const isReady = item?.ownerId === userId && item.kind === 'image' && item.state === 'ready'
  if (!isReady || !item.measures)
    throw new KithError('media-not-found', { detail: 'Use the id of one of your image uploads.' })
  const { lightness, saturation, thumbhash, ...measures } = item.measures
  return {
    ...measures,
    lightness: lightness ?? 0,
    saturation: saturation ?? 0,
    thumbhash: thumbhash ?? '',
  }
}
