import {
  type CaptionWriter,
  createFallbackCaptions,
  createSketchCaptions,
  type KithOptions,
} from '@kith/core'
import type { ModelSettings } from './settings.ts'

/** Captions by the model that the settings name, and sketches where there is none or it does not deliver. */
export async function createDemoCaptions(model: ModelSettings | null): Promise<KithOptions['captions']> {
  const sketches = createSketchCaptions()
  if (!model) return sketches
  const entries = [{ writer: await loadWriter(model), timeout: '25s' } as const, sketches]
  return { writer: createFallbackCaptions(entries), timeout: '30s' }
}

// Loaded here, so that a demo without a model starts as fast as before.
async function loadWriter({ name, apiKey, baseUrl }: ModelSettings): Promise<CaptionWriter> {
  const { createOpenAICompatible } = await import('@ai-sdk/openai-compatible')
  const { createAiCaptions } = await import('@kith/caption-ai')
  const host = createOpenAICompatible({
    name: 'demo',
    baseURL: baseUrl,
    supportsStructuredOutputs: true,
    ...(apiKey !== undefined && { apiKey }),
  })
  return createAiCaptions({ model: host(name) })
}
