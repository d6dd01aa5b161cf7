import { readdirSync, symlinkSync } from 'node:fs'
import { dirname } from 'node:path'
import sharp from 'sharp'
import { afterAll, describe, expect, test } from 'vitest'
import { closeImages, openImages } from '../test/open-images.ts'
import { animation, blackPng, createFolder, noise, plain, webpChunks } from '../test/pictures.ts'
import { reduceGif } from './reduce-gif.ts'
import { reduceJpeg } from './reduce-jpeg.ts'
import { reducePng } from './reduce-png.ts'
import { reduceWebp } from './reduce-webp.ts'

const folder = createFolder()
const images = openImages()
const target = folder.path('target')

afterAll(async () => {
  await closeImages()
  folder.clear()
})

describe('a budget', () => {
  test('of bytes includes channels and their depth: 16 bits count twice', async () => {
    const options = { maxUnpackedBytes: 100 * 100 * 4 * 2 - 1 }
    const deep = plain(100, 100).ensureAlpha(0.5).toColorspace('rgb16')
    const path = folder.save('deep', await deep.png().toBuffer())
    await expect(openImages(options).normalize(path, target)).rejects.toMatchObject({
      code: 'media-too-large',
    })
    await images.normalize(path, target)
  })

  test('of bytes includes the frames of an animation, which becomes its first frame', async () => {
    const path = folder.save('moving', await (await animation(12)).webp().toBuffer())
    await openImages({ maxUnpackedBytes: 60 * 60 * 4 * 11 }).normalize(path, target)
    expect(webpChunks(folder.read('target'))).not.toContain('ANMF')
  })

  test('of sides allows panoramas but no lines', async () => {
    const wide = folder.save('panorama', await plain(20_000, 2_000).jpeg().toBuffer())
    expect(await images.normalize(wide, target)).toMatchObject({ width: 16_383 })
    const line = folder.save('line', await plain(40_000, 2).png().toBuffer())
    await expect(images.normalize(line, target)).rejects.toMatchObject({ code: 'media-too-large' })
  })

  test('of pixels allows pictures with 48 megapixels, as phones take them', async () => {
    const path = folder.save('large', await plain(8064, 6048).jpeg().toBuffer())
    expect(await images.normalize(path, target)).toMatchObject({ width: 8064, height: 6048 })
  })
})

describe('data that is removed before a decoder reads a file', () => {
  const pixels = (file: Uint8Array): Promise<Buffer> => sharp(file, { pages: -1 }).raw().toBuffer()

  test.each<[string, () => Promise<Buffer>, (file: Buffer) => Buffer]>([
    ['a PNG', () => noise(200, 150).png().toBuffer(), reducePng],
    ['a PNG of one bit', async () => blackPng(300), reducePng],
    ['a JPEG', () => noise(200, 150).jpeg().toBuffer(), reduceJpeg],
    ['a progressive JPEG', () => noise(200, 150).jpeg({ progressive: true }).toBuffer(), reduceJpeg],
    ['a JPEG of CMYK', () => noise(99, 99).toColorspace('cmyk').jpeg().toBuffer(), reduceJpeg],
    ['a WebP', () => noise(200, 150).webp().toBuffer(), reduceWebp],
    ['a moving WebP', async () => (await animation(9)).webp().toBuffer(), reduceWebp],
    ['a moving GIF', async () => (await animation(9)).gif().toBuffer(), reduceGif],
  ])('is not part of the picture: %s', async (_name, make, reduce) => {
    const file = await make()
    expect(await pixels(reduce(file))).toEqual(await pixels(file))
    expect(reduce(reduce(file))).toEqual(reduce(file))
  })

  test('includes everything in the middle or at the end of a truncated file, and nothing beyond it is read', async () => {
    for (const [make, reduce] of [
      [noise(60, 40).png(), reducePng],
      [noise(60, 40).jpeg({ progressive: true }), reduceJpeg],
      [noise(60, 40).webp(), reduceWebp],
      [(await animation(3)).gif(), reduceGif],
    ] as const) {
      const file = await make.toBuffer()
      for (let length = 14; length < file.length; length += 7) {
        const cut = Buffer.from(file.subarray(0, length))
        expect(reduce(cut).length).toBeLessThanOrEqual(length + 8)
      }
    }
  })
})

test('a link at the target is replaced, and the file it points to stays', async () => {
  const path = folder.save('source', await plain(20, 20).png().toBuffer())
  const victim = folder.save('victim', Buffer.from('as it was'))
  symlinkSync(victim, folder.path('link'))
  await images.normalize(path, folder.path('link'))
  expect(folder.read('victim').toString()).toBe('as it was')
  expect(webpChunks(folder.read('link'))).toEqual(['VP8 '])
  expect(readdirSync(dirname(victim)).filter((name) => /\w{8}-\w{4}/.test(name))).toEqual([])
})
