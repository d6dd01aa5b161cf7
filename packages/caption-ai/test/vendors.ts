import { createAnthropic } from '@ai-sdk/anthropic'
import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import type { LanguageModel } from 'ai'
import { anthropicKey } from './anthropic-double.ts'
import { openaiKey } from './openai-double.ts'

/** An OpenAI model, at the double of its host. */
export function openaiModel(url: string, apiKey: string = openaiKey): LanguageModel {
  return createOpenAICompatible({
    name: 'openai',
    baseURL: `${url}/v1`,
    apiKey,
    supportsStructuredOutputs: true,
  })('gpt-5-mini')
}

/** An Anthropic model, at the double of its host. */
export function anthropicModel(url: string, apiKey: string = anthropicKey): LanguageModel {
  return createAnthropic({ baseURL: `${url}/v1`, apiKey })('claude-haiku-4-5')
}
