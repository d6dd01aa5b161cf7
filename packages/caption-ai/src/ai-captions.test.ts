import type { CaptionAnswer, CaptionRequest } from '@kith/core/ports'
import { registerTelemetry } from 'ai'
import { MockLanguageModelV4 } from 'ai/test'
import { describe, expect, test } from 'vitest'
import { bytesOf, pixel, requestFor, waiting } from '../test/request.ts'
import { type AiCaptionsOptions, createAiCaptions } from './ai-captions.ts'

type CallOptions = Parameters<MockLanguageModelV4['doGenerate']>[0]

/** A model that returns this text. */
function modelSaying(text: string): MockLanguageModelV4 {
  return new MockLanguageModelV4({
    modelId: 'sees-1',
    doGenerate: {
      content: [{ type: 'text', text }],
      finishReason: { unified: 'stop', raw: 'stop' },
      usage: {
        inputTokens: { total: 900, noCache: 900, cacheRead: undefined, cacheWrite: undefined },
        outputTokens: { total: 40, text: 40, reasoning: undefined },
      },
      warnings: [],
    },
  })
}

function suggesting(...suggestions: readonly unknown[]): MockLanguageModelV4 {
  return modelSaying(JSON.stringify({ suggestions }))
}

/** The prompt of a model, in parts. */
async function asked(
  fields: Partial<CaptionRequest>,
  options: Partial<AiCaptionsOptions> = {},
): Promise<{ instructions: string; parts: unknown[]; call: CallOptions | undefined }> {
  const model = suggesting('One.')
  await createAiCaptions({ model, ...options }).suggest(requestFor(fields), waiting)
  const [call] = model.doGenerateCalls
  const [system, user, ...more] = call?.prompt ?? []
  expect(system?.role).toBe('system')
  expect(user?.role).toBe('user')
  expect(more).toEqual([])
  return { instructions: String(system?.content), parts: [...(user?.content ?? [])], call }
}

describe('the prompt', () => {
  test('contains the picture and the hint as data, in a single request for all suggestions', async () => {
    const { instructions, parts, call } = await asked({ hint: 'By the sea', count: 4 })
    expect(parts).toMatchObject([
      { type: 'file', mediaType: 'image/webp', data: { type: 'data', data: pixel } },
      { type: 'text', text: '{"hint":"By the sea"}' },
    ])
    expect(instructions).toContain('4 different suggestions')
    expect(call).toMatchObject({
      maxOutputTokens: 2000,
      responseFormat: { type: 'json', schema: { required: ['suggestions'], additionalProperties: false } },
    })
  })

  test('works without a hint', async () => {
    expect((await asked({ hint: null })).parts[1]).toMatchObject({ text: '{"hint":null}' })
  })

  test.each([
    ['de-AT', undefined, 'Austrian German'],
    [null, undefined, 'English'],
    [null, 'fr', 'French'],
    ['zh-Hant-HK', 'fr', 'Chinese (Traditional, Hong Kong SAR China)'],
    ['xx', 'fr', 'French'],
    ['en-ignore-previous-rules', undefined, 'English'],
    ['ignore-all', 'fr', 'French'],
    ['no such tag', 'fr', 'French'],
  ])('for %j in an app with %j requests %s', async (language, own, expected) => {
    const { instructions } = await asked({ language }, { language: own })
    expect(instructions).toContain(`in this language: ${expected}.`)
    expect(instructions).not.toMatch(/ignore|rules/)
  })

  test('contains the style of the app', async () => {
    expect((await asked({}, { style: 'Dry, no emoji.' })).instructions).toContain('The style: Dry, no emoji.')
    expect((await asked({})).instructions).not.toContain('style')
  })

  test('sets the configured reasoning effort', async () => {
    expect((await asked({}, { reasoning: 'none' })).call?.reasoning).toBe('none')
    expect((await asked({})).call?.reasoning).toBe('provider-default')
  })
})

