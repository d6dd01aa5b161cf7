import { describe, expect, test } from 'vitest'
import { CaptionsUnavailableError, RetryLaterError } from '../errors.ts'
import type { CaptionAnswer, CaptionRequest, CaptionWriter } from './caption-writer.ts'
import { createFallbackCaptions, type FallbackEntry } from './fallback-captions.ts'

const request: CaptionRequest = {
  mediaId: 'an-upload',
  measures: {
    width: 1,
    height: 1,
    thumbhash: '',
    palette: [],
    lightness: 0,
    saturation: 0,
    takenAt: null,
  },
  image: () => expect.fail('nobody looks at it'),
  hint: null,
  language: null,
  count: 3,
  timeoutSeconds: 5,
}
const never = new AbortController().signal
const usage = { model: 'm-1', inputTokens: 10, outputTokens: 2, cachedInputTokens: null }

function writer(name: string, suggest: CaptionWriter['suggest']): CaptionWriter {
  return { name, suggest }
}

const broken = new Error('no such host')
const failing = writer('failing', () => Promise.reject(broken))
const good = writer('good', async () => ({ suggestions: ['One.', 'Two.'], writer: 'good', usage }))
const mute = writer('mute', async () => ({ suggestions: [' '], writer: 'mute', usage }))
const hanging = writer('hanging', () => new Promise(() => {}))
const refusing = writer('refusing', async () => {
  throw new CaptionsUnavailableError([{ writer: 'refusing', reason: 'refused', usage, cause: null }])
})

function ask(entries: FallbackEntry[], fields: Partial<CaptionRequest> = {}): Promise<CaptionAnswer> {
  return createFallbackCaptions(entries).suggest({ ...request, ...fields }, never)
}

describe('a writer that does not deliver is followed by the next', () => {
  test('and the result names the writer, and what the others cost', async () => {
    expect(await ask([failing, mute, refusing, good])).toEqual({
      suggestions: ['One.', 'Two.'],
      writer: 'good',
      usage,
      failures: [
        { writer: 'failing', reason: 'failed', usage: null, cause: broken },
        { writer: 'mute', reason: 'empty', usage, cause: null },
        { writer: 'refusing', reason: 'refused', usage, cause: null },
      ],
    })
  })

  test.each<[string, () => unknown]>([
    [
      'throws synchronously',
      () => {
        throw broken
      },
    ],
    ['resolves to nothing', async () => undefined],
    ['resolves to an array', async () => ['One.']],
    [
      'resolves to values that are not strings',
      async () => ({ suggestions: [1, null], writer: 'odd', usage: null }),
    ],
    ['rejects with nothing', () => Promise.reject(undefined)],
  ])('even if it %s', async (_what, suggest) => {
    const answer = await ask([writer('odd', suggest as CaptionWriter['suggest']), good])
    expect(answer).toMatchObject({ writer: 'good', failures: [{ writer: 'odd' }] })
  })

  test('and no other is called if the first delivers', async () => {
    const unasked = writer('unasked', () => expect.fail('was asked'))
    expect(await ask([good, unasked])).toMatchObject({ writer: 'good', failures: [] })
  })

  test('through a nested fallback as well', async () => {
    const inner = createFallbackCaptions([failing, good])
    expect(await ask([mute, inner])).toMatchObject({
      writer: 'good',
      failures: [{ writer: 'mute' }, { writer: 'failing' }],
    })
  })
})

describe('time', () => {
  test('is shared equally, and the time that one leaves unused goes to the others', async () => {
    const given: number[] = []
    const timed = (rest: CaptionWriter): CaptionWriter =>
      writer(rest.name, (asked, signal) => {
        given.push(asked.timeoutSeconds)
        return rest.suggest(asked, signal)
      })
    const entries = [timed(hanging), timed(failing), timed(good)]
    const answer = await ask(entries, { timeoutSeconds: 3 })
    expect(answer).toMatchObject({ writer: 'good', failures: [{ reason: 'late' }, { reason: 'failed' }] })
    const [first = 0, second = 0, third = 0] = given
    // A third of the total, half of the rest, and then the whole rest, minus the overhead of a busy machine.
    expect(first).toBeLessThanOrEqual(0.98)
    expect(first).toBeGreaterThan(0.8)
    // A timer of Node may fire a millisecond early, which is left over then.
    expect(second).toBeLessThan(0.982)
    expect(third).toBeGreaterThan(second)
  })

  test('aborts the signal of a late writer and not that of the next', async () => {
    const signals: AbortSignal[] = []
    const watched = (rest: CaptionWriter): CaptionWriter =>
      writer(rest.name, (asked, signal) => {
        signals.push(signal)
        return rest.suggest(asked, signal)
      })
    await ask([watched(hanging), watched(good)], { timeoutSeconds: 2 })
    expect(signals.map((signal) => signal.aborted)).toEqual([true, false])
  })

  test('can be set for a writer, up to the whole time', async () => {
    const given: number[] = []
    const timed = writer('timed', async ({ timeoutSeconds }) => {
      given.push(timeoutSeconds)
      throw broken
    })
    await ask([{ writer: timed, timeout: '4s' }, { writer: timed, timeout: '1m' }, good])
    expect(given[0]).toBe(4)
    expect(given[1]).toBeLessThanOrEqual(4.9)
    expect(given[1]).toBeGreaterThan(4)
  })

  test('runs out early enough to report which writers were late', async () => {
    const started = performance.now()
    const failed = await ask([hanging, hanging], { timeoutSeconds: 0.2 }).catch((error: unknown) => error)
    expect(failed).toMatchObject({ failures: [{ reason: 'late' }, { reason: 'late' }] })
    expect(performance.now() - started).toBeGreaterThan(150)
  })
})

describe('if no writer delivers', () => {
  test('the error names all writers, keeps the last cause, and asks to wait for the shortest time', async () => {
    const limited = (seconds: number): CaptionWriter =>
      writer(`limited ${seconds}`, async () => {
        throw new RetryLaterError('busy', seconds, 'asked to wait')
      })
    const error = await ask([limited(7), limited(60), failing]).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(CaptionsUnavailableError)
    expect(error).toMatchObject({ code: 'captions-unavailable', retryAfterSeconds: 7, cause: broken })
    expect(
      (error as CaptionsUnavailableError).failures.map(({ writer, reason }) => [writer, reason]),
    ).toEqual([
      ['limited 7', 'limited'],
      ['limited 60', 'limited'],
      ['failing', 'failed'],
    ])
  })

  test('because the caller has aborted, no other writer is called', async () => {
    const caller = new AbortController()
    const reason = new Error('the page was closed')
    const aborting = writer('aborting', () => {
      caller.abort(reason)
      return new Promise(() => {})
    })
    const unasked = writer('unasked', () => expect.fail('was asked'))
    const fallback = createFallbackCaptions([aborting, unasked])
    await expect(fallback.suggest(request, caller.signal)).rejects.toBe(reason)
    await expect(fallback.suggest(request, caller.signal)).rejects.toBe(reason)
  })
})

test('requires at least one writer and valid timeouts', () => {
  expect(() => createFallbackCaptions([])).toThrow('createFallbackCaptions: give at least one writer')
  expect(() => createFallbackCaptions([good, { writer: good, timeout: 0 }])).toThrow(
    new TypeError(
      "createFallbackCaptions: 1.timeout: give whole seconds or a string like '15m', '12h' or '30d'",
    ),
  )
})
