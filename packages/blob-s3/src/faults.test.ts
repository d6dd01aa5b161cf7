import { CreateMultipartUploadCommand } from '@aws-sdk/client-s3'
import { isGranted } from '@kith/core'
import { expect, onTestFinished, test, describe } from 'vitest'
import { describeWithS3 } from '../../../test/servers/describe-servers.ts'
import { startProxy } from '../../../test/servers/proxy.ts'
import { type Fate, startFaultyFront } from '../test/faulty-front.ts'
import { connect, openMedia } from '../test/s3-media.ts'
import { errorOf, image, mebibytes, picture, video } from '../../../test/blob-samples.ts'
import { contents, sizeOf, stage } from '../test/samples.ts'

const MiB = 1024 * 1024
const busy: Fate = { status: 503, code: 'SlowDown' }

await describeWithS3('a store that fails for a while', { control: true }, (s3) => {
  /** Media behind a front that meets the first requests that match with these fates. */
  async function behindFront(matching: RegExp, fates: readonly Fate[]) {
    const prefix = s3().freshPrefix()
    const front = await startFaultyFront(s3(), prefix)
    const left = [...fates]
    front.decide((what) => (matching.test(what) ? (left.shift() ?? 'pass') : 'pass'))
    return { ...openMedia(front.server, { prefix }), front, prefix }
  }

  test.each([
    ['a busy answer', busy],
    ['too many requests', { status: 429, code: 'TooManyRequests' }],
    ['an error of its own', { status: 500, code: 'InternalError' }],
    ['an answer that is lost', 'lose-answer'],
  ] as const)('twice, with %s: is asked again', async (_name, fate) => {
    const steps = [/^PUT .*thumb/, /^PUT .*original/, /^(POST|PUT).*uploadId/, /^POST .*uploads/]
    await Promise.all(
      steps.map(async (matching) => {
        const { blobs, client, prefix } = await behindFront(matching, [fate, fate])
        await blobs.put('picture', picture(), image)
        await blobs.put('film', mebibytes(11), video)
        expect(await sizeOf(blobs, 'film')).toBe(11 * MiB)
        await blobs.remove('film')
        await blobs.remove('picture')
        expect(await contents(client, s3(), prefix)).toEqual({ objects: [], uploads: [] })
      }),
    )
  })

  test('what another process deletes at the same moment is deleted, and nothing else is taken for it', async () => {
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

  test('parts that another process abandons at the same moment are abandoned', async () => {
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
  ])('at %s of an image: the image is not there, and removed it leaves nothing', async (_name, matching) => {
    const { blobs, client, prefix } = await behindFront(matching, Array<Fate>(9).fill(busy))
    expect(await errorOf(() => blobs.put('a', picture(), image))).toMatchObject({ code: 'media-unavailable' })
    expect(await sizeOf(blobs, 'a')).toBeNull()
    await blobs.remove('a')
    expect(await contents(client, s3(), prefix)).toEqual({ objects: [], uploads: [] })
  })

  test.each([
    ['the first part', /^PUT .*partNumber/, 0],
    ['the second part', /^PUT .*partNumber/, 1],
    ['the end', /^POST .*uploadId/, 0],
  ])('at %s of a long video: nothing of it stays, not even its parts', async (_name, matching, after) => {
    const fates = [...Array<Fate>(after).fill('pass'), ...Array<Fate>(9).fill(busy)]
    const { blobs, client, prefix } = await behindFront(matching, fates)
    expect(await errorOf(() => blobs.put('a', mebibytes(11), video))).toMatchObject({
      code: 'media-unavailable',
    })
    expect(await contents(client, s3(), prefix)).toEqual({ objects: [], uploads: [] })
  })

  test('a stream that fails in the middle leaves no parts, and its error goes out as it is', async () => {
    const { blobs, client, prefix } = openMedia(s3())
    const cutOff = new Error('cut off')
    const failing = mebibytes(20, async (index) => {
      if (index === 13) throw cutOff
    })
    expect(await errorOf(() => blobs.put('a', failing, video))).toBe(cutOff)
    expect(await contents(client, s3(), prefix)).toEqual({ objects: [], uploads: [] })
  })

  test('a connection that is reset in the middle is a 503, and the same put works later', async () => {
    const proxy = await startProxy(s3())
    onTestFinished(() => proxy.close())
    const behind = { ...s3(), endpoint: `http://${proxy.host}:${proxy.port}` }
    const { blobs, direct, prefix } = openMedia(behind)
    const cut = mebibytes(20, async (index) => {
      if (index === 12) await proxy.cut()
    })
    expect(await errorOf(() => blobs.put('a', cut, video))).toMatchObject({ code: 'media-unavailable' })
    expect(await errorOf(() => direct.discard('a'))).toMatchObject({ code: 'media-unavailable' })
    await proxy.heal()
    await blobs.put('a', mebibytes(20), video)
    expect(await sizeOf(blobs, 'a')).toBe(20 * MiB)
    // The parts of the first attempt, which could not be thrown away then.
    await blobs.remove('a')
    expect(await contents(connect(s3()), s3(), prefix)).toEqual({ objects: [], uploads: [] })
  })

  test('a store that is killed in the middle is a 503; started again it has nothing half, and takes it', async () => {
    const { blobs, client, prefix } = openMedia(s3())
    await blobs.put('before', picture(), image)
    const killing = mebibytes(20, async (index) => {
      if (index === 12) await s3().control?.kill()
    })
    expect(await errorOf(() => blobs.put('a', killing, video))).toMatchObject({ code: 'media-unavailable' })
    await s3().control?.restart()
    expect(await sizeOf(blobs, 'a')).toBeNull()
    expect(await sizeOf(blobs, 'before')).toBeGreaterThan(0)
    await blobs.put('a', mebibytes(20), video)
    expect(await sizeOf(blobs, 'a')).toBe(20 * MiB)
    for (const key of ['a', 'before']) await blobs.remove(key)
    expect(await contents(client, s3(), prefix)).toEqual({ objects: [], uploads: [] })
  })

  test('20 puts at once, long and short, are all there', async () => {
    const { blobs, client, prefix } = openMedia(s3())
    const keys = Array.from({ length: 20 }, (_, index) => `blob-${index}`)
    await Promise.all(
      keys.map((key, index) => {
        if (index % 2 === 0) return blobs.put(key, picture(key), image)
        return blobs.put(key, mebibytes(index), video)
      }),
    )
    for (const [index, key] of keys.entries())
      if (index % 2) expect(await sizeOf(blobs, key)).toBe(index * MiB)
    const { objects, uploads } = await contents(client, s3(), prefix)
    expect([objects.length, uploads.length]).toEqual([10 * 4 + 10, 0])
  })

  describe('and says nothing', () => {
    test('no call waits much longer than 10 seconds', { timeout: 60_000 }, async () => {
      const { blobs, direct } = openMedia(s3())
      if (!isGranted(blobs)) throw new Error('it grants')
      await blobs.put('kept', picture(), image)
      s3().control?.freeze()
      onTestFinished(() => s3().control?.thaw())
      const limits = { kind: 'image', maxBytes: 1, maxPixels: 1 } as const
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
      const started = performance.now()
      await Promise.all(
        Object.entries(calls).map(async ([name, call]) => {
          expect((await errorOf(call)).code, name).toBe('media-unavailable')
          expect((performance.now() - started) / 1000, name).toBeLessThan(15)
        }),
      )
      s3().control?.thaw()
      expect(await sizeOf(blobs, 'kept')).toBeGreaterThan(0)
    })

    test('a body that stops is a 503, never a file that ends early', { timeout: 60_000 }, async () => {
      const proxy = await startProxy(s3())
      onTestFinished(() => proxy.close())
      const behind = { ...s3(), endpoint: `http://${proxy.host}:${proxy.port}` }
      const { direct } = openMedia(behind)
      await stage(direct, 'a', 64 * MiB)
      let received = 0
      const started = performance.now()
      const error = await errorOf(async () => {
        for await (const part of direct.read('a')) {
          if (received === 0) proxy.stall()
          received += part.length
        }
      })
      expect(error.code).toBe('media-unavailable')
      expect(received).toBeLessThan(64 * MiB)
      expect((performance.now() - started) / 1000).toBeLessThan(15)
      await proxy.heal()
      received = 0
      for await (const part of direct.read('a')) received += part.length
      expect(received).toBe(64 * MiB)
    })

    test('a body that is cut off is a 503, too', async () => {
      const proxy = await startProxy(s3())
      onTestFinished(() => proxy.close())
      const behind = { ...s3(), endpoint: `http://${proxy.host}:${proxy.port}` }
      const { direct } = openMedia(behind)
      await stage(direct, 'a', 64 * MiB)
      const error = await errorOf(async () => {
        for await (const part of direct.read('a')) if (part.length > 0) await proxy.cut()
      })
      expect(error.code).toBe('media-unavailable')
    })

    test('a body that comes slowly is read to its end', async () => {
      const proxy = await startProxy(s3())
      onTestFinished(() => proxy.close())
      const behind = { ...s3(), endpoint: `http://${proxy.host}:${proxy.port}` }
      const { direct } = openMedia(behind)
      await stage(direct, 'a', MiB)
      proxy.delay(300)
      let received = 0
      for await (const part of direct.read('a')) received += part.length
      expect(received).toBe(MiB)
    })
  })
})