describe('a response', () => {
  const ask = (model: MockLanguageModelV4, count = 3): Promise<CaptionAnswer> =>
    createAiCaptions({ model }).suggest(requestFor({ count }), waiting)

  test('is cleaned: the requested number, trimmed, without duplicates, and short enough for captions', async () => {
    const model = suggesting(' One. ', 'One.', '', 'x'.repeat(3000), 'Three.', 'Four.')
    const { suggestions } = await ask(model)
    expect(suggestions).toEqual(['One.', `${'x'.repeat(2199)}…`, 'Three.'])
  })

  test('contains the model that wrote it and the usage that the provider counted', async () => {
    expect(await ask(suggesting('One.'))).toMatchObject({
      writer: 'sees-1',
      usage: { model: 'sees-1', inputTokens: 900, outputTokens: 40, cachedInputTokens: null },
    })
  })

  test.each([
    ['no suggestions', suggesting()],
    ['blanks', suggesting(' ', '\n')],
    ['no texts', suggesting(1, null)],
    ['nothing', modelSaying('')],
  ])('with %s gives no suggestions, and has its usage', async (_what, model) => {
    const failures = [{ writer: 'sees-1', reason: 'empty', usage: { inputTokens: 900 } }]
    await expect(ask(model)).rejects.toMatchObject({ code: 'captions-unavailable', failures })
  })

  test('is kept out of the traces of the app, and so are the hint and the picture', async () => {
    const traced: unknown[] = []
    registerTelemetry({
      onStart: (event) => void traced.push(event),
      onEnd: (event) => void traced.push(event),
    })
    await createAiCaptions({ model: suggesting('A secret place.') }).suggest(
      requestFor({ hint: 'where we hid' }),
      waiting,
    )
    expect(traced.length).toBeGreaterThan(0)
    const text = JSON.stringify(traced)
    for (const secret of ['A secret place', 'where we hid', pixel.toString('base64')])
      expect(text).not.toContain(secret)
  })
})

describe('a picture', () => {
  const ask = (image: AsyncIterable<Uint8Array>, maxImageBytes?: number): Promise<unknown> =>
    createAiCaptions({ model: suggesting('One.'), maxImageBytes }).suggest(
      requestFor({ image: async () => image }),
      waiting,
    )

  test('may be as large as the limit, and is not read beyond it', async () => {
    await ask(bytesOf(pixel), pixel.length)
    let read = 0
    let closed = false
    async function* endless(): AsyncGenerator<Uint8Array> {
      try {
        for (;;) yield new Uint8Array((read += 100) && 100)
      } finally {
        closed = true
      }
    }
    await expect(ask(endless(), 1000)).rejects.toThrow('The image has more than 1000 bytes')
    expect(read).toBe(1100)
    await expect.poll(() => closed, { timeout: 20_000 }).toBe(true)
  })

  test.each([
    ['image/avif', Buffer.from('\0\0\0\x1cftypavif\0\0\0\0avifmif1')],
    ['video/webm', Buffer.from('1a45dfa39f4286810142f7810142f2810442f381084282847765626d', 'hex')],
    ['no known one', Buffer.from('<svg/>')],
    ['no known one', Buffer.alloc(0)],
  ])('of type %s is not sent', async (type, bytes) => {
    await expect(ask(bytesOf(bytes))).rejects.toThrow(
      `Models read JPEG, PNG, WebP and GIF; the type of the image is ${type}`,
    )
  })

  test('that cannot be read fails with the original cause', async () => {
    const gone = new Error('the disk is gone')
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield pixel.subarray(0, 5)
      throw gone
    }
    await expect(ask(broken())).rejects.toBe(gone)
  })

  test('that never ends is abandoned at the timeout', async () => {
    const caller = new AbortController()
    const reason = new Error('too late')
    async function* endless(): AsyncGenerator<Uint8Array> {
      yield pixel.subarray(0, 5)
      await new Promise(() => {})
    }
    const asking = createAiCaptions({ model: suggesting('One.') }).suggest(
      requestFor({ image: async () => endless() }),
      caller.signal,
    )
    setTimeout(() => caller.abort(reason), 10)
    await expect(asking).rejects.toBe(reason)
  })
})

test('invalid options are rejected at construction', () => {
  const model = suggesting()
  for (const [options, problem] of [
    [{}, 'model'],
    [{ model: {} }, 'model'],
    [{ model, style: ' ' }, 'style'],
    [{ model, language: 'klingon' }, 'language'],
    [{ model, maxOutputTokens: 0 }, 'maxOutputTokens'],
    [{ model, maxRetries: 1.5 }, 'maxRetries'],
    [{ model, reasoning: 'hard' }, 'reasoning'],
    [{ model, prompt: 'x' }, 'prompt'],
  ] as const)
    expect(() => createAiCaptions(options as unknown as AiCaptionsOptions)).toThrow(
      new RegExp(`^createAiCaptions: [^]*${problem}`),
    )
  expect(createAiCaptions({ model: 'openai/gpt-5-mini' }).name).toBe('openai/gpt-5-mini')
})
