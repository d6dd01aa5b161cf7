import { captionWriterCases, runCases } from '@kith/conformance'
import { CaptionsUnavailableError } from '@kith/core'
import { drawDefaultAvatar } from '@kith/core/adapter'
import type { CaptionRequest, CaptionWriter } from '@kith/core/ports'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import type { DoubleOptions } from '../test/double/imagekit-double.ts'
import { type Fate, startFaultyFront } from '../test/faulty-front.ts'
import { connect, openMedia, startAccount } from '../test/imagekit-media.ts'
import { errorOf, errorWithin, image, picture } from '../../../test/blob-samples.ts'
import { createImageKitCaptions } from './index.ts'

const never = new AbortController().signal

function requestFor(mediaId: string, fields: Partial<CaptionRequest> = {}): CaptionRequest {
  return {
    mediaId,
    measures: { width: 1, height: 1, palette: [], thumbhash: '', lightness: 0, saturation: 0, takenAt: null },
    image: () => Promise.reject(new Error('nobody looks')),
    ...{ hint: null, language: null, count: 3, timeoutSeconds: 10 },
    ...fields,
  }
}

async function open(options: DoubleOptions = {}, finished = onTestFinished) {
  const double = await startAccount(options, finished)
  const front = await startFaultyFront(double, finished)
  const { blobs, client, folder } = openMedia(front.account, {}, finished)
  return { double, front, blobs, client, folder, writer: createImageKitCaptions({ client, folder }) }
}

function reasonOf(error: unknown): string | undefined {
  return error instanceof CaptionsUnavailableError ? error.failures.at(-1)?.reason : undefined
}

describe('ImageKit keeps the promises of a writer', () => {
  const ends: (() => unknown)[] = []
  afterAll(async () => {
    for (const end of ends) await end()
  })
  // They mostly wait for a description, so they run concurrently.
  runCases(test.concurrent, captionWriterCases, async () => {
    const text = `A red square. ${'👩‍👩‍👧'.repeat(3000)}`
    const { blobs, writer } = await open(
      { describe: () => ({ text, afterMillis: 50 }) },
      (end) => void ends.push(end as () => unknown),
    )
    // It identifies pictures by their ids: each requested one exists.
    const stored: CaptionWriter = {
      name: writer.name,
      async suggest(request, signal) {
        if (!signal.aborted) await blobs.put(request.mediaId, picture(), image)
        return await writer.suggest(request, signal)
      },
    }
    return stored
  })
})

test('waits for the description, and a repeated request starts no second run', async () => {
  let runs = 0
  const describePicture = () => ({ text: `Run ${++runs}: a circle.`, afterMillis: 700 })
  const { front, blobs, writer } = await open({ describe: describePicture })
  await blobs.put('a', picture(), image)
  const answer = { suggestions: ['Run 1: a circle.'], writer: 'imagekit-auto-description', usage: null }
  expect(await writer.suggest(requestFor('a', { hint: 'me', language: 'de' }), never)).toEqual(answer)
  expect(await writer.suggest(requestFor('a'), never)).toEqual(answer)
  expect(front.seen.filter((what) => what.startsWith('PATCH'))).toHaveLength(1)
  expect(runs).toBe(1)
})

test.each<[string, string, NonNullable<DoubleOptions['describe']>]>([
  ['fails', 'failed', () => ({ text: null, afterMillis: 0, status: 'failed' })],
  ['ends with nothing', 'empty', () => ({ text: null, afterMillis: 0, status: 'success' })],
  ['writes blanks', 'empty', () => ({ text: ' \n ', afterMillis: 0 })],
  ['does not end', 'late', () => ({ text: null, afterMillis: 0 })],
])('an extension that %s is reported as %s', async (_name, reason, describePicture) => {
  const timeoutSeconds = reason === 'late' ? 1 : 60
  const { blobs, writer } = await open({ describe: describePicture })
  await blobs.put('a', picture(), image)
  const error = await errorOf(() => writer.suggest(requestFor('a', { timeoutSeconds }), never))
  expect(reasonOf(error)).toBe(reason)
})

test('a missing or unreachable image gets no caption', async () => {
  const { front, blobs, writer, folder } = await open()
  expect(reasonOf(await errorOf(() => writer.suggest(requestFor('nowhere'), never)))).toBe('failed')
  await blobs.put('a', picture(), image)
  const busy: Fate = { status: 503 }
  front.meet(/^PATCH/, [busy, busy, busy])
  expect(await errorOf(() => writer.suggest(requestFor('a'), never))).toMatchObject({
    code: 'media-unavailable',
  })
  const client = connect({ ...front.account, privateKey: 'private_x' })
  const stranger = createImageKitCaptions({ client, folder })
  const error = await errorOf(() => stranger.suggest(requestFor('a'), never))
  expect(reasonOf(error)).toBe('failed')
  expect(String(error.cause)).toContain('403')
})

test('stops when its signal is aborted, even between two checks', async () => {
  const { front, blobs, writer } = await open({ describe: () => ({ text: null, afterMillis: 0 }) })
  await blobs.put('a', picture(), image)
  const stop = new AbortController()
  const tooLate = new Error('too late')
  const looks = (): number => front.seen.filter((what) => /^GET .*details$/.test(what)).length
  const stopped = errorWithin(60, () => writer.suggest(requestFor('a', { timeoutSeconds: 120 }), stop.signal))
  await expect.poll(looks, { timeout: 20_000 }).toBeGreaterThan(0)
  stop.abort(tooLate)
  expect(await stopped).toBe(tooLate)
})

test('other languages can be left to another writer', async () => {
  const { blobs, client, folder } = await open()
  await blobs.put('a', picture(), image)
  const writer = createImageKitCaptions({ client, folder, refuseOtherLanguages: true })
  for (const language of [null, 'en', 'en-GB'])
    expect((await writer.suggest(requestFor('a', { language }), never)).suggestions).toEqual(['A picture.'])
  for (const language of ['de', 'enm'])
    expect(reasonOf(await errorOf(() => writer.suggest(requestFor('a', { language }), never)))).toBe(
      'refused',
    )
})
