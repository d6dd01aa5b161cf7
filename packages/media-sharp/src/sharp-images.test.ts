import { renameSync } from 'node:fs'
import { sniff } from '@kith/core/adapter'
import type { RenditionForm, WrittenRendition } from '@kith/core/ports'
import sharp from 'sharp'
import { afterAll, describe, expect, test } from 'vitest'
import { closeImages, openImages } from '../test/open-images.ts'
import { animation, blackPng, createFolder, noise, photo, plain, webpChunks } from '../test/pictures.ts'

const folder = createFolder()
const images = openImages()
const target = folder.path('target')
const formats = ['webp', 'avif'] as const
const feed = { rendition: 'feed', format: 'webp' } as const

afterAll(async () => {
  await closeImages()
  folder.clear()
})

async function sizeOf(name: string): Promise<[number, number]> {
  const { width, height } = await sharp(folder.read(name)).metadata()
  return [width, height]
}

describe('orientation', () => {
  test.each([1, 2, 3, 4, 5, 6, 7, 8])('%i is applied, and its tag is removed', async (orientation) => {
    // Red is at the left edge of the stored pixels; TIFF 6.0 says where the tag moves it.
    const red = await plain(40, 60, '#ff0000').png().toBuffer()
    const source = plain(160, 60, '#0000ff').composite([{ input: red, left: 0, top: 0 }])
    const path = folder.save('turned', await source.jpeg().withMetadata({ orientation }).toBuffer())
    const upright = orientation <= 4
    const size = upright ? { width: 160, height: 60 } : { width: 60, height: 160 }
    expect(await images.inspect(path)).toEqual({ ...size, frames: 1 })
    expect(await images.normalize(path, target)).toMatchObject(size)
    const { data, info } = await sharp(folder.read('target')).raw().toBuffer({ resolveWithObject: true })
    const isRedFirst = [1, 4, 5, 6].includes(orientation)
    expect((data[0] ?? 0) > 128).toBe(isRedFirst)
    expect((data[info.channels * (info.width * info.height - 1)] ?? 0) > 128).toBe(!isRedFirst)
  })
})

describe('renditions', () => {
  test.each<[number, number, [number, number], [number, number], [number, number]]>([
    [3000, 2000, [320, 320], [1080, 720], [2048, 1365]],
    [700, 1400, [320, 320], [540, 1080], [700, 1400]],
    [200, 100, [100, 100], [200, 100], [200, 100]],
    [1, 1, [1, 1], [1, 1], [1, 1]],
    [3, 9000, [3, 3], [1, 1080], [1, 2048]],
  ])('of %i × %i fit their size and are never enlarged', async (...sizes) => {
    const [width, height, thumb, feed, full] = sizes
    const path = folder.save('source', await plain(width, height).png().toBuffer())
    for (const format of formats) {
      for (const [rendition, expected] of Object.entries({ thumb, feed, full })) {
        const form = { rendition: rendition as 'thumb', format }
        expect(await images.rendition(path, target, form)).toEqual({ format, isOnlyFormat: false })
        expect(sniff(folder.read('target'))).toBe(`image/${format}`)
        expect(await sizeOf('target')).toEqual(expected)
      }
    }
  })

  test('look the same in both formats, including transparent areas', async () => {
    const clear = sharp(await plain(60, 40).ensureAlpha(0).png().toBuffer())
    const half = clear.composite([
      { input: await plain(30, 40, '#3366cc').png().toBuffer(), left: 0, top: 0 },
    ])
    const path = folder.save('half', await half.png().toBuffer())
    const [webp, avif] = await Promise.all(
      formats.map(async (format) => {
        await images.rendition(path, folder.path(format), { rendition: 'feed', format })
        return sharp(folder.read(format)).ensureAlpha().raw().toBuffer()
      }),
    )
    for (const x of [10, 50])
      for (const channel of x > 30 ? [3] : [0, 1, 2, 3]) {
        const at = (20 * 60 + x) * 4 + channel
        expect(Math.abs((webp?.[at] ?? 0) - (avif?.[at] ?? 255))).toBeLessThan(6)
      }
    expect(avif?.[(20 * 60 + 50) * 4 + 3]).toBe(0)
  })

  test('are smaller as AVIF', async () => {
    const path = folder.save('photo', await (await photo(1600, 1200)).png().toBuffer())
    const [webp = 0, avif = 0] = await Promise.all(
      formats.map(async (format) => {
        await images.rendition(path, folder.path(format), { rendition: 'feed', format })
        return folder.read(format).length
      }),
    )
    expect(avif).toBeLessThan(webp * 0.95)
  })

  test('a file that replaced another one with the same name is the one that is read', async () => {
    const path = folder.save('name', await plain(60, 40, '#ff0000').webp().toBuffer())
    await images.rendition(path, target, feed)
    renameSync(folder.save('other', await plain(90, 30, '#0000ff').webp().toBuffer()), path)
    expect(await images.inspect(path)).toMatchObject({ width: 90, height: 30 })
    await images.rendition(path, target, feed)
    expect(await sizeOf('target')).toEqual([90, 30])
  })
})

