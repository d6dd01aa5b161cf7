import { inspect } from 'node:util'
import { ImageKit } from '@imagekit/nodejs'
import { expect, test } from 'vitest'
import { openMedia, startAccount } from '../test/imagekit-media.ts'
import { errorOf, image, mebibytes, picture, video } from '../../../test/blob-samples.ts'
import { createImageKitMedia, type ImageKitMedia } from './index.ts'

const limits = { ownerId: 'anna', kind: 'image', maxBytes: 1000, maxPixels: 1000 } as const

async function readAll({ direct }: ImageKitMedia): Promise<void> {
  for await (const part of direct.read('a')) void part
}

/** Every operation that calls ImageKit. */
const calls: readonly [name: string, call: (media: ImageKitMedia) => Promise<unknown>][] = [
  ['put of an image', ({ blobs }) => blobs.put('a', picture(), image)],
  ['put of a video', ({ blobs }) => blobs.put('a', mebibytes(1), video)],
  ['remove', ({ blobs }) => blobs.remove('a')],
  ['confirm', ({ direct }) => direct.confirm('a', limits)],
  ['read', readAll],
  ['discard', ({ direct }) => direct.discard('a')],
  ['sweep', ({ direct }) => direct.sweep(new Date())],
]

test.each(calls)('%s is refused if the private key is wrong, without revealing it', async (_name, call) => {
  const account = await startAccount()
  const privateKey = 'private_not-the-key-of-anyone'
  const error = await errorOf(() => call(openMedia({ ...account, privateKey })))
  expect(error).toMatchObject({
    code: 'storage-failed',
    detail: 'The ImageKit account of the media cannot be used.',
  })
  expect(String(error.cause)).toContain('403 Your account cannot be authenticated.')
  const told = inspect(error, { depth: 20, showHidden: true })
  for (const secret of [privateKey, Buffer.from(`${privateKey}:do_not_set`).toString('base64')])
    expect(told).not.toContain(secret)
})

test('an unreachable server is a 503', async () => {
  const { publicKey, privateKey } = await startAccount()
  const url = 'http://127.0.0.1:1'
  const media = openMedia({ publicKey, privateKey, url, urlEndpoint: `${url}/id` })
  await Promise.all(
    calls.map(async ([name, call]) => {
      const error = await errorOf(() => call(media))
      expect(error, name).toMatchObject({ code: 'media-unavailable', retryAfterSeconds: 5 })
    }),
  )
})

test("a file that is larger than the plan allows is refused with ImageKit's message", async () => {
  const account = await startAccount({ limits: { image: 100, video: 100 } })
  const error = await errorOf(() => openMedia(account).blobs.put('a', picture(), image))
  expect(error).toMatchObject({ code: 'storage-failed' })
  expect(String(error.cause)).toContain('larger than')
})

test.each([
  [{ folder: '' }, '`folder`'],
  [{ folder: 'my app' }, '`folder`'],
  [{ folder: '../other' }, '`folder`'],
  [{ urlEndpoint: 'ik.imagekit.io/me' }, '`urlEndpoint`'],
  [{ urlEndpoint: 'https://ik.imagekit.io/me?tr=w-1' }, '`urlEndpoint`'],
])('rejects the option %j', (options, named) => {
  const place = {
    client: new ImageKit({ privateKey: 'private_x' }),
    publicKey: 'public_x',
    urlEndpoint: 'https://ik.imagekit.io/me',
  }
  expect(() => createImageKitMedia({ ...place, ...options })).toThrow(TypeError)
  expect(() => createImageKitMedia({ ...place, ...options })).toThrow(named)
})
