import { existsSync } from 'node:fs'
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { heic } from '../../../test/kit-samples.ts'
import { closeImages, openImages } from '../test/open-images.ts'
import { animation, createFolder, noise, plain } from '../test/pictures.ts'

const folder = createFolder()
const images = openImages()
const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>'

afterAll(async () => {
  await closeImages()
  folder.clear()
})

const unreadable: readonly [string, () => Promise<Uint8Array>][] = [
  ['nothing', async () => new Uint8Array()],
  ['SVG', async () => Buffer.from(svg)],
  ['SVG behind the head of a GIF', async () => Buffer.from(`GIF89a${svg}`)],
  ['SVG behind the head of a WebP', async () => Buffer.from(`RIFF    WEBPVP8 ${svg}`)],
  ['HTML', async () => Buffer.from('<!doctype html><script>alert(1)</script>')],
  ['TIFF', () => plain(20, 20).tiff().toBuffer()],
  ['the first half of a JPEG', async () => half(await noise(300, 300).jpeg().toBuffer())],
  ['the first half of a PNG', async () => half(await noise(300, 300).png().toBuffer())],
  ['the first half of a WebP', async () => half(await noise(300, 300).webp().toBuffer())],
  ['the first half of an AVIF', async () => half(await noise(300, 300).avif({ effort: 0 }).toBuffer())],
  ['the head of an animation', async () => (await (await animation(5)).gif().toBuffer()).subarray(0, 40)],
  ['an MP4', async () => Buffer.from('\0\0\0\x18ftypisom\0\0\0\0isommp42', 'latin1')],
]

function half(bytes: Buffer): Buffer {
  return bytes.subarray(0, bytes.length >> 1)
}

test.each(unreadable)('%s is not an image, and nothing is written', async (_name, make) => {
  const path = folder.save('source.jpg', await make())
  const target = folder.path('never')
  await expect(images.normalize(path, target)).rejects.toMatchObject({ code: 'media-unreadable' })
  for (const format of ['webp', 'avif'] as const)
    await expect(images.rendition(path, target, { rendition: 'thumb', format })).rejects.toMatchObject({
      code: 'media-unreadable',
    })
  expect(existsSync(target)).toBe(false)
})

test('a HEIC is not read without its decoder, and the error says what to install', async () => {
  const path = folder.save('a.heic', heic)
  expect(await images.inspect(path)).toEqual({ width: 64, height: 48, frames: 1 })
  await expect(images.normalize(path, folder.path('never'))).rejects.toMatchObject({
    code: 'unsupported-media-type',
    detail: expect.stringMatching(/send it as JPEG.*install @kith\/media-heic/) as string,
  })
})

test('a missing file is not reported as unreadable', async () => {
  await expect(images.inspect(folder.path('missing'))).rejects.toMatchObject({ code: 'ENOENT' })
})

test('a target that cannot be written is not reported as unreadable', async () => {
  const path = folder.save('fine.png', await plain(20, 20).png().toBuffer())
  await expect(images.normalize(path, folder.path('no/folder'))).rejects.toMatchObject({ code: 'ENOENT' })
})

describe('a broken byte anywhere', () => {
  const kinds = ['jpeg', 'png', 'webp', 'gif', 'avif'] as const
  test.each(kinds)('in a file of type %s gives an image or one clear error', async (kind) => {
    const whole = await noise(40, 30).toFormat(kind, { effort: 1 }).toBuffer()
    const change = fc.record({
      at: fc.nat(whole.length - 1),
      to: fc.uint8Array({ minLength: 1, maxLength: 8 }),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 5 }), async (changes) => {
        const bytes = Buffer.from(whole)
        for (const { at, to } of changes) bytes.set(to.subarray(0, bytes.length - at), at)
        const path = folder.save(`broken-${kind}`, bytes)
        const code = await images.normalize(path, folder.path(`target-${kind}`)).then(
          () => 'read',
          (error: { code: string }) => error.code,
        )
        expect(['read', 'media-unreadable', 'media-too-large', 'media-too-complex']).toContain(code)
      }),
      { numRuns: 60 },
    )
  })
})
