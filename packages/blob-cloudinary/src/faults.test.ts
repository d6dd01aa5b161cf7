import { drawDefaultAvatar } from '@kith/core/adapter'
import { expect, onTestFinished, test, vi } from 'vitest'
import { startProxy } from '../../../test/servers/proxy.ts'
import { describeWithDouble, grantedBlobs, openMedia } from '../test/cloudinary-media.ts'
import { type Fate, startFaultyFront } from '../test/faulty-front.ts'
import {
  bytesAt,
  comesTrue,
  errorOf,
  film,
  image,
  mebibytes,
  picture,
  sendSigned,
  video,
} from '../../../test/blob-samples.ts'

const MiB = 1024 * 1024
const busy: Fate = { status: 503, message: 'not now' }
const limits = { ownerId: 'anna', kind: 'image', maxBytes: MiB, maxPixels: MiB } as const
const inTenMinutes = (): Date => new Date(Date.now() + 600_000)

describeWithDouble('a service that fails temporarily', {}, (double) => {
  /** Media behind a front that applies these faults to the first matching requests. */
  async function behindFront(matching: RegExp, fates: readonly Fate[]) {
    const front = await startFaultyFront(double())
    const left = [...fates]
    front.decide((what) => (matching.test(what) ? (left.shift() ?? 'pass') : 'pass'))
    return { ...openMedia(double(), { apiUrl: front.origin }), front }
  }

  /** The assets in a folder. */
  function kept(folder: string): string[] {
    const ids = double()
      .assets.all()
      .map(({ publicId }) => publicId)
    return ids.filter((id) => id.startsWith(`${folder}/`)).map((id) => id.slice(folder.length + 1))
  }

  test.each([
    ['a busy answer', busy],
    ['too many requests', { status: 420, message: 'Rate Limit Exceeded' }],
    ['too many requests at once', { status: 429, message: 'Too many concurrent requests' }],
    ['a video that is being processed', { status: 423, message: 'Processing' }],
    ['an answer that is lost', 'lose-answer'],
    ['a connection that is reset', 'reset'],
  ] as const)('twice, with %s: is retried', async (_name, fate) => {
    const steps = [
      /image.upload/,
      /upload bytes 0-/,
      /destroy/,
      /^GET resources.image/,
      /download/,
      /^DELETE/,
    ]
    await Promise.all(
      steps.map(async (matching) => {
        const { blobs, direct, folder } = await behindFront(matching, [fate, fate])
        await blobs.put('picture', picture(), image)
        await blobs.put('film', mebibytes(String(matching).includes('bytes') ? 7 : 1), video)
        const staged = await direct.sign('a', { contentType: 'image/png', size: 1, until: inTenMinutes() })
        expect(
          (
            await sendSigned(
              { ...staged, url: staged.url.replace(/^.*?\/v1_1/, `${double().apiUrl}/v1_1`) },
              drawDefaultAvatar('anna'),
            )
          ).ok,
        ).toBe(true)
        expect(await direct.confirm('a', limits)).toBe(true)
        let received = 0
        for await (const part of direct.read('a')) received += part.length
        expect(received).toBe(drawDefaultAvatar('anna').length)
        await direct.sweep(inTenMinutes())
        expect(kept(folder).sort()).toEqual(['blobs/film', 'blobs/picture'])
        for (const key of ['film', 'picture']) await blobs.remove(key)
        expect(kept(folder)).toEqual([])
      }),
    )
  })

  test.each([
    ['an image', /image.upload/, { bytes: picture, meta: image }],
    ['the first part of a video', /upload bytes 0-/, { bytes: () => mebibytes(7), meta: video }],
    ['the last part of a video', /upload bytes 6/, { bytes: () => mebibytes(7), meta: video }],
  ] as const)(
    'at %s: nothing of it exists, and it can be stored later',
    async (_name, matching, { bytes, meta }) => {
      const { blobs, folder, front } = await behindFront(matching, Array<Fate>(9).fill(busy))
      expect(await errorOf(() => blobs.put('a', bytes(), meta))).toMatchObject({ code: 'media-unavailable' })
      expect(kept(folder)).toEqual([])
      front.decide(() => 'pass')
      await blobs.put('a', bytes(), meta)
      expect(kept(folder)).toEqual(['blobs/a'])
    },
  )

  test('that loses the response to the last part of a video: the part is not sent again, and the put is a 503', async () => {
    const { blobs, front } = await behindFront(/upload bytes 6/, ['lose-answer'])
    expect(await errorOf(() => blobs.put('a', mebibytes(7), video))).toMatchObject({
      code: 'media-unavailable',
    })
    expect(front.seen.filter((what) => what.includes('bytes 6'))).toHaveLength(1)
  })

  test('that refuses the last part because of the limit gets it again', async () => {
    const { blobs, front } = await behindFront(/upload bytes 6/, [{ status: 429, message: 'Too many' }])
    await blobs.put('a', mebibytes(7), video)
    expect(front.seen.filter((what) => what.includes('bytes 6'))).toHaveLength(2)
  })

  test.each([
    [{ 'x-featureratelimit-reset': () => new Date(Date.now() + 1_200_000).toUTCString() }, 1140, 1200],
    [{ 'x-featureratelimit-reset': () => new Date(Date.now() + 9_000_000).toUTCString() }, 3600, 3600],
    [{ 'retry-after': () => '30' }, 30, 30],
    [{ 'retry-after': () => 'soon' }, 5, 5],
    [{}, 5, 5],
  ])('that has an hourly limit reports when to retry: %#', async (told, least, most) => {
    const headers = Object.fromEntries(Object.entries(told).map(([name, value]) => [name, value()]))
    const limit: Fate = { status: 420, message: 'Rate Limit Exceeded', headers }
    const { direct } = await behindFront(/^GET/, Array<Fate>(9).fill(limit))
    const error = await errorOf(() => direct.confirm('a', limits))
    expect(error).toMatchObject({ code: 'media-unavailable' })
    const { retryAfterSeconds } = error as Error & { retryAfterSeconds: number }
    expect(retryAfterSeconds).toBeGreaterThanOrEqual(least)
    expect(retryAfterSeconds).toBeLessThanOrEqual(most)
  })

  test('a stream that fails in the middle leaves nothing visible, and its error is passed on unchanged', async () => {
    const { blobs, folder } = openMedia(double())
    const cutOff = new Error('cut off')
    const failing = mebibytes(14, async (index) => {
      if (index === 8) throw cutOff
    })
    expect(await errorOf(() => blobs.put('a', failing, video))).toBe(cutOff)
    expect(kept(folder)).toEqual([])
  })

  test('a network that breaks in the middle is a 503, and the same put works later', async () => {
    const proxy = await startProxy(double())
    onTestFinished(() => proxy.close())
    const { blobs, direct, folder } = openMedia(double(), { apiUrl: `http://${proxy.host}:${proxy.port}` })
    const cut = mebibytes(14, async (index) => {
      if (index === 8) await proxy.cut()
    })
    expect(await errorOf(() => blobs.put('a', cut, video))).toMatchObject({ code: 'media-unavailable' })
    expect(await errorOf(() => direct.discard('a'))).toMatchObject({ code: 'media-unavailable' })
    await proxy.heal()
    await blobs.put('a', mebibytes(14), video)
    const url = await grantedBlobs({ blobs }).grant('a', null, { until: inTenMinutes(), kind: 'video' })
    expect((await bytesAt(url?.replace(/^.*?\/v1_1/, `${double().apiUrl}/v1_1`) ?? null))?.length).toBe(
      14 * MiB,
    )
    expect(kept(folder)).toEqual(['blobs/a'])
  })

  test('20 concurrent puts, long and short, are all stored', async () => {
    const { blobs, folder } = openMedia(double())
    await Promise.all(
      Array.from({ length: 20 }, (_, index) => {
        if (index % 2 === 0) return blobs.put(`b${index}`, picture(String(index)), image)
        return blobs.put(`b${index}`, mebibytes(index % 4 === 1 ? 1 : 7), video)
      }),
    )
    expect(kept(folder)).toHaveLength(20)
  })

  test.each(['stall-body', 'cut-body'] as const)(
    '%s: reading is a 503, never a file that ends early',
    async (fate) => {
      const { direct, front } = await behindFront(/download/, [fate])
      const signed = await direct.sign('a', { contentType: 'video/mp4', size: 1, until: inTenMinutes() })
      expect((await sendSigned(signed, film(MiB))).ok).toBe(true)
      expect(await direct.confirm('a', { ownerId: 'anna', kind: 'video', maxBytes: MiB, maxPixels: 1 })).toBe(
        true,
      )
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
      onTestFinished(() => void vi.useRealTimers())
      let received = 0
      const reading = errorOf(async () => {
        for await (const part of direct.read('a')) received += part.length
      })
      await comesTrue(() => received === MiB / 2)
      await vi.advanceTimersByTimeAsync(11_000)
      expect(await reading).toMatchObject({ code: 'media-unavailable' })
      expect(received).toBe(MiB / 2)
      vi.useRealTimers()
      received = 0
      for await (const part of direct.read('a')) received += part.length
      expect([received, front.seen.filter((what) => what.includes('download')).length]).toEqual([MiB, 2])
    },
  )

  test('a reader that stops early leaves no connection open', async () => {
    const { direct, front } = await behindFront(/download/, ['stall-body'])
    const signed = await direct.sign('a', { contentType: 'video/mp4', size: 1, until: inTenMinutes() })
    expect((await sendSigned(signed, film(MiB))).ok).toBe(true)
    expect(await direct.confirm('a', { ownerId: 'anna', kind: 'video', maxBytes: MiB, maxPixels: 1 })).toBe(
      true,
    )
    for await (const part of direct.read('a')) {
      expect(part.length).toBeGreaterThan(0)
      break
    }
    await expect.poll(() => front.left, { timeout: 20_000 }).toBe(1)
  })

  test.each([
    ['put of an image', 60, ({ blobs }) => blobs.put('b', picture(), image)],
    ['put of a long video', 60, ({ blobs }) => blobs.put('d', mebibytes(20), video)],
    ['remove', 10, ({ blobs }) => blobs.remove('a')],
    ['confirm', 10, ({ direct }) => direct.confirm('e', limits)],
    ['read', 10, ({ direct }) => direct.read('f')[Symbol.asyncIterator]().next()],
    ['discard', 10, ({ direct }) => direct.discard('g')],
    ['sweep', 10, ({ direct }) => direct.sweep(new Date())],
  ] as readonly [string, number, (media: ReturnType<typeof openMedia>) => Promise<unknown>][])(
    'that says nothing: %s waits %i seconds and no longer',
    async (_name, seconds, call) => {
      const { front, ...media } = await behindFront(/./, Array<Fate>(99).fill('silence'))
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
      onTestFinished(() => void vi.useRealTimers())
      let over = false
      const failing = errorOf(() => call(media)).finally(() => (over = true))
      await comesTrue(() => front.seen.length > 0)
      await vi.advanceTimersByTimeAsync((seconds - 5) * 1000)
      expect(over).toBe(false)
      await vi.advanceTimersByTimeAsync(5_500)
      expect(await failing).toMatchObject({ code: 'media-unavailable' })
    },
  )
})
