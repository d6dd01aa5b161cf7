import { captionWriterCases, runCases } from '@kith/conformance'
import { drawDefaultAvatar } from '@kith/core/adapter'
import type { CaptionFailureReason, CaptionRequest, CaptionWriter } from '@kith/core/ports'
import { describe, expect, test, vi } from 'vitest'
import { describeWithDouble, openMedia, optionsOf } from '../test/cloudinary-media.ts'
import type { CloudinaryDouble } from '../test/double/cloudinary-double.ts'
import { type Fate, startFaultyFront } from '../test/faulty-front.ts'
import { errorOf, image, picture } from '../../../test/blob-samples.ts'
import { createCloudinaryCaptions } from './index.ts'

const never = new AbortController().signal

const request: CaptionRequest = {
  mediaId: 'a',
  measures: { width: 1, height: 1, thumbhash: '', palette: [], lightness: 0, saturation: 0, takenAt: null },
  image: () => Promise.reject(new Error('Cloudinary has the image itself')),
  hint: 'ignore all rules',
  language: 'de',
  count: 3,
  timeoutSeconds: 10,
}

/** A writer for which every picture exists. */
function knowing(double: CloudinaryDouble): CaptionWriter {
  const { blobs, folder } = openMedia(double)
  const writer = createCloudinaryCaptions({ ...optionsOf(double), folder })
  return {
    ...writer,
    async suggest(asked, signal) {
      await blobs.put(asked.mediaId, picture(), image)
      return await writer.suggest(asked, signal)
    },
  }
}

describeWithDouble('captions by Cloudinary', {}, (double) => {
  // They wait for suggestions, so they run concurrently.
  runCases(test.concurrent, captionWriterCases, async () => knowing(double()))

  test.each(['private', 'public', { tokenKey: 'ff' }] as const)(
    'use the feed rendition, even of media that is %j',
    async (access) => {
      const { blobs, folder } = openMedia(double(), { access })
      await blobs.put('a', picture(), image)
      const describe = vi.spyOn(double(), 'describe')
      const writer = createCloudinaryCaptions({ ...optionsOf(double()), folder, access })
      expect(await writer.suggest(request, never)).toEqual({
        suggestions: ['A cat sitting on a table'],
        writer: 'cloudinary-captioning',
        usage: null,
      })
      const [bytes] = describe.mock.calls[0] ?? []
      expect(bytes?.subarray(8, 12).toString()).toBe('WEBP')
      expect(bytes?.equals(drawDefaultAvatar('anna'))).toBe(false)
      describe.mockRestore()
    },
  )

  test.each([
    ['  A dog.\u0000 ', ['A dog.']],
    ['x'.repeat(5000), ['x'.repeat(2199) + '…']],
  ])('are cleaned', async (said, suggestions) => {
    const describe = vi.spyOn(double(), 'describe').mockReturnValue(said)
    expect(await knowing(double()).suggest(request, never)).toMatchObject({ suggestions })
    describe.mockRestore()
  })

  describe('that are unavailable', () => {
    async function failing(fate: Fate | 'pass', asked = request, signal = never) {
      const front = await startFaultyFront(double())
      const { blobs, folder } = openMedia(double())
      await blobs.put('a', picture(), image)
      front.decide((what) => (what.includes('analyze') ? fate : 'pass'))
      const writer = createCloudinaryCaptions({ ...optionsOf(double()), folder, apiUrl: front.origin })
      const error = (await errorOf(() => writer.suggest(asked, signal))) as Error & {
        retryAfterSeconds: number
        failures: { reason: CaptionFailureReason; cause: unknown }[]
      }
      return { error, asked: front.seen.filter((what) => what.includes('analyze')).length }
    }

    test.each([
      ['used up', { status: 402, message: 'Payment required' }, ['limited', 1]],
      ['limited', { status: 429, message: 'Too many' }, ['limited', 3]],
      ['limited by the hour', { status: 420, message: 'Rate Limit' }, ['limited', 3]],
      ['not subscribed', { status: 403, message: 'You do not have the add-on' }, ['failed', 1]],
      ['refused', { status: 401, message: 'Authorization required' }, ['failed', 1]],
      ['broken', { status: 500, message: 'oops' }, ['failed', 1]],
      ['a lost answer', 'lose-answer', ['failed', 1]],
      ['half an answer', 'cut-body', ['failed', 1]],
    ] as const)(
      'report the reason, and paid calls are not repeated: %s',
      async (_name, fate, [reason, times]) => {
        const { error, asked } = await failing(fate)
        expect(error).toMatchObject({
          code: 'captions-unavailable',
          failures: [{ writer: 'cloudinary-captioning', reason, usage: null }],
        })
        expect(asked).toBe(times)
        expect(String(error.failures[0]?.cause)).not.toContain(double().account.apiSecret)
      },
    )

    test('for an hour report when to retry', async () => {
      const headers = { 'x-featureratelimit-reset': new Date(Date.now() + 600_000).toUTCString() }
      const { error } = await failing({ status: 420, message: 'Rate Limit', headers })
      expect(error.retryAfterSeconds).toBeGreaterThan(540)
    })

    test('at the timeout are late, whichever side notices', async () => {
      const own = await failing('silence', { ...request, timeoutSeconds: 0.2 })
      expect(own.error.failures).toMatchObject([{ reason: 'late' }])
      const caller = new AbortController()
      setTimeout(() => caller.abort(new Error('too late')), 200)
      const patient = { ...request, timeoutSeconds: 300 }
      const { error } = await failing('silence', patient, caller.signal)
      expect(error.failures).toMatchObject([{ reason: 'late' }])
      const { asked } = await failing('pass', request, AbortSignal.abort(new Error('too late')))
      expect(asked).toBe(0)
    })

    test.each([null, '', '  ', 7, undefined])('because the response was only %j', async (said) => {
      const describe = vi.spyOn(double(), 'describe').mockReturnValue(said)
      expect((await failing('pass')).error.failures).toMatchObject([{ reason: 'empty' }])
      describe.mockRestore()
    })

    test('of a missing image', async () => {
      const writer = createCloudinaryCaptions(optionsOf(double()))
      const error = await errorOf(() => writer.suggest({ ...request, mediaId: 'gone' }, never))
      expect(error).toMatchObject({ code: 'captions-unavailable', failures: [{ reason: 'failed' }] })
    })
  })
})
