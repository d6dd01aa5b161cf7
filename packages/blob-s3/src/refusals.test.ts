import { inspect } from 'node:util'
import { S3Client } from '@aws-sdk/client-s3'
import type { UploadLimits } from '@kith/core/ports'
import { expect, onTestFinished, test } from 'vitest'
import { describeWithS3 } from '../../../test/servers/describe-servers.ts'
import { openMedia } from '../test/s3-media.ts'
import { errorOf, image, mebibytes, picture, video } from '../../../test/blob-samples.ts'
import type { S3Media } from './index.ts'

const limits: UploadLimits = { ownerId: 'anna', kind: 'image', maxBytes: 1000, maxPixels: 1000 }

async function readAll({ direct }: S3Media): Promise<void> {
  for await (const part of direct.read('a')) void part
}

/** Every operation that uses the bucket. */
const calls: readonly [name: string, call: (media: S3Media) => Promise<unknown>][] = [
  ['put of an image', ({ blobs }) => blobs.put('a', picture(), image)],
  ['put of a short video', ({ blobs }) => blobs.put('a', mebibytes(1), video)],
  ['put of a long video', ({ blobs }) => blobs.put('a', mebibytes(12), video)],
  ['remove', ({ blobs }) => blobs.remove('a')],
  ['confirm', ({ direct }) => direct.confirm('a', limits)],
  ['read', readAll],
  ['discard', ({ direct }) => direct.discard('a')],
  ['sweep', ({ direct }) => direct.sweep(new Date())],
]

await describeWithS3('an unusable bucket', {}, (s3) => {
  test.each(calls)('%s, because it does not exist', async (_name, call) => {
    const error = await errorOf(() => call(openMedia(s3(), { bucket: 'kith-no-such-bucket' })))
    expect(error).toMatchObject({ code: 'storage-failed', detail: 'The bucket of the media cannot be used.' })
    expect(String(error.cause)).toMatch(/NoSuchBucket|NotFound/)
  })

  test.each(calls)('%s, because the secret is wrong', async (_name, call) => {
    const { endpoint, region, credentials } = s3()
    const wrong = { ...credentials, secretAccessKey: 'not-the-secret-of-anyone' }
    const client = new S3Client({ endpoint, region, credentials: wrong, forcePathStyle: true })
    onTestFinished(() => client.destroy())
    const error = await errorOf(() => call(openMedia(s3(), { client })))
    expect(error).toMatchObject({ code: 'storage-failed' })
    expect(String(error.cause)).toMatch(/SignatureDoesNotMatch|403/)
    const told = inspect(error, { depth: 20, showHidden: true })
    for (const secret of [wrong.secretAccessKey, wrong.accessKeyId, 'Signature=', 'Credential='])
      expect(told).not.toContain(secret)
  })

  test('because nothing listens there', async () => {
    const { region, credentials } = s3()
    const endpoint = 'http://127.0.0.1:1'
    const client = new S3Client({ endpoint, region, credentials, forcePathStyle: true })
    onTestFinished(() => client.destroy())
    await Promise.all(
      calls.map(async ([name, call]) => {
        const error = await errorOf(() => call(openMedia(s3(), { client })))
        expect(error, name).toMatchObject({ code: 'media-unavailable', retryAfterSeconds: 5 })
      }),
    )
  })

  test('because there are no credentials', async () => {
    const { endpoint, region } = s3()
    const credentials = () =>
      Promise.reject(Object.assign(new Error('none to be had'), { name: 'CredentialsProviderError' }))
    const client = new S3Client({ endpoint, region, credentials, forcePathStyle: true })
    onTestFinished(() => client.destroy())
    const media = openMedia(s3(), { client })
    const terms = { contentType: 'image/png', size: 10, until: new Date() } as const
    for (const call of [() => media.direct.sign('a', terms), () => media.blobs.remove('a')])
      expect((await errorOf(call)).code).toBe('storage-failed')
  })
})
