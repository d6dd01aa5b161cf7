import { CreateMultipartUploadCommand } from '@aws-sdk/client-s3'
import { expect, onTestFinished, test, describe } from 'vitest'
import { describeWithS3 } from '../../../test/servers/describe-servers.ts'
import { startProxy } from '../../../test/servers/proxy.ts'
import { type Fate, startFaultyFront } from '../test/faulty-front.ts'
import { connect, openMedia } from '../test/s3-media.ts'
import { errorOf, errorWithin, image, mebibytes, picture, video } from '../../../test/blob-samples.ts'
import { contents, sizeOf, stage } from '../test/samples.ts'
import type { S3Media } from './index.ts'

const MiB = 1024 * 1024
const busy: Fate = { status: 503, code: 'SlowDown' }

await describeWithS3('a store that fails temporarily', { control: true }, (s3) => {
  /** Media behind a front that applies these faults to the first matching requests. */
  async function behindFront(matching: RegExp, fates: readonly Fate[], finished = onTestFinished) {
    const prefix = s3().freshPrefix()
    const front = await startFaultyFront(s3(), prefix, finished)
    const left = [...fates]
    front.decide((what) => (matching.test(what) ? (left.shift() ?? 'pass') : 'pass'))
    return { ...openMedia(front.server, { prefix }, finished), front, prefix }
  }

  test.each([
    ['a busy answer', busy],
    ['too many requests', { status: 429, code: 'TooManyRequests' }],
    ['another request for the same', { status: 409, code: 'OperationAborted' }],
    ['an error of its own', { status: 500, code: 'InternalError' }],
    ['an answer that is lost', 'lose-answer'],
  ] as const)('twice, with %s: is retried', async (_name, fate) => {
    const putPicture = ({ blobs }: S3Media) => blobs.put('a', picture(), image)
    const putFilm = ({ blobs }: S3Media) => blobs.put('a', mebibytes(6), video)
    const steps: readonly [RegExp, put: (media: S3Media) => Promise<void>][] = [
      [/^PUT .*thumb/, putPicture],
      [/^PUT .*original/, putPicture],
      [/^POST .*delete/, putPicture],
      [/^GET .*uploads/, putPicture],
      [/^PUT .*uploadId/, putFilm],
      [/^POST .*uploadId/, putFilm],
      [/^POST .*uploads/, putFilm],
    ]
    await Promise.all(
      steps.map(async ([matching, put]) => {
        const media = await behindFront(matching, [fate, fate])
        await put(media)
        expect(await sizeOf(media.blobs, 'a')).toBeGreaterThan(0)
        await media.blobs.remove('a')
        expect(media.front.seen.filter((what) => matching.test(what)).length).toBeGreaterThan(2)
        expect((await contents(media.client, s3(), media.prefix)).objects).toEqual([])
      }),
    )
  })

  test.each([
    ['removed its parts', /^POST .*uploadId/, { status: 400, code: 'InvalidPart' }],
    ['removed its upload', /^POST .*uploadId/, { status: 404, code: 'NoSuchUpload' }],
    ['removed it', /^POST .*uploads/, { status: 404, code: 'NoSuchKey' }],
    ['still writes it', /^PUT .*partNumber/, { status: 409, code: 'OperationAborted' }],
  ])('a put that finds that another process %s is a 503', async (_name, matching, fate) => {
    const { blobs } = await behindFront(matching, Array<Fate>(9).fill(fate))
    const error = await errorOf(() => blobs.put('a', mebibytes(6), video))
    expect(error).toMatchObject({ code: 'media-unavailable' })
  })

  test('an unexpected response from something in between is a 503', async () => {
    const html: Fate = { status: 200, code: '', body: '<html><p>Sign in</html>' }
    const { blobs, direct } = await behindFront(/./, Array<Fate>(99).fill(html))
    const put = (): Promise<void> => blobs.put('a', mebibytes(6), video)
    for (const call of [put, () => blobs.remove('a'), () => direct.sweep(new Date())])
      expect(await errorOf(call)).toMatchObject({ code: 'media-unavailable' })
  })

  test('objects that another process deletes concurrently are deleted, and no other error is treated like that', async () => {
    const absent = { status: 404, code: 'NoSuchKey' }
    const { blobs, direct, front } = await behindFront(/^DELETE /, [
      absent,
      { ...absent, code: 'NoSuchBucket' },
    ])
    await direct.discard('a')
    expect(await errorOf(() => direct.discard('a'))).toMatchObject({ code: 'storage-failed' })

    const told = (...codes: string[]) => {
      const errors = codes.map((code) => `<Error><Key>b</Key><Code>${code}</Code></Error>`)
      return { status: 200, code: '', body: `<DeleteResult>${errors.join('')}</DeleteResult>` }
    }
    front.decide((what) => (what.includes(' delete') ? told('NoSuchKey', 'NoSuchKey') : 'pass'))
    await blobs.remove('b')
    front.decide((what) => (what.includes(' delete') ? told('NoSuchKey', 'InternalError') : 'pass'))
    expect(await errorOf(() => blobs.remove('b'))).toMatchObject({ code: 'media-unavailable' })
    front.decide((what) => (what.includes(' delete') ? told('AccessDenied') : 'pass'))
    expect(await errorOf(() => blobs.remove('b'))).toMatchObject({ code: 'storage-failed' })
  })

  test('parts that another process aborts concurrently are aborted', async () => {
    const { blobs, client, front, prefix } = await behindFront(/^never/, [])
    const input = { Bucket: s3().bucket, Key: `${prefix}blobs/c/original` }
    await client.send(new CreateMultipartUploadCommand(input))
    front.decide((what) => (what.startsWith('DELETE ') ? { status: 404, code: 'NoSuchUpload' } : 'pass'))
    await blobs.remove('c')
    expect(front.seen.at(-1)).toMatch(/^DELETE .*uploadId/)
    front.decide(() => 'pass')
    await blobs.remove('c')
    expect(await contents(client, s3(), prefix)).toEqual({ objects: [], uploads: [] })
  })

  test.each([
    ['the first rendition', /^PUT .*thumb/],
    ['the last rendition', /^PUT .*full/],
    ['the original', /^PUT .*original/],
  ])(
    'at %s of an image: the image does not exist, and removing it leaves nothing',
    async (_name, matching) => {
      const { blobs, client, prefix } = await behindFront(matching, Array<Fate>(9).fill(busy))
      expect(await errorOf(() => blobs.put('a', picture(), image))).toMatchObject({
        code: 'media-unavailable',
      })
      expect(await sizeOf(blobs, 'a')).toBeNull()
      await blobs.remove('a')
      expect(await contents(client, s3(), prefix)).toEqual({ objects: [], uploads: [] })
    },
  )

  test.each([
    ['the first part', /^PUT .*partNumber/, 0],
    ['the second part', /^PUT .*partNumber/, 1],
    ['the end', /^POST .*uploadId/, 0],
  ])('at %s of a long video: nothing of it remains, not even its parts', async (_name, matching, after) => {
    const fates = [...Array<Fate>(after).fill('pass'), ...Array<Fate>(9).fill(busy)]
    const { blobs, client, prefix } = await behindFront(matching, fates)
    expect(await errorOf(() => blobs.put('a', mebibytes(6), video))).toMatchObject({
      code: 'media-unavailable',
    })
    expect(await contents(client, s3(), prefix)).toEqual({ objects: [], uploads: [] })
  })

  test('a stream that fails in the middle leaves no parts, and its error is passed on unchanged', async () => {
    const { blobs, client, prefix } = openMedia(s3())
    const cutOff = new Error('cut off')
    const failing = mebibytes(12, async (index) => {
      if (index === 7) throw cutOff
    })
    expect(await errorOf(() => blobs.put('a', failing, video))).toBe(cutOff)
    expect(await contents(client, s3(), prefix)).toEqual({ objects: [], uploads: [] })
  })

  test('a connection that is reset in the middle is a 503, and the same put works later', async () => {
    const proxy = await startProxy(s3())
    onTestFinished(() => proxy.close())
    const behind = { ...s3(), endpoint: `http://${proxy.host}:${proxy.port}` }
    const { blobs, direct, prefix } = openMedia(behind)
    const cut = mebibytes(12, async (index) => {
      if (index === 7) await proxy.cut()
    })
    expect(await errorOf(() => blobs.put('a', cut, video))).toMatchObject({ code: 'media-unavailable' })
    expect(await errorOf(() => direct.discard('a'))).toMatchObject({ code: 'media-unavailable' })
    await proxy.heal()
    await blobs.put('a', mebibytes(12), video)
    expect(await sizeOf(blobs, 'a')).toBe(12 * MiB)
    // The parts of the first attempt, which could not be removed then.
    await blobs.remove('a')
    expect(await contents(connect(s3()), s3(), prefix)).toEqual({ objects: [], uploads: [] })
  })

  test('a store that is killed in the middle is a 503; after its restart it has no partial blob, and accepts it', async () => {
    const { blobs, client, prefix } = openMedia(s3())
    await blobs.put('before', picture(), image)
    const killing = mebibytes(12, async (index) => {
      if (index === 7) await s3().control?.kill()
    })
    expect(await errorOf(() => blobs.put('a', killing, video))).toMatchObject({ code: 'media-unavailable' })
    await s3().control?.restart()
    expect(await sizeOf(blobs, 'a')).toBeNull()
    expect(await sizeOf(blobs, 'before')).toBeGreaterThan(0)
    await blobs.put('a', mebibytes(12), video)
    expect(await sizeOf(blobs, 'a')).toBe(12 * MiB)
    for (const key of ['a', 'before']) await blobs.remove(key)
    expect(await contents(client, s3(), prefix)).toEqual({ objects: [], uploads: [] })
  })

  test('20 concurrent puts, long and short, are all stored', async () => {
    const { blobs, client, prefix } = openMedia(s3())
    const keys = Array.from({ length: 20 }, (_, index) => `blob-${index}`)
    await Promise.all(
      keys.map((key, index) => {
        if (index % 2 === 0) return blobs.put(key, picture(key), image)
        return blobs.put(key, mebibytes(index % 4 === 1 ? 1 : 6), video)
      }),
    )
    for (const [index, key] of keys.entries())
      if (index % 2) expect(await sizeOf(blobs, key)).toBe((index % 4 === 1 ? 1 : 6) * MiB)
    const { objects, uploads } = await contents(client, s3(), prefix)
    expect([objects.length, uploads.length]).toEqual([10 * 4 + 10, 0])
  })

  // They mostly wait, so they run concurrently.
  describe.concurrent('and does not respond', () => {
    test('no call waits much longer than 10 seconds', { timeout: 60_000 }, async (context) => {
      const { blobs, direct, front } = await behindFront(
        /./,
        Array<Fate>(99).fill('silence'),
        context.onTestFinished,
      )
      const limits = { ownerId: 'anna', kind: 'image', maxBytes: 1, maxPixels: 1 } as const
      const calls: Record<string, () => Promise<unknown>> = {
        'put of an image': () => blobs.put('b', picture(), image),
        'put of a short video': () => blobs.put('c', mebibytes(1), video),
        'put of a long video': () => blobs.put('d', mebibytes(20), video),
        remove: () => blobs.remove('a'),
        confirm: () => direct.confirm('e', limits),
        read: () => direct.read('f')[Symbol.asyncIterator]().next(),
        discard: () => direct.discard('g'),
        sweep: () => direct.sweep(new Date()),
      }
      await Promise.all(
        Object.entries(calls).map(async ([name, call]) =>
          context.expect((await errorWithin(15, call)).code, name).toBe('media-unavailable'),
        ),
      )
      front.decide(() => 'pass')
      await blobs.put('b', picture(), image)
      context.expect(await sizeOf(blobs, 'b')).toBeGreaterThan(0)
    })

    test.for(['stall-body', 'cut-body'] as const)(
      '%s: reading is a 503, never a file that ends early',
      { timeout: 60_000 },
      async (fate, context) => {
        const { direct } = await behindFront(/^GET/, Array<Fate>(3).fill(fate), context.onTestFinished)
        await stage(direct, 'a', MiB)
        let received = 0
        const error = await errorWithin(15, async () => {
          for await (const part of direct.read('a')) received += part.length
        })
        context.expect([error.code, received]).toEqual(['media-unavailable', MiB / 2])
      },
    )

    test('a body that arrives slowly is read to its end', async (context) => {
      const proxy = await startProxy(s3())
      context.onTestFinished(() => proxy.close())
      const behind = { ...s3(), endpoint: `http://${proxy.host}:${proxy.port}` }
      const { direct } = openMedia(behind, {}, context.onTestFinished)
      await stage(direct, 'a', MiB)
      proxy.delay(300)
      let received = 0
      for await (const part of direct.read('a')) received += part.length
      context.expect(received).toBe(MiB)
    })
  })
})
