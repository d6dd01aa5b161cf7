import { describe, type TestContext, test } from 'vitest'
import { startProxy } from '../../../test/servers/proxy.ts'
import { type Fate, movedTo, startFaultyFront } from '../test/faulty-front.ts'
import { openMedia, startAccount } from '../test/imagekit-media.ts'
import { errorOf, errorWithin, film, image, mebibytes, picture, video } from '../../../test/blob-samples.ts'
import { contents, stage, view } from '../test/samples.ts'

const unavailable = { code: 'media-unavailable', status: 503 }
const upload = /^POST \/api\/v1\/files\/upload/
const removal = /^DELETE \/v1\/folder/
const purge = /^POST \/v1\/files\/purge/
const limits = { ownerId: 'anna', kind: 'video', maxBytes: 100_000_000, maxPixels: 1 } as const

async function behindFront({ onTestFinished: finished }: TestContext) {
  const double = await startAccount({}, finished)
  const front = await startFaultyFront(double, finished)
  const media = openMedia(front.account, {}, finished)
  return { ...media, front, kept: () => contents(double, media.folder) }
}

// The tests mostly wait, so they run concurrently.
describe.concurrent('an ImageKit that fails temporarily', () => {
  test.for<[string, Fate]>([
    ['a busy answer', { status: 503 }],
    ['too many requests', { status: 429 }],
    ['an error of its own', { status: 500 }],
    ['a connection that breaks', 'reset'],
    ['an answer that is lost', 'lose-answer'],
  ])('twice, with %s: is retried', { timeout: 30_000 }, async ([, fate], context) => {
    const { expect } = context
    await Promise.all(
      [upload, removal, purge, /^GET/].map(async (matching) => {
        const { blobs, direct, front, kept } = await behindFront(context)
        front.meet(matching, [fate, fate])
        await blobs.put('a', picture(), image)
        await stage(direct, 'b', { contentType: 'video/mp4', bytes: film(1000) })
        expect(await direct.confirm('b', limits)).toBe(true)
        await direct.discard('b')
        await blobs.remove('a')
        expect(kept()).toEqual([])
      }),
    )
  })

  test('longer than that is a 503, and nothing remains after the blob is removed', async (context) => {
    const { expect } = context
    const { blobs, front, kept } = await behindFront(context)
    for (const fate of [{ status: 503 }, 'lose-answer'] as const) {
      front.meet(upload, [fate, fate, fate])
      expect(await errorOf(() => blobs.put('a', picture(), image))).toMatchObject(unavailable)
    }
    // It was stored, but the response was lost.
    expect(kept()).toEqual(['blobs/a/original'])
    await blobs.remove('a')
    expect(kept()).toEqual([])
  })

  test('reports how long to wait, which is passed on', async (context) => {
    const { expect } = context
    const { direct, front } = await behindFront(context)
    const limited: Fate = { status: 429, headers: { 'x-ratelimit-reset': '12345' } }
    front.meet(removal, [limited, limited, limited])
    expect(await errorOf(() => direct.discard('a'))).toMatchObject({ ...unavailable, retryAfterSeconds: 13 })
  })

  test('at the purge: the removal is not complete, and the next one in any process purges, however often that fails', async (context) => {
    const { expect } = context
    const { blobs, folder, front, kept } = await behindFront(context)
    await blobs.put('a', picture(), image)
    await view(blobs, 'a', 'thumb')
    const { blobs: ofAnother } = openMedia(front.account, { folder }, context.onTestFinished)
    for (const each of [blobs, ofAnother, blobs]) {
      front.meet(purge, [{ status: 429 }, { status: 429 }, { status: 429 }])
      expect(await errorOf(() => each.remove('a'))).toMatchObject(unavailable)
      expect(kept()).toEqual([])
      expect(await view(blobs, 'a')).toBeNull()
      expect((await blobs.list(null, 10)).blobs).toMatchObject([{ key: 'a' }])
    }
    expect(await view(blobs, 'a', 'thumb')).not.toBeNull()
    await ofAnother.remove('a')
    expect((await blobs.list(null, 10)).blobs).toEqual([])
    await expect.poll(() => view(blobs, 'a', 'thumb'), { timeout: 20_000 }).toBeNull()
    const before = front.seen.length
    await blobs.remove('a')
    expect(front.seen.slice(before)).toEqual(['GET /v1/files', 'GET /v1/files', 'DELETE /v1/folder'])
  })

  test('a stream that fails in the middle sends nothing, and its error is passed on unchanged', async (context) => {
    const { expect } = context
    const { blobs, front } = await behindFront(context)
    const cutOff = new Error('cut off')
    const failing = mebibytes(5, async (index) => {
      if (index === 3) throw cutOff
    })
    expect(await errorOf(() => blobs.put('a', failing, video))).toBe(cutOff)
    expect(front.seen).toEqual([])
  })

  test('an upload with a broken connection is a 503, and the same put works later', async (context) => {
    const { expect } = context
    const double = await startAccount({}, context.onTestFinished)
    const proxy = await startProxy(double)
    context.onTestFinished(() => proxy.close())
    const account = movedTo(double, `http://${proxy.host}:${proxy.port}`)
    const { blobs, direct, folder } = openMedia(account, {}, context.onTestFinished)
    const cut = mebibytes(20, async (index) => {
      if (index === 19) await proxy.cut()
    })
    expect(await errorOf(() => blobs.put('a', cut, video))).toMatchObject(unavailable)
    expect(await errorOf(() => direct.discard('a'))).toMatchObject(unavailable)
    await proxy.heal()
    await blobs.put('a', mebibytes(20), video)
    expect((await view(blobs, 'a'))?.length).toBe(20 * 1024 * 1024)
    expect(contents(double, folder)).toEqual(['blobs/a/original'])
  })

  test('an unexpected response from something in between is a 503', async (context) => {
    const { expect } = context
    const { direct, front } = await behindFront(context)
    const html: Fate = { status: 200, headers: { 'content-type': 'text/html' }, body: '<h1>Sign in</h1>' }
    const broken: Fate = { status: 200, body: '[{"fileId":' }
    for (const fate of [html, broken]) {
      front.meet(/^GET/, [fate])
      expect(await errorOf(() => direct.confirm('a', limits))).toMatchObject(unavailable)
    }
  })
})

