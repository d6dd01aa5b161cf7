import { expect, test } from 'vitest'
import { describeWithDouble, openMedia } from '../test/cloudinary-media.ts'
import { errorOf } from '../../../test/blob-samples.ts'

const limits = { ownerId: 'anna', kind: 'image', maxBytes: 1000, maxPixels: 1000 } as const

describeWithDouble('the Admin API', {}, (double) => {
  test('is called as often as the plan allows: confirmations get four fifths, upkeep the rest', async () => {
    const logged: string[] = []
    const write = (message: string): void => void logged.push(message)
    const { direct } = openMedia(double(), { adminCallsPerHour: 50, logger: { warn: write, error: write } })
    const before = double().seen.length
    const asked = (): number => double().seen.length - before
    for (let index = 0; index < 20; index++) {
      expect(await direct.confirm(`made-up-${index}`, { ...limits, ownerId: `anna-${index}` })).toBe(false)
      expect(logged).toHaveLength(index < 15 ? 0 : 1)
    }
    expect(asked()).toBe(40)
    for (let index = 0; index < 10; index++) {
      const error = await errorOf(() => direct.confirm('made-up', limits))
      expect(error).toMatchObject({ code: 'media-unavailable' })
      expect(Math.round((error as unknown as { retryAfterSeconds: number }).retryAfterSeconds / 100)).toBe(36)
    }
    expect(asked()).toBe(40)
    for (let index = 0; index < 3; index++) await direct.sweep(new Date(0))
    expect(asked()).toBe(49)
    expect(await errorOf(() => direct.sweep(new Date(0)))).toMatchObject({ code: 'media-unavailable' })
    expect(asked()).toBe(50)
    expect(logged).toEqual(['32 of 50 Admin API calls of Cloudinary in 3600 s are used; requests get 40'])
  })

  test('counts each attempt of a request', async () => {
    let tries = 0
    const fetch: typeof globalThis.fetch = async () => {
      tries++
      return new Response('{}', { status: 500 })
    }
    const logger = { warn: () => {}, error: () => {} }
    const { direct } = openMedia(double(), { adminCallsPerHour: 5, fetch, logger })
    for (const ownerId of ['anna', 'ben']) await errorOf(() => direct.confirm('a', { ...limits, ownerId }))
    expect(tries).toBe(4)
  })

  test.each([0, -1, 1.5, Number.NaN])('rejects a budget of %d', (adminCallsPerHour) => {
    expect(() => openMedia(double(), { adminCallsPerHour })).toThrow(TypeError)
  })

  test('is never redirected, and its responses are read only up to a limit', async () => {
    const redirects: unknown[] = []
    const endless: typeof globalThis.fetch = async (_url, init) => {
      redirects.push(init?.redirect)
      const pull = (controller: ReadableStreamDefaultController): void =>
        controller.enqueue(new Uint8Array(1024 * 1024))
      return new Response(new ReadableStream({ pull }), { status: redirects.length === 1 ? 200 : 400 })
    }
    const { direct } = openMedia(double(), { fetch: endless })
    expect(await errorOf(() => direct.confirm('a', limits))).toMatchObject({ code: 'media-unavailable' })
    expect(redirects.length).toBeGreaterThan(1)
    expect(new Set(redirects)).toEqual(new Set(['error']))
  })
})
