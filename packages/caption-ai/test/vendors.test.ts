import { inspect } from 'node:util'
import { createAnthropic } from '@ai-sdk/anthropic'
import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import type { CaptionsUnavailableError } from '@kith/core'
import type { CaptionAnswer, CaptionRequest } from '@kith/core/ports'
import type { LanguageModel } from 'ai'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { type AiCaptionsOptions, createAiCaptions } from '../src/index.ts'
import { anthropicError, anthropicKey, message, startAnthropic } from './anthropic-double.ts'
import { completion, openaiError, openaiKey, startOpenai } from './openai-double.ts'
import { pixel, requestFor, waiting } from './request.ts'
import { anthropicModel, openaiModel } from './vendors.ts'
import type { Trouble, VendorDouble, VendorReply } from './vendor-double.ts'

const suggestions = ['First light over the bay.', 'Nobody up but the gulls.', 'Salt air and silence.']
const hint = 'the bay before breakfast'
/** Contained in every text of a vendor, and never in ours. */
const vendorsWords = 'organization org-4711'

interface Vendor {
  name: string
  start: (suggestions: readonly string[]) => Promise<VendorDouble>
  model: (url: string, apiKey?: string) => LanguageModel
  error: (status: number, headers?: Readonly<Record<string, string>>) => VendorReply
  refusal: VendorReply
  cutOff: VendorReply
  otherJson: VendorReply
  noJson: VendorReply
  usage: object
}

const openai: Vendor = {
  name: 'OpenAI',
  start: startOpenai,
  model: openaiModel,
  error: (status, headers) => openaiError(status, { code: null, message: `Oh, ${vendorsWords}` }, headers),
  refusal: completion({ content: null, refusal: `I cannot help, ${vendorsWords}` }),
  cutOff: completion({ content: '{"suggestions": ["First li' }, 'length'),
  otherJson: completion({ content: '{"captions": "none"}' }),
  noJson: completion({ content: `Sure, ${vendorsWords}` }),
  usage: { model: 'gpt-5-mini-2026-08-07', inputTokens: 1117, outputTokens: 46, cachedInputTokens: 1024 },
}

const anthropicErrors: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  429: 'rate_limit_error',
  500: 'api_error',
  529: 'overloaded_error',
}

const anthropic: Vendor = {
  name: 'Anthropic',
  start: startAnthropic,
  model: anthropicModel,
  error: (status, headers) =>
    anthropicError(
      status,
      { type: anthropicErrors[status] ?? 'api_error', message: `Oh, ${vendorsWords}` },
      headers,
    ),
  refusal: message([], 'refusal'),
  cutOff: message([{ type: 'text', text: '{"suggestions": ["First li' }], 'max_tokens'),
  otherJson: message([{ type: 'text', text: '{"captions": "none"}' }]),
  noJson: message([{ type: 'text', text: `Sure, ${vendorsWords}` }]),
  usage: { model: 'claude-haiku-4-5-20251001', inputTokens: 1117, outputTokens: 46, cachedInputTokens: 1024 },
}

const open: VendorDouble[] = []
afterEach(async () => {
  for (const double of open.splice(0)) await double.close()
})

