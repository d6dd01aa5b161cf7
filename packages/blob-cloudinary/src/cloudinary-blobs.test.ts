import { drawDefaultAvatar } from '@kith/core/adapter'
import { expect, test } from 'vitest'
import { describeWithDouble, grantedBlobs, openMedia } from '../test/cloudinary-media.ts'
import {
  bytesAt,
  film,
  image,
  mebibytes,
  picture,
  publicOf,
  sendSigned,
  video,
} from '../../../test/blob-samples.ts'

const soon = (): Date => new Date(Date.now() + 60_000)

async function* bytes(content: Uint8Array): AsyncGenerator<Uint8Array> {
  yield content
}

describeWithDouble('blobs at Cloudinary', {}, (double) => {
  test('are granted without a request, even if another process or no process has stored them', async () => {
    const { blobs, folder } = openMedia(double())
    await blobs.put('film', bytes(film(5000)), video)
    await blobs.put('picture', picture(), image)
    const other = grantedBlobs(openMedia(double(), { folder }))
    const before = double().seen.length
    const filmUrl = await other.grant('film', null, { until: soon(), kind: 'video' })
    const pictureUrl = await other.grant('picture', null, { until: soon(), kind: 'image' })
    for (let index = 0; index < 100; index++)
      await other.grant(`made-up-${index}`, null, { until: soon(), kind: index % 2 ? 'image' : 'video' })
    expect(double().seen).toHaveLength(before)
    expect(await bytesAt(filmUrl)).toEqual(film(5000))
    expect((await bytesAt(pictureUrl))?.length).toBeGreaterThan(100)
  })

  test.each([
    ['shorter than a part', 5, 1],
    ['a part', 6, 1],
    ['a part and a bit', 7, 2],
    ['two parts', 12, 2],
    ['three parts and a bit', 19, 4],
  ])('that are %s are stored and read completely', async (_name, size, parts) => {
    const blobs = grantedBlobs(openMedia(double()))
    const before = double().seen.length
    await blobs.put('a', mebibytes(size), { ...video, size: size * 1024 * 1024 })
    expect(double().seen.length - before).toBe(parts)
    const whole: Uint8Array[] = []
    for await (const part of mebibytes(size)) whole.push(part)
    const there = await bytesAt(await blobs.grant('a', null, { until: soon(), kind: 'video' }))
    expect(there?.equals(Buffer.concat(whole))).toBe(true)
    expect(double().unfinished()).toBe(0)
  })

  test('with another size than announced are not completed', async () => {
    const { blobs, folder } = openMedia(double())
    await expect(blobs.put('a', mebibytes(7), { ...video, size: 1 })).rejects.toMatchObject({
      code: 'malformed-request',
    })
    expect(
      double()
        .assets.all()
        .filter(({ publicId }) => publicId.startsWith(folder)),
    ).toEqual([])
  })

  test.each(['private', 'public'] as const)(
    'that are %s are visible to no one else, or to everyone',
    async (access) => {
      const { blobs, folder } = openMedia(double(), { access })
      await blobs.put('a', picture(), image)
      const [asset] = double()
        .assets.all()
        .filter(({ publicId }) => publicId.startsWith(folder))
      expect(asset?.type).toBe(access === 'public' ? 'upload' : 'authenticated')
      const path = `${double().deliveryUrl}/image/${asset?.type}`
      for (const url of [
        `${path}/v1/${folder}/blobs/a`,
        `${path}/c_limit,h_1080,w_1080/v1/${folder}/blobs/a.webp`,
      ])
        expect((await bytesAt(url)) !== null, url).toBe(access === 'public')
    },
  )

  test.each([null, 'thumb'] as const)(
    'cannot be replaced or destroyed with the signature of a granted URL: %s',
    async (rendition) => {
      const blobs = grantedBlobs(openMedia(double()))
      await blobs.put('a', picture(), image)
      const granted = new URL((await blobs.grant('a', rendition, { until: soon(), kind: 'image' })) ?? '')
      expect(await bytesAt(granted.href)).not.toBeNull()
      const form = { fields: Object.fromEntries(granted.searchParams), file: 'file' }
      const { expires_at: _, ...less } = form.fields
      for (const action of ['upload', 'destroy', 'explicit']) {
        const url = granted.origin + granted.pathname.replace('download', action)
        for (const fields of [form.fields, less]) {
          const signed = {
            method: 'POST',
            url,
            headers: {},
            form: { ...form, fields },
            expiresAt: '',
          } as const
          expect((await sendSigned(signed, drawDefaultAvatar('ben'))).ok, action).toBe(false)
        }
      }
      expect(await bytesAt(granted.href)).not.toBeNull()
    },
  )

  test('that are removed also leave the CDN', async () => {
    const blobs = publicOf(openMedia(double(), { access: 'public' }).blobs)
    await blobs.put('a', picture(), image)
    const urls = [blobs.url('a', null), blobs.url('a', 'thumb')]
    for (const url of urls) expect(await bytesAt(url)).not.toBeNull()
    expect(double().assets.cdn.size).toBeGreaterThan(1)
    await blobs.remove('a')
    for (const url of urls) expect(await bytesAt(url)).toBeNull()
  })
})
