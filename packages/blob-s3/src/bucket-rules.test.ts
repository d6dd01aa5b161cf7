import {
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  PutBucketCorsCommand,
  PutBucketPolicyCommand,
} from '@aws-sdk/client-s3'
import { blobStoreCases, runCases } from '@kith/conformance'
import { expect, test } from 'vitest'
import { describeWithS3 } from '../../../test/servers/describe-servers.ts'
import type { S3Server } from '../../../test/servers/s3-server.ts'
import { ruleOf } from '../test/readme-rules.ts'
import { connect, openMedia } from '../test/s3-media.ts'
import { image, mebibytes, picture, publicOf, video } from '../../../test/blob-samples.ts'
import { contents, sizeOf, stage } from '../test/samples.ts'

let made = 0

await describeWithS3('a separate bucket', { control: true }, (s3) => {
  /** A bucket that no other test uses. */
  async function makeBucket(): Promise<S3Server> {
    const bucket = `kith-rules-${++made}`
    await connect(s3()).send(new CreateBucketCommand({ Bucket: bucket }))
    return { ...s3(), bucket }
  }

  /** Media whose blobs are public, set up as the README describes. */
  async function openPublic() {
    const server = await makeBucket()
    const { bucket, endpoint } = server
    const Policy = JSON.stringify(ruleOf('public', bucket))
    await connect(server).send(new PutBucketPolicyCommand({ Bucket: bucket, Policy }))
    const publicUrl = `${endpoint}/${bucket}/`
    return { ...openMedia(server, { publicUrl, prefix: '' }), publicUrl }
  }

  runCases(test, blobStoreCases, async () => (await openPublic()).blobs)

  test('serves blobs at their public URLs, forever, and grants none', async () => {
    const { blobs: opened, publicUrl } = await openPublic()
    const blobs = publicOf(opened)
    await blobs.put('a', picture(), image)
    expect(blobs.url('a', 'thumb')).toBe(`${publicUrl}blobs/a/thumb`)
    const { ok, headers } = await fetch(blobs.url('a', 'thumb'))
    expect([ok, headers.get('content-type')]).toEqual([true, 'image/webp'])
    expect(headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
  })

  test('exposes neither staged files nor a list of objects', async () => {
    const { direct, publicUrl } = await openPublic()
    await stage(direct, 'a', 1000)
    for (const path of ['staged/a', '', 'blobs/'])
      expect((await fetch(publicUrl + path)).status, path).toBe(403)
  })

  /** Every operation that uses a bucket, by an account with the permissions from the README, except for one. */
  async function work(without?: string): Promise<void> {
    const server = await makeBucket()
    const { bucket: Bucket, clerk } = server
    if (!clerk) throw new Error('there is an account without rights')
    const rights = ruleOf('rights', Bucket) as { Statement: { Action: string[] }[] }
    const Statement = rights.Statement.map(({ Action, ...rest }) => ({
      ...rest,
      Principal: { AWS: [clerk.accessKeyId] },
      Action: Action.filter((action) => action !== without),
    }))
    const owner = connect(server)
    const Policy = JSON.stringify({ ...rights, Statement })
    await owner.send(new PutBucketPolicyCommand({ Bucket, Policy }))
    // For a form upload, versitygw requires permissions for the whole bucket, which S3 does not.
    const { blobs, direct, prefix } = openMedia({ ...server, credentials: clerk }, { sendBy: 'PUT' })
    await owner.send(new CreateMultipartUploadCommand({ Bucket, Key: `${prefix}blobs/b/original` }))

    await blobs.put('a', picture(), image)
    await blobs.put('b', mebibytes(6), video)
    if (!(await sizeOf(blobs, 'a'))) throw new Error('it cannot be seen')
    await stage(direct, 'c', 1000)
    const limits = { ownerId: 'anna', kind: 'video', maxBytes: 1000, maxPixels: 1 } as const
    if (await direct.confirm('d', limits)) throw new Error('it is there')
    if (!(await direct.confirm('c', limits))) throw new Error('it is not there')
    for await (const part of direct.read('c')) void part
    await direct.sweep(new Date(Date.now() + 60_000))
    await direct.discard('c')
    for (const key of ['a', 'b']) await blobs.remove(key)
    expect(await contents(owner, server, prefix)).toEqual({ objects: [], uploads: [] })
  }

  test('needs the permissions that the README lists, and no others', () => work())

  test.each([
    's3:PutObject',
    's3:GetObject',
    's3:DeleteObject',
    's3:AbortMultipartUpload',
    's3:ListBucket',
    's3:ListBucketMultipartUploads',
  ])('needs %s', async (right) => {
    await expect(work(right)).rejects.toThrow()
  })

  test('allows uploads from pages of the app, and from no others', async () => {
    const server = await makeBucket()
    const { direct, client } = openMedia(server)
    const CORSRules = ruleOf('cors', server.bucket) as []
    await client.send(new PutBucketCorsCommand({ Bucket: server.bucket, CORSConfiguration: { CORSRules } }))
    const terms = { contentType: 'image/png', size: 3, until: new Date(Date.now() + 60_000) } as const
    const { url } = await direct.sign('a', terms)
    const ask = (origin: string): Promise<Response> =>
      fetch(url, {
        method: 'OPTIONS',
        headers: {
          origin,
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'content-type',
        },
      })
    const allowed = await ask('https://app.example')
    expect(allowed.headers.get('access-control-allow-origin')).toBe('https://app.example')
    expect((await ask('https://evil.example')).headers.get('access-control-allow-origin')).toBeNull()
  })
})
