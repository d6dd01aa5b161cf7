import { ImageKit } from '@imagekit/nodejs'
import { expect, test } from 'vitest'
import { openMedia, startAccount } from '../test/imagekit-media.ts'
import { errorOf } from '../../../test/blob-samples.ts'
import { createImageKitMedia } from './index.ts'

const limits = { ownerId: 'anna', kind: 'image', maxBytes: 1000, maxPixels: 1000 } as const

test('lookups of sent files have a budget of which upkeep keeps a part, with a warning in the log before the limit', async () => {
  const logged: string[] = []
  const write = (message: string): void => void logged.push(message)
  const options = { lookUpsPerHour: 10, logger: { warn: write, error: write } }
  const { direct } = openMedia(await startAccount(), options)
  for (let index = 0; index < 8; index++)
    expect(await direct.confirm(`made-up-${index}`, { ...limits, ownerId: `anna-${index}` })).toBe(false)
  expect(logged).toEqual(['7 of 10 lookups at ImageKit in 3600 s are used; requests get 8'])
  expect(await errorOf(() => direct.confirm('a', limits))).toMatchObject({ code: 'media-unavailable' })
  await direct.sweep(new Date(0))
  for (const lookUpsPerHour of [0, 1.5])
    await startAccount().then((account) =>
      expect(() => openMedia(account, { lookUpsPerHour })).toThrow(TypeError),
    )
})

test('no request follows redirects', async () => {
  const asked: [method: string | undefined, redirect: unknown][] = []
  const client = new ImageKit({
    privateKey: 'private_key',
    maxRetries: 0,
    fetch: async (_url, init) => {
      asked.push([init?.method, init?.redirect])
      return new Response('[]', { status: 200, headers: { 'content-type': 'application/json' } })
    },
  })
  const urlEndpoint = 'https://ik.imagekit.io/kith'
  const { blobs, direct } = createImageKitMedia({ client, publicKey: 'public_key', urlEndpoint })
  await direct.confirm('a', limits)
  await direct.discard('a')
  await direct.sweep(new Date(0))
  await blobs.remove('a')
  async function* bytes(): AsyncGenerator<Uint8Array> {
    yield Buffer.from('some bytes')
  }
  await blobs.put('a', bytes(), { contentType: 'video/mp4', size: 10 }).catch(() => {})
  expect(asked.length).toBeGreaterThanOrEqual(5)
  expect(new Set(asked.map(([, redirect]) => redirect))).toEqual(new Set(['error']))
})