describe.concurrent('an ImageKit that does not respond', () => {
  test('delays no call much longer than 10 seconds', { timeout: 60_000 }, async (context) => {
    const { blobs, direct, front } = await behindFront(context)
    await stage(direct, 'f', { contentType: 'video/mp4', bytes: film(1000) })
    front.meet(/./, Array<Fate>(99).fill('silence'))
    const calls: Record<string, () => Promise<unknown>> = {
      'put of an image': () => blobs.put('b', picture(), image),
      'put of a video': () => blobs.put('c', mebibytes(1), video),
      remove: () => blobs.remove('a'),
      confirm: () => direct.confirm('e', limits),
      read: () => direct.read('f')[Symbol.asyncIterator]().next(),
      discard: () => direct.discard('g'),
      sweep: () => direct.sweep(new Date()),
    }
    await Promise.all(
      Object.entries(calls).map(async ([name, call]) =>
        context.expect(await errorWithin(16, call), name).toMatchObject(unavailable),
      ),
    )
  })

  test.for<[string, Fate]>([
    ['stops', 'stall-body'],
    ['is cut off', 'cut-body'],
  ])('in the middle of a file, because it %s: a 503', { timeout: 60_000 }, async ([, fate], context) => {
    const { expect } = context
    const { direct, front } = await behindFront(context)
    const bytes = film(1024 * 1024)
    await stage(direct, 'a', { contentType: 'video/mp4', bytes })
    front.meet(/^GET \/your_imagekit_id/, [fate])
    let received = 0
    const read = async (): Promise<void> => {
      received = 0
      for await (const part of direct.read('a')) received += part.length
    }
    expect(await errorWithin(16, read)).toMatchObject(unavailable)
    expect(received).toBe(bytes.length / 2)
    await read()
    expect(received).toBe(bytes.length)
  })

  test('a file that ends early is a 503, however regular its end is', async (context) => {
    const { expect } = context
    const { direct, front } = await behindFront(context)
    await stage(direct, 'a', { contentType: 'video/mp4', bytes: film(1000) })
    front.meet(/^GET \/your_imagekit_id/, ['halve'])
    const error = await errorOf(async () => {
      for await (const part of direct.read('a')) void part
    })
    expect(error).toMatchObject(unavailable)
  })
})