describe.each([openai, anthropic])('a model of $name', (vendor) => {
  async function start(troubles: readonly Trouble[] = []): Promise<VendorDouble> {
    const double = await vendor.start(suggestions)
    open.push(double)
    double.troubles.push(...troubles)
    return double
  }

  function ask(
    { url }: VendorDouble,
    options: Partial<AiCaptionsOptions> = {},
    [fields, signal]: [Partial<CaptionRequest>, AbortSignal?] = [{}],
  ): Promise<CaptionAnswer> {
    const writer = createAiCaptions({ model: vendor.model(url), ...options })
    return writer.suggest(requestFor({ hint, ...fields }), signal ?? waiting)
  }

  async function failureOf(call: Promise<unknown>): Promise<CaptionsUnavailableError> {
    const error = await call.then(
      () => expect.fail('it delivered'),
      (thrown: unknown) => thrown as CaptionsUnavailableError,
    )
    expect(error).toMatchObject({ code: 'captions-unavailable' })
    // Deeper than any logger prints.
    const printed = inspect(error, { depth: 20, showHidden: true, maxStringLength: null })
    for (const secret of [openaiKey, anthropicKey, hint, vendorsWords, pixel.toString('base64').slice(0, 20)])
      expect(printed).not.toContain(secret)
    expect(error.failures).toHaveLength(1)
    return error
  }

  test('gives all suggestions in one response, with its usage', async () => {
    const double = await start()
    const { usage } = vendor
    const writer = createAiCaptions({ model: vendor.model(double.url) }).name
    expect(await ask(double)).toEqual({ suggestions, writer, usage })
    expect(double.calls).toHaveLength(1)
    expect(double.calls[0]?.body).toMatchObject({ max_tokens: 2000 })
  })

  test('is limited to its number of tokens', async () => {
    const double = await start([vendor.cutOff])
    const error = await failureOf(ask(double, { maxOutputTokens: 300 }))
    expect(double.calls[0]?.body).toMatchObject({ max_tokens: 300 })
    expect(error.failures).toMatchObject([{ reason: 'empty', usage: vendor.usage }])
    expect(String(error.cause)).toMatch(/length/)
  })

  test('that refuses still has usage', async () => {
    const error = await failureOf(ask(await start([vendor.refusal])))
    expect(error.failures).toMatchObject([{ reason: 'refused', usage: vendor.usage }])
    expect(String(error.cause)).toMatch(/content-filter/)
  })

  test.each(['otherJson', 'noJson'] as const)('that responds with %s has suggested nothing', async (form) => {
    const error = await failureOf(ask(await start([vendor[form]])))
    expect(error.failures).toMatchObject([{ reason: 'empty', usage: vendor.usage }])
  })

  test('is not called again with a wrong key, which only the cause reports, without the key', async () => {
    const double = await start()
    const error = await failureOf(ask(double, { model: vendor.model(double.url, 'sk-wrong-key') }))
    expect(error.failures).toMatchObject([{ reason: 'failed', usage: null }])
    expect(error.cause).toEqual(new Error('The model host responded with 401'))
    expect(inspect(error, { depth: 20 })).not.toContain('sk-wrong-key')
    expect(double.calls).toHaveLength(1)
  })

  test('is not called again after an invalid request', async () => {
    const double = await start([vendor.error(400)])
    const error = await failureOf(ask(double))
    expect(error.failures).toMatchObject([{ reason: 'failed' }])
    expect(error.cause).toEqual(new Error('The model host responded with 400'))
    expect(double.calls).toHaveLength(1)
  })

  test.each([500, 529])('is called again after %i', async (status) => {
    const double = await start([vendor.error(status, { 'retry-after': '0' })])
    expect((await ask(double)).suggestions).toEqual(suggestions)
    expect(double.calls).toHaveLength(2)
  })

  test('is called again after a broken connection, as often as allowed', async () => {
    const double = await start(['a cut connection', 'a cut connection'])
    const error = await failureOf(ask(double))
    expect(error.failures).toMatchObject([{ reason: 'failed' }])
    expect(String(error.cause)).toMatch(/cannot be reached: (ECONNRESET|UND_ERR_SOCKET)/)
    expect(double.calls).toHaveLength(2)
    double.troubles.push('a cut connection')
    await failureOf(ask(double, { maxRetries: 0 }))
    expect(double.calls).toHaveLength(3)
  })

  test('whose host is down is unreachable', async () => {
    const double = await vendor.start([])
    await double.close()
    const error = await failureOf(ask(double, { maxRetries: 0 }))
    expect(error.cause).toEqual(new Error('The model host cannot be reached: ECONNREFUSED'))
  })

  test('that asks to wait is called again if there is time, and otherwise not', async () => {
    const brief = await start([vendor.error(429, { 'retry-after': '0' })])
    expect((await ask(brief)).suggestions).toEqual(suggestions)
    const long = await start([vendor.error(429, { 'retry-after': '17' })])
    const error = await failureOf(ask(long))
    expect(error).toMatchObject({ retryAfterSeconds: 17, failures: [{ reason: 'limited', usage: null }] })
    expect(long.calls).toHaveLength(1)
  })

  test('that is overloaded counts as limited as well', async () => {
    const error = await failureOf(ask(await start([vendor.error(529)]), { maxRetries: 0 }))
    expect(error).toMatchObject({ retryAfterSeconds: 30, failures: [{ reason: 'limited' }] })
  })

  test('whose host responds without JSON has failed', async () => {
    const double = await start([{ status: 200, body: `<html>${vendorsWords}</html>` }])
    const error = await failureOf(ask(double))
    expect(error.failures).toMatchObject([{ reason: 'failed' }])
    expect(String(error.cause)).toMatch(/did not respond with the expected JSON/)
    const proxy = await start([{ status: 502, body: `<html>${vendorsWords}</html>` }])
    expect((await failureOf(ask(proxy, { maxRetries: 0 }))).cause).toEqual(
      new Error('The model host responded with 502'),
    )
  })

  test.each(['silence', 'half an answer'] as const)(
    'that gives %s is disconnected at the timeout',
    async (trouble) => {
      const double = await start([trouble])
      const caller = new AbortController()
      const reason = new Error('too late')
      const asked = ask(double, {}, [{}, caller.signal])
      await expect.poll(() => double.calls.length, { timeout: 20_000 }).toBe(1)
      setTimeout(() => caller.abort(reason), 20)
      await expect(asked).rejects.toBe(reason)
      await double.abandoned
      expect(double.calls).toHaveLength(1)
    },
  )

  test('is not called again after the caller has given up during the pause', async () => {
    const double = await start([vendor.error(500, { 'retry-after': '2' })])
    const caller = new AbortController()
    const reason = new Error('too late')
    const asked = ask(double, {}, [{}, caller.signal])
    await expect.poll(() => double.calls.length, { timeout: 20_000 }).toBe(1)
    caller.abort(reason)
    await expect(asked).rejects.toBe(reason)
    expect(double.calls).toHaveLength(1)
  })
})

