import type { CaptionUsage } from '@kith/core/ports'
import {
  type FinishReason,
  generateText,
  type LanguageModel,
  type LanguageModelUsage,
  NoObjectGeneratedError,
  NoOutputGeneratedError,
  Output,
  type UserModelMessage,
} from 'ai'
import { z } from 'zod'

/** How much a model thinks before it writes. */
export type Reasoning = 'provider-default' | 'none' | 'minimal' | 'low' | 'medium' | 'high'

/** One call of a model. */
export interface ModelCall {
  model: LanguageModel
  instructions: string
  message: UserModelMessage
  maxOutputTokens: number
  reasoning: Reasoning
  signal: AbortSignal
}

/** The response of a model, and its usage. */
export interface ModelAnswer {
  /** Empty if it returned nothing in the requested format. */
  suggestions: readonly string[]
  finishReason: FinishReason
  usage: CaptionUsage
}

/** No limits: some vendors refuse them, and a response with one suggestion too many is still usable. */
const schema = z.object({ suggestions: z.array(z.string()) })

/** Calls a model once. Throws if its host did not respond. */
export async function askModel({ message, signal, ...settings }: ModelCall): Promise<ModelAnswer> {
  try {
    const result = await generateText({
      ...settings,
      messages: [message],
      output: Output.object({ schema, name: 'captions' }),
      maxRetries: 0,
      abortSignal: signal,
      // Users' pictures and hints do not belong in the traces of an app.
      telemetry: { functionId: 'kith.captions', recordInputs: false, recordOutputs: false },
    })
    const { finishReason, usage, response } = result.finalStep
    const suggestions = finishReason === 'content-filter' ? [] : suggestionsOf(result)
    return { suggestions, finishReason, usage: readUsage(usage, response.modelId) }
  } catch (error) {
    // It did respond: with something other than JSON, or other JSON.
    if (!NoObjectGeneratedError.isInstance(error) || !error.usage) throw error
    const { usage, finishReason = 'other', response } = error
    return { suggestions: [], finishReason, usage: readUsage(usage, response?.modelId ?? '') }
  }
}

function suggestionsOf(result: { readonly output: z.infer<typeof schema> }): readonly string[] {
  try {
    return result.output.suggestions
  } catch (error) {
    if (NoOutputGeneratedError.isInstance(error)) return []
    throw error
  }
}

function readUsage(usage: LanguageModelUsage, model: string): CaptionUsage {
  return {
    model,
    inputTokens: usage.inputTokens ?? null,
    outputTokens: usage.outputTokens ?? null,
    cachedInputTokens: usage.inputTokenDetails.cacheReadTokens ?? null,
  }
}
