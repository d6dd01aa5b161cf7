import {
  createFallbackCaptions,
  createSketchCaptions,
  type FallbackEntry,
  type KithOptions,
} from '@kith/core'
import type { CaptionWriter } from '@kith/core/ports'
import type { LanguageModel } from 'ai'
import { demand, type Environment } from './environment.ts'

/** The writer that suggests captions. */
export interface ChosenCaptions {
  option: KithOptions['captions']
  /** Where images are sent for a caption; `null` if they are not sent anywhere. */
  sentTo: string | null
}

interface ModelChoice {
  sentTo: string
  load: () => Promise<LanguageModel>
}

/**
 * The model that the environment names, then the writer of the media host if there is one, then sketches, which need
 * neither. `CAPTION_MODEL=none` keeps images where they are, whatever keys are set.
 */
export async function chooseCaptions(
  env: Environment,
  ofHost: CaptionWriter | null,
): Promise<ChosenCaptions> {
  const sketches = createSketchCaptions()
  if (env['CAPTION_MODEL'] === 'none') return { option: sketches, sentTo: null }
  const model = chooseModel(env)
  const writers: FallbackEntry[] = []
  if (model) writers.push({ writer: await loadWriter(model), timeout: '25s' })
  if (ofHost) writers.push({ writer: ofHost, timeout: '15s' })
  if (writers.length === 0) return { option: sketches, sentTo: null }
  const writer = createFallbackCaptions([...writers, sketches])
  return { option: { writer, timeout: model ? '45s' : '20s' }, sentTo: model?.sentTo ?? null }
}

async function loadWriter({ load }: ModelChoice): Promise<CaptionWriter> {
  const { createAiCaptions } = await import('@kith/caption-ai')
  return createAiCaptions({ model: await load() })
}

function chooseModel(env: Environment): ModelChoice | null {
  const { CAPTION_MODEL: name, OPENAI_API_KEY, OPENAI_BASE_URL, ANTHROPIC_API_KEY } = env
  if (name) return name.startsWith('claude') ? anthropicModel(env, name) : openaiModel(env, name)
  if (OPENAI_API_KEY || OPENAI_BASE_URL) return openaiModel(env, 'gpt-5-mini')
  return ANTHROPIC_API_KEY ? anthropicModel(env, 'claude-haiku-4-5') : null
}

/** OpenAI, or any host with a compatible API, which may need no key. */
function openaiModel(env: Environment, name: string): ModelChoice {
  const { OPENAI_BASE_URL: elsewhere } = env
  const apiKey = elsewhere ? env['OPENAI_API_KEY'] : demand(env, 'OPENAI_API_KEY', `CAPTION_MODEL=${name}`)
  const baseURL = elsewhere || 'https://api.openai.com/v1'
  return {
    sentTo: baseURL,
    async load() {
      const { createOpenAICompatible } = await import('@ai-sdk/openai-compatible')
      const settings = { name: 'openai', baseURL, supportsStructuredOutputs: true }
      return createOpenAICompatible({ ...settings, ...(apiKey && { apiKey }) })(name)
    },
  }
}

function anthropicModel(env: Environment, name: string): ModelChoice {
  const apiKey = demand(env, 'ANTHROPIC_API_KEY', `CAPTION_MODEL=${name}`)
  const baseURL = env['ANTHROPIC_BASE_URL'] || 'https://api.anthropic.com/v1'
  return {
    sentTo: baseURL,
    async load() {
      const { createAnthropic } = await import('@ai-sdk/anthropic')
      return createAnthropic({ apiKey, baseURL })(name)
    },
  }
}
