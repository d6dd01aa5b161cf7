import { setTimeout as wait } from 'node:timers/promises'
import { isGranted } from '@kith/core'
import { describe, expect, onTestFinished, test } from 'vitest'
import { startProxy } from '../../../test/servers/proxy.ts'
import { type Fate, movedTo, startFaultyFront } from '../test/faulty-front.ts'
import { openMedia, startAccount } from '../test/imagekit-media.ts'
import { errorOf, film, image, mebibytes, picture, video } from '../../../test/blob-samples.ts'
import { contents, stage, view } from '../test/samples.ts'

const unavailable = { code: 'media-unavailable', status: 503 }
const upload = /^POST \/api\/v1\/files\/upload/
const removal = /^DELETE \/v1\/folder/
const purge = /^POST \/v1\/files\/purge/
const limits = { kind: 'video', maxBytes: 100_000_000, maxPixels: 1 } as const

async function behindFront() {
  const double = await startAccount()
  const front = await startFaultyFront(double)
  const media = openMedia(front.account)
  return { ...media, front, kept: () => contents(double, media.folder) }
}

async function behindProxy() {
  const double = await startAccount()
  const proxy = await startProxy(double)
  onTestFinished(() => proxy.close())
  const media = openMedia(movedTo(double, `http://${proxy.host}:${proxy.port}`))
  return { ...media, proxy, kept: () => contents(double, media.folder) }
}

describe('an ImageKit that fails for a while', () => {
  test.each<[string, Fate]>([
    ['a busy answer', { status: 503 }],
    ['too many requests', { status: 429 }],
    ['an error of its own', { status: 500 }],
    ['a connection that breaks', 'reset'],
    ['an answer that is lost', 'lose-answer'],
  ])('twice, with %s: is asked again', { timeout: 30_000 }, async (_name, fate) => {
    await Promise.all(
      [upload, removal, purge, /^GET/].map(async (matching) => {
        const { blobs, direct, front, kept } = await behindFront()
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

  test('longer than that is a 503, of which nothing is left once the blob is removed', async () => {
    const { blobs, front, kept } = await behindFront()
    for (const fate of [{ status: 503 }, 'lose-answer'] as const) {
      front.meet(upload, [fate, fate, fate])
      expect(await errorOf(() => blobs.put('a', picture(), image))).toMatchObject(unavailable)
    }
    // It was stored, and nobody was told.
    expect(kept()).toEqual(['blobs/a/original'])
    await blobs.remove('a')
    expect(kept()).toEqual([])
  })

  test('says how long to wait, and that is passed on', async () => {
    const { direct, front } = await behindFront()
    const limited: Fate = { status: 429, headers: { 'x-ratelimit-reset': '12345' } }
    front.meet(removal, [limited, limited, limited])
    expect(await errorOf(() => direct.discard('a'))).toMatchObject({ ...unavailable, retryAfterSeconds: 13 })
  })

  test('at the purge: the removal is not over, and the next one purges, and then there is nothing left to do', async () => {
    const { blobs, front, kept } = await behindFront()
    await blobs.put('a', picture(), image)
    await view(blobs, 'a', 'thumb')
    front.meet(purge, [{ status: 429 }, { status: 429 }, { status: 429 }])
    expect(await errorOf(() => blobs.remove('a'))).toMatchObject(unavailable)
    expect(kept()).toEqual(['blobs/a/purge-owed'])
    expect(await view(blobs, 'a')).toBeNull()
    await blobs.remove('a')
    await wait(300)
    expect([kept(), await view(blobs, 'a', 'thumb')]).toEqual([[], null])
    const before = front.seen.length
    await blobs.remove('a')
    expect(front.seen.slice(before)).toEqual(['DELETE /v1/folder'])
  })

  test('a stream that fails in the middle sends nothing, and its error goes out as it is', async () => {
    const { blobs, front } = await behindFront()
    const cutOff = new Error('cut off')
    const failing = mebibytes(5, async (index) => {
      if (index === 3) throw cutOff
    })
    expect(await errorOf(() => blobs.put('a', failing, video))).toBe(cutOff)
    expect(front.seen).toEqual([])
  })

  test('an upload whose connection is cut is a 503, and the same put works later', async () => {
    const { blobs, direct, proxy, kept } = await behindProxy()
    const cut = mebibytes(20, async (index) => {
      if (index === 19) await proxy.cut()
    })
    expect(await errorOf(() => blobs.put('a', cut, video))).toMatchObject(unavailable)
    expect(await errorOf(() => direct.discard('a'))).toMatchObject(unavailable)
    await proxy.heal()
    await blobs.put('a', mebibytes(20), video)
    expect((await view(blobs, 'a'))?.length).toBe(20 * 1024 * 1024)
    expect(kept()).toEqual(['blobs/a/original'])
  })

  test('something in between that answers otherwise is a 503', async () => {
    const { direct, front } = await behindFront()
    const html: Fate = { status: 200, headers: { 'content-type': 'text/html' }, body: '<h1>Sign in</h1>' }
    const broken: Fate = { status: 200, body: '[{"fileId":' }
    for (const fate of [html, broken]) {
      front.meet(/^GET/, [fate])
      expect(await errorOf(() => direct.confirm('a', limits))).toMatchObject(unavailable)
    }
  })
})

describe('an ImageKit that says nothing', () => {
  test('keeps no call waiting for much longer than 10 seconds', { timeout: 60_000 }, async () => {
    const { blobs, direct, proxy } = await behindProxy()
    if (!isGranted(blobs)) throw new Error('it grants')
    await stage(direct, 'f', { contentType: 'video/mp4', bytes: film(1000) })
    proxy.stall()
    const calls: Record<string, () => Promise<unknown>> = {
      'put of an image': () => blobs.put('b', picture(), image),
      'put of a video': () => blobs.put('c', mebibytes(1), video),
      remove: () => blobs.remove('a'),
      confirm: () => direct.confirm('e', limits),
      read: () => direct.read('f')[Symbol.asyncIterator]().next(),
      discard: () => direct.discard('g'),
      sweep: () => direct.sweep(new Date()),
    }
    const started = performance.now()
    await Promise.all(
      Object.entries(calls).map(async ([name, call]) => {
        expect(await errorOf(call), name).toMatchObject(unavailable)
        expect((performance.now() - started) / 1000, name).toBeLessThan(16)
      }),
    )
  })

  test.each<[string, 'stall' | 'cut']>([
    ['stops', 'stall'],
    ['is cut off', 'cut'],
  ])('in the middle of a file, because it %s: a 503', { timeout: 60_000 }, async (_name, how) => {
    const { direct, proxy } = await behindProxy()
    const bytes = film(40 * 1024 * 1024)
    await stage(direct, 'a', { contentType: 'video/mp4', bytes })
    let received = 0
    const error = await errorOf(async () => {
      for await (const part of direct.read('a')) {
        if (received === 0) await proxy[how]()
        received += part.length
      }
    })
    expect(error).toMatchObject(unavailable)
    expect(received).toBeLessThan(bytes.length)
    await proxy.heal()
    received = 0
    for await (const part of direct.read('a')) received += part.length
    expect(received).toBe(bytes.length)
  })

  test('a file that ends early is a 503, however proper its end is', async () => {
    const { direct, front } = await behindFront()
    await stage(direct, 'a', { contentType: 'video/mp4', bytes: film(1000) })
    front.meet(/^GET \/your_imagekit_id/, ['halve'])
    const error = await errorOf(async () => {
      for await (const part of direct.read('a')) void part
    })
    expect(error).toMatchObject(unavailable)
  })
})