test.each(['content_filter', 'content_policy_violation'])(
  'a picture that OpenAI rejects as %s is refused',
  async (code) => {
    const double = await startOpenai([])
    open.push(double)
    double.troubles.push(openaiError(400, { code, message: vendorsWords }))
    const asked = createAiCaptions({ model: openai.model(double.url) }).suggest(requestFor(), waiting)
    await expect(asked).rejects.toMatchObject({ failures: [{ reason: 'refused' }] })
  },
)

test('a response that OpenAI has filtered is a refusal, whatever is left of it', async () => {
  const double = await startOpenai([])
  open.push(double)
  double.troubles.push(completion({ content: JSON.stringify({ suggestions }) }, 'content_filter'))
  const asked = createAiCaptions({ model: openai.model(double.url) }).suggest(requestFor(), waiting)
  await expect(asked).rejects.toMatchObject({ failures: [{ reason: 'refused', usage: openai.usage }] })
})

test('an account without credit is not a temporary error, and is not used again', async () => {
  const double = await startOpenai([])
  open.push(double)
  double.troubles.push(openaiError(429, { code: 'insufficient_quota', message: vendorsWords }))
  const asked = createAiCaptions({ model: openai.model(double.url) }).suggest(requestFor(), waiting)
  await expect(asked).rejects.toMatchObject({ failures: [{ reason: 'failed' }] })
  expect(double.calls).toHaveLength(1)
})

test('hosts without schemas, and models that only support tools, work as well', async () => {
  // The SDK warns that such a host does not get the schema.
  const warnings = vi.fn()
  vi.stubGlobal('AI_SDK_LOG_WARNINGS', warnings)
  const plain = await startOpenai(suggestions)
  const tools = await startAnthropic(suggestions)
  open.push(plain, tools)
  const byName = createOpenAICompatible({ name: 'local', baseURL: `${plain.url}/v1`, apiKey: openaiKey })
  const models = [
    byName('llava'),
    createAnthropic({ baseURL: `${tools.url}/v1`, apiKey: anthropicKey })('claude-3-haiku-20240307'),
  ]
  for (const model of models)
    expect((await createAiCaptions({ model }).suggest(requestFor(), waiting)).suggestions).toEqual(
      suggestions,
    )
  expect(plain.calls[0]?.body).toMatchObject({ response_format: { type: 'json_object' } })
  expect(tools.calls[0]?.body).toMatchObject({ tools: [{ name: 'json' }] })
  expect(warnings).toHaveBeenCalledOnce()
  vi.unstubAllGlobals()
})

describe('the doubles refuse what their vendors refuse', () => {
  test.each<[string, Vendor, (body: Record<string, never>) => unknown]>([
    ['no model', openai, (body) => delete body['model']],
    ['an unknown field', openai, (body) => Object.assign(body, { max_output_tokens: 1 })],
    ['no max_tokens', anthropic, (body) => delete body['max_tokens']],
    ['no messages', anthropic, (body) => Object.assign(body, { messages: [] })],
    [
      'an open schema',
      anthropic,
      (body) =>
        Object.assign(body, {
          output_config: { format: { type: 'json_schema', schema: { type: 'object' } } },
        }),
    ],
  ])('%s', async (_what, vendor, change) => {
    const double = await vendor.start([])
    open.push(double)
    await createAiCaptions({ model: vendor.model(double.url) })
      .suggest(requestFor(), waiting)
      .catch(() => {})
    const [call] = double.calls
    const { path = '', headers = {}, body = {} } = call ?? {}
    const send = async () => {
      const { authorization = '', 'x-api-key': key = '', 'anthropic-version': version = '' } = headers
      const sent = { authorization, 'x-api-key': String(key), 'anthropic-version': String(version) }
      return (await fetch(double.url + path, { method: 'POST', headers: sent, body: JSON.stringify(body) }))
        .status
    }
    expect(await send()).toBe(200)
    change(body as Record<string, never>)
    expect(await send()).toBe(400)
  })
})
