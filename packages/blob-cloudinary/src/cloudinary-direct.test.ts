import { drawDefaultAvatar } from '@kith/core/adapter'
import { expect, test } from 'vitest'
import { describeWithDouble, openMedia } from '../test/cloudinary-media.ts'
import { bytesAt, errorOf, film, sendSigned } from '../../../test/blob-samples.ts'

const bytes = drawDefaultAvatar('anna')
const limits = { ownerId: 'anna', kind: 'image', maxBytes: 10_000_000, maxPixels: 10_000_000 } as const
const inSeconds = (seconds: number): Date => new Date(Date.now() + seconds * 1000)
const terms = (seconds = 600) =>
  ({ contentType: 'image/png', size: bytes.length, until: inSeconds(seconds) }) as const

describeWithDouble('files that browsers send to Cloudinary', {}, (double) => {
  function staged(folder: string): string[] {
    return double()
      .assets.all()
      .filter(({ publicId }) => publicId.startsWith(`${folder}/`))
      .map(
        ({ resourceType, type, publicId }) => `${resourceType}/${type}/${publicId.slice(folder.length + 1)}`,
      )
  }

  test('are staged where only Kith can read them, whether the blobs are public or not', async () => {
    for (const access of ['private', 'public'] as const) {
      const { direct, folder } = openMedia(double(), { access })
      expect((await sendSigned(await direct.sign('a', terms()), bytes)).ok).toBe(true)
      expect(staged(folder)).toEqual(['image/authenticated/staged/a'])
      const path = `${double().deliveryUrl}/image`
      for (const type of ['upload', 'authenticated', 'private'])
        expect(await bytesAt(`${path}/${type}/v1/${folder}/staged/a`)).toBeNull()
    }
  })

  test('are signed completely, so that nothing can be added either', async () => {
    const { direct, folder } = openMedia(double())
    const signed = await direct.sign('a', terms())
    expect(Object.keys(signed.form?.fields ?? {}).sort()).toEqual(
      ['allowed_formats', 'api_key', 'overwrite', 'public_id', 'signature', 'timestamp', 'type'].sort(),
    )
    for (const extra of [
      { folder: 'elsewhere' },
      { eager: 'w_10,c_fill' },
      { tags: 'x' },
      { notification_url: 'https://evil.example' },
      { type: 'upload' },
      { transformation: 'w_10,c_fill' },
      { upload_preset: 'open' },
      { invalidate: 'true' },
    ] as Record<string, string>[]) {
      const response = await sendSigned(signed, bytes, extra)
      expect(response.status, JSON.stringify(extra)).toBe(401)
      expect(response.headers.get('x-cld-error')).toContain('Invalid Signature')
    }
    expect(staged(folder)).toEqual([])
  })

  test('are accepted until they expire, after an hour at most, and no signature lasts longer', async () => {
    const { direct } = openMedia(double())
    for (const seconds of [1, 1_800, 3_600]) {
      const { expiresAt, form } = await direct.sign('a', terms(seconds))
      const end = Date.now() + seconds * 1000
      expect(Math.abs(Date.parse(expiresAt) - end)).toBeLessThan(2_000)
      expect((Number(form?.fields['timestamp']) + 3_600) * 1000).toBe(Date.parse(expiresAt))
    }
    const { expiresAt, form } = await direct.sign('a', terms(86_400))
    expect(Date.parse(expiresAt)).toBeLessThanOrEqual(Date.now() + 3_600_000)
    expect(Number(form?.fields['timestamp'])).toBeLessThanOrEqual(Date.now() / 1000)
    const over = await sendSigned(await direct.sign('a', terms(-1)), bytes)
    expect([over.status, over.headers.get('x-cld-error')]).toEqual([
      400,
      expect.stringContaining('Stale request'),
    ])
  })

  test('in parts, with the same signature, are accepted as well', async () => {
    const { direct } = openMedia(double())
    const content = film(6_000_000)
    const signed = await direct.sign('a', {
      contentType: 'video/mp4',
      size: content.length,
      until: inSeconds(60),
    })
    for (const [from, to] of [
      [0, 5_300_000],
      [5_300_000, 6_000_000],
    ] as const) {
      const headers = {
        ...signed.headers,
        'x-unique-upload-id': 'of-a-browser',
        'content-range': `bytes ${from}-${to - 1}/6000000`,
      }
      expect((await sendSigned({ ...signed, headers }, content.subarray(from, to))).ok).toBe(true)
    }
    expect(await direct.confirm('a', { ...limits, kind: 'video' })).toBe(true)
    expect(await direct.confirm('a', { ...limits, kind: 'video' })).toBe(true)
  })

  test.each([
    ['image/jpeg', 'jpg'],
    ['image/heic', 'heic'],
    ['video/quicktime', 'mov'],
  ] as const)('of type %s are restricted to the format %s', async (contentType, format) => {
    const { direct } = openMedia(double())
    const { form } = await direct.sign('a', { ...terms(), contentType })
    expect(form?.fields['allowed_formats']).toBe(format)
    for (const content of [bytes, film(1000)])
      expect((await sendSigned(await direct.sign('a', { ...terms(), contentType }), content)).status).toBe(
        400,
      )
  })

  test('that turn out to be of another type at their confirmation are removed', async () => {
    const { direct, folder } = openMedia(double())
    expect((await sendSigned(await direct.sign('a', terms()), bytes)).ok).toBe(true)
    const error = await errorOf(() => direct.confirm('a', { ...limits, kind: 'video' }))
    expect(error).toMatchObject({ code: 'unsupported-media-type' })
    expect(staged(folder)).toEqual([])
  })

  test('as raw files, with the signature of a picture, are never read and are swept', async () => {
    const { direct, folder } = openMedia(double())
    const signed = await direct.sign('a', terms())
    const url = signed.url.replace('/image/', '/raw/')
    expect((await sendSigned({ ...signed, url }, Buffer.from('<script>'))).ok).toBe(true)
    expect(staged(folder)).toEqual(['raw/authenticated/staged/a'])
    expect(await direct.confirm('a', limits)).toBe(false)
    expect(await errorOf(() => direct.read('a')[Symbol.asyncIterator]().next())).toMatchObject({
      code: 'media-not-found',
    })
    await direct.sweep(inSeconds(60))
    expect(staged(folder)).toEqual([])
  })

  test('are swept by the hundreds, in pages, and only those of this folder', async () => {
    const { direct, folder } = openMedia(double())
    const save = (publicId: string): void => {
      const asset = {
        resourceType: 'image',
        type: 'authenticated',
        publicId,
        bytes: Buffer.from(bytes),
        format: 'png',
        width: 1,
        height: 1,
      }
      double().assets.save(asset, false)
    }
    for (let index = 0; index < 1_234; index++) save(`${folder}/staged/k${index}`)
    for (const other of [`${folder}/blobs/a`, `${folder}/staged-2/a`, `${folder}x/staged/a`]) save(other)
    const before = double().seen.length
    await direct.sweep(inSeconds(60))
    expect(staged(folder).sort()).toEqual(['image/authenticated/blobs/a', 'image/authenticated/staged-2/a'])
    expect(double().assets.get('image', 'authenticated', `${folder}x/staged/a`)).not.toBeNull()
    const requests = double().seen.slice(before)
    expect(requests.filter((what) => what.startsWith('GET'))).toHaveLength(3 + 1 + 1)
    expect(requests.filter((what) => what.startsWith('DELETE'))).toHaveLength(5 + 5 + 3)
  })

  test('that were replaced are as old as their replacement', async () => {
    const { direct, folder } = openMedia(double())
    for (const key of ['old', 'replaced']) {
      await sendSigned(await direct.sign(key, terms()), bytes)
      double().assets.age(`${folder}/staged/${key}`, 7_200)
    }
    await sendSigned(await direct.sign('replaced', terms()), bytes)
    await direct.sweep(inSeconds(-3_600))
    expect(staged(folder)).toEqual(['image/authenticated/staged/replaced'])
  })
})
