import { CaptionsUnavailableError } from '@kith/core'
import { cleanSuggestions, optionError } from '@kith/core/adapter'
import type { CaptionWriter } from '@kith/core/ports'
import type { LanguageModel } from 'ai'
import { z } from 'zod'
import { askModel, type Reasoning } from './ask-model.ts'
import { languageName } from './language-name.ts'
import { failureOf } from './model-failure.ts'
import { readPicture } from './picture.ts'
import { instructionsFor, messageFor } from './prompt.ts'
import { retrying } from './retrying.ts'

/** How a model writes captions. */
export interface AiCaptionsOptions {
  /** A model that accepts images: from any provider of the AI SDK, or its name at the AI Gateway. */
  model: LanguageModel
  /** The tone of this app's captions: `'short and dry, no emoji'`. An instruction to the model. @default none */
  style?: string | undefined
  /** The language, BCP 47, if the user requests none, or an unknown one. @default 'en' */
  language?: string | undefined
  /**
   * How much the model thinks first, if its provider supports that: `'none'`, `'minimal'` … `'high'`. @default
   * 'provider-default'
   */
  reasoning?: Reasoning | undefined
  /**
   * The maximum number of tokens of a response, thinking included. @default 2000 @reason Five captions are a few
   * hundred; the rest is for models that think first.
   */
  maxOutputTokens?: number | undefined
  /**
   * How often to retry if the model host did not respond, as far as time allows. @default 1 @reason A second failure in
   * a row is rarely chance, and each call costs.
   */
  maxRetries?: number | undefined
  /**
   * The maximum size of an image; Anthropic accepts 5 MB of base64. @default 3 MiB @reason The smallest limit among the
   * model hosts, minus the base64 overhead.
   */
  maxImageBytes?: number | undefined
}

const optionsSchema = z.strictObject({
  model: z.custom<LanguageModel>(isModel, 'Give a model of the AI SDK, or its name at the AI Gateway'),
  style: z.string().trim().min(1).max(1000).optional(),
  language: z
    .string()
    .refine((tag) => languageName(tag) !== null, 'Unknown language')
    .default('en'),
  reasoning: z
    .enum(['provider-default', 'none', 'minimal', 'low', 'medium', 'high'])
    .default('provider-default'),
  maxOutputTokens: z.number().int().min(1).default(2_000),
  maxRetries: z.number().int().min(0).max(10).default(1),
  maxImageBytes: z
    .number()
    .int()
    .min(1)
    .default(3 * 1024 * 1024),
})

/**
 * Creates a writer that sends an image, in its feed rendition, to a vision model and requests all suggestions in one
 * response. Performs no I/O until a suggestion is requested.
 * @throws TypeError for invalid options; the message names the option
 */
export function createAiCaptions(options: AiCaptionsOptions): CaptionWriter {
  const { success, data, error } = optionsSchema.safeParse(options)
  if (!success) throw optionError('createAiCaptions', error)
  const { model, style, maxOutputTokens, maxRetries, maxImageBytes, reasoning } = data
  const ownLanguage = languageName(data.language) ?? data.language
  const writer = typeof model === 'string' ? model : model.modelId

  return {
    name: writer,
    async suggest({ image, hint, language, count, timeoutSeconds }, signal) {
      const message = messageFor(await readPicture(await image(), maxImageBytes, signal), hint)
      const spoken = (language === null ? null : languageName(language)) ?? ownLanguage
      const instructions = instructionsFor({ count, language: spoken, style })
      const call = { model, instructions, message, maxOutputTokens, reasoning, signal }
      const terms = { maxRetries, timeoutSeconds, signal }
      const answer = await retrying(() => askModel(call), terms).catch((thrown: unknown) => {
        signal.throwIfAborted()
        const { reason, cause, retryAfterSeconds } = failureOf(thrown)
        const failure = { writer, reason, usage: null, cause }
        throw new CaptionsUnavailableError([failure], retryAfterSeconds ?? undefined)
      })
      const { usage, finishReason } = answer
      const suggestions = cleanSuggestions(answer.suggestions, count)
      if (suggestions.length > 0) return { suggestions, writer, usage }
      const reason = finishReason === 'content-filter' ? 'refused' : 'empty'
      const cause = new Error(`The model suggested nothing and ended with ${finishReason}`)
      throw new CaptionsUnavailableError([{ writer, reason, usage, cause }])
    },
  }
}

// Only inspected, not copied: a model is a stateful object.
function isModel(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return typeof value === 'string' && value !== ''
  return 'modelId' in value && 'doGenerate' in value
}