describe('animations', () => {
  test('are kept, with a still as their thumb', async () => {
    const gif = (await animation(12)).gif({ delay: 40, loop: 2 })
    const path = folder.save('moving', await gif.toBuffer())
    expect(await images.inspect(path)).toEqual({ width: 60, height: 60, frames: 12 })
    expect(await images.normalize(path, target)).toMatchObject({ width: 60, height: 60 })
    expect(await sharp(folder.read('target')).metadata()).toMatchObject({ pages: 12, loop: 2 })
    const make = (form: RenditionForm): Promise<WrittenRendition> =>
      images.rendition(target, folder.path('made'), form)
    for (const format of formats) {
      for (const rendition of ['feed', 'full'] as const) {
        expect(await make({ rendition, format })).toEqual({ format: 'webp', isOnlyFormat: true })
        expect(webpChunks(folder.read('made')).filter((name) => name === 'ANMF')).toHaveLength(12)
      }
      expect(await make({ rendition: 'thumb', format })).toEqual({ format, isOnlyFormat: false })
      expect(await sharp(folder.read('made')).metadata()).not.toHaveProperty('pages', 12)
    }
  })

  test.each([
    ['frames', { maxFrames: 11 }],
    ['pixels', { maxPixels: 12 * 60 * 60 - 1 }],
  ])('with too many %s become their first frame', async (_what, options) => {
    const path = folder.save('long', await (await animation(12)).webp().toBuffer())
    await openImages(options).normalize(path, target)
    expect(webpChunks(folder.read('target'))).toEqual(['VP8 '])
  })
})

describe('colors', () => {
  test.each<[string, () => Promise<Buffer>]>([
    ['CMYK', () => plain(50, 50).toColorspace('cmyk').withIccProfile('cmyk').jpeg().toBuffer()],
    ['16 bits', () => plain(50, 50).toColorspace('rgb16').png().toBuffer()],
    ['a palette', () => plain(50, 50).png({ palette: true }).toBuffer()],
    ['a wide profile', () => plain(50, 50).withIccProfile('p3').jpeg().toBuffer()],
  ])('of %s are almost unchanged', async (_name, make) => {
    const { palette } = await images.normalize(folder.save('source', await make()), target)
    const [color = ''] = palette
    const channels = [1, 3, 5].map((offset) => Number.parseInt(color.slice(offset, offset + 2), 16))
    for (const [index, expected] of [0xcc, 0x88, 0x44].entries())
      expect(Math.abs((channels[index] ?? 0) - expected)).toBeLessThan(32)
  })

  test('of a gray picture have no saturation and no profile', async () => {
    const gray = await plain(50, 50).toColorspace('b-w').jpeg().toBuffer()
    expect(await images.normalize(folder.save('gray', gray), target)).toMatchObject({ saturation: 0 })
    expect(webpChunks(folder.read('target'))).toEqual(['VP8 '])
  })

  test('the same file gives the same measures', async () => {
    const path = folder.save('noise', await noise(500, 300).png().toBuffer())
    const first = await images.normalize(path, target)
    expect(await images.normalize(path, target)).toEqual(first)
    expect(first.thumbhash).toMatch(/^[\w+/]{20,40}={0,2}$/)
    expect(first.lightness).toBeCloseTo(0.5, 1)
  })
})

test('a side that is too long for WebP is reduced', async () => {
  const path = folder.save('wide', await plain(20_000, 500).png().toBuffer())
  expect(await images.normalize(path, target)).toMatchObject({ width: 16_383 })
})

test('40,000 × 40,000 pixels are recognized from the header and not decoded', async () => {
  const path = folder.save('bomb', blackPng(40_000))
  expect(folder.read('bomb').length).toBeLessThan(600_000)
  const before = process.memoryUsage().rss
  expect(await images.inspect(path)).toEqual({ width: 40_000, height: 40_000, frames: 1 })
  await expect(images.normalize(path, target)).rejects.toMatchObject({ code: 'media-too-large' })
  await expect(images.rendition(path, target, { rendition: 'thumb', format: 'webp' })).rejects.toMatchObject({
    code: 'media-too-large',
  })
  expect(process.memoryUsage().rss - before).toBeLessThan(32 * 1024 * 1024)
})
