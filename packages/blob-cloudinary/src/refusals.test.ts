import { inspect } from 'node:util'
import { drawDefaultAvatar } from '@kith/core/adapter'
import type { UploadLimits } from '@kith/core/ports'
import { expect, test } from 'vitest'
import { describeWithDouble, openMedia } from '../test/cloudinary-media.ts'
import { errorOf, image, mebibytes, picture, video } from '../../../test/blob-samples.ts'
import type { CloudinaryMedia } from './index.ts'

const limits: UploadLimits = { ownerId: 'anna', kind: 'image', maxBytes: 1000, maxPixels: 1000 }

/** Every operation that calls Cloudinary. */
const calls: readonly [name: string, call: (media: CloudinaryMedia) => Promise<unknown>][] = [
  ['put of an image', ({ blobs }) => blobs.put('a', picture(), image)],
  ['put of a long video', ({ blobs }) => blobs.put('a', mebibytes(12), video)],
  ['remove', ({ blobs }) => blobs.remove('a')],
  ['confirm', ({ direct }) => direct.confirm('a', limits)],
  ['read', ({ direct }) => direct.read('a')[Symbol.asyncIterator]().next()],
  ['discard', ({ direct }) => direct.discard('a')],
  ['sweep', ({ direct }) => direct.sweep(new Date())],
]

describeWithDouble('an account that cannot be used', { imageBytes: 300, videoBytes: 1000 }, (double) => {
  test.each(calls)('%s, because the secret is wrong', async (_name, call) => {
    const account = { ...double().account, apiSecret: 'not-the-secret' }
    const error = await errorOf(() => call(openMedia(double(), { account })))
    expect(error).toMatchObject({
      code: 'storage-failed',
      detail: 'The Cloudinary account of the media cannot be used.',
    })
    expect(String(error.cause)).toMatch(/responded with 401: (Invalid Signature …|api_secret mismatch)/)
    const told = inspect(error, { depth: 20, showHidden: true })
    const basic = Buffer.from(`${account.apiKey}:${account.apiSecret}`).toString('base64')
    for (const secret of [account.apiSecret, basic]) expect(told).not.toContain(secret)
    expect(told).not.toMatch(/[0-9a-f]{40}/)
  })

  test.each(calls)('%s, because the cloud does not exist', async (_name, call) => {
    const account = { ...double().account, cloudName: 'nobody' }
    const error = await errorOf(() => call(openMedia(double(), { account })))
    expect(error).toMatchObject({ code: 'storage-failed' })
    expect(String(error.cause)).toContain('cloud_name mismatch')
  })

  test('because the key is wrong, which is not revealed', async () => {
    const account = { ...double().account, apiKey: '123456789' }
    const error = await errorOf(() => openMedia(double(), { account }).blobs.remove('a'))
    expect(String(error.cause)).toBe('Refusal: Cloudinary responded with 401: unknown api_key …')
  })

  test('because nothing listens there', async () => {
    await Promise.all(
      calls.map(async ([name, call]) => {
        const error = await errorOf(() => call(openMedia(double(), { apiUrl: 'http://127.0.0.1:1' })))
        expect(error, name).toMatchObject({ code: 'media-unavailable', retryAfterSeconds: 5 })
      }),
    )
  })

  test('because another server responds there', async () => {
    const fetch = async (): Promise<Response> => new Response('<html>not here</html>', { status: 404 })
    for (const [name, call] of calls.filter(([name]) => !['grant', 'read'].includes(name)))
      expect(await errorOf(() => call(openMedia(double(), { fetch }))), name).toMatchObject({
        code: 'storage-failed',
      })
  })

  test('for a file that is too large for the plan, or not an image', async () => {
    const { blobs } = openMedia(double())
    async function* bytes(content: Uint8Array): AsyncGenerator<Uint8Array> {
      yield content
    }
    const avatar = drawDefaultAvatar('anna')
    expect(avatar.length).toBeGreaterThan(300)
    expect(await errorOf(() => blobs.put('a', bytes(avatar), image))).toMatchObject({
      code: 'media-too-large',
    })
    expect(await errorOf(() => blobs.put('a', mebibytes(1), video))).toMatchObject({
      code: 'media-too-large',
    })
    for (const meta of [image, video]) {
      const put = (): Promise<void> => blobs.put('a', bytes(Buffer.from('<html>')), meta)
      expect(await errorOf(put)).toMatchObject({ code: 'media-unreadable' })
    }
  })

  test('because its presets change what is stored', async () => {
    const fetch: typeof globalThis.fetch = async () => Response.json({ bytes: 3 })
    const { blobs } = openMedia(double(), { fetch })
    const error = await errorOf(() => blobs.put('a', picture(), image))
    expect(error).toMatchObject({ code: 'storage-failed' })
    expect(error.message).toContain('Take incoming transformations out of the default upload preset')
  })
})
