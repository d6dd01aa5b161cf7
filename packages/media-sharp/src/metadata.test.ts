import { deflateSync } from 'node:zlib'
import { afterAll, expect, test } from 'vitest'
import { closeImages, openImages } from '../test/open-images.ts'
import {
  avifParts,
  blackPng,
  createFolder,
  noise,
  plain,
  secret,
  webpChunks,
  withMetadata,
  withSegments,
} from '../test/pictures.ts'

const folder = createFolder()
const images = openImages()
const renditions = ['thumb', 'feed', 'full'] as const
const formats = ['webp', 'avif'] as const
const picture = ['VP8 ', 'VP8L', 'VP8X', 'ALPH', 'ANIM', 'ANMF']

afterAll(async () => {
  await closeImages()
  folder.clear()
})

async function jpeg(): Promise<Buffer> {
  return withSegments(await withMetadata(noise(400, 300).withIccProfile('p3')).jpeg().toBuffer(), [
    [0xed, `Photoshop 3.0\x008BIM\x04\x04\0\0\0\0\0\x0e\x1c\x02\x5a\0\x07${secret}\0`],
    [0xfe, `a comment, ${secret}`],
    [0xe2, `MPF\0${secret}`],
    [0xef, secret],
  ])
}

function text(content: string): Uint8Array {
  return Buffer.from(content, 'latin1')
}

const sources: readonly [string, () => Promise<Buffer>][] = [
  ['a JPEG with EXIF, GPS, XMP, IPTC, a comment and a maker note', jpeg],
  [
    'a PNG with text in three forms and a date',
    async () =>
      blackPng(300, [
        ['tEXt', text(`Author\0${secret}`)],
        ['iTXt', text(`XML:com.adobe.xmp\0\0\0\0\0${secret}`)],
        ['zTXt', Buffer.concat([text('Comment\0\0'), deflateSync(text(secret))])],
        ['tIME', Uint8Array.of(7, 0xea, 7, 14, 18, 32, 5)],
        ['prVt', text(secret)],
      ]),
  ],
  ['a PNG with EXIF', () => withMetadata(plain(300, 200)).png().toBuffer()],
  ['a WebP with EXIF and XMP', () => withMetadata(plain(300, 200)).webp().toBuffer()],
  ['an AVIF with EXIF and XMP', () => withMetadata(plain(300, 200)).avif({ effort: 0 }).toBuffer()],
  [
    'a JPEG with a second file behind its end',
    async () => Buffer.concat([await plain(300, 200).jpeg().toBuffer(), text(`<html>${secret}</html>`)]),
  ],
]

test.each(sources)('only the picture of %s is stored', async (name, make) => {
  const source = folder.save('source', await make())
  expect(folder.read('source').includes(secret)).toBe(true)
  await images.normalize(source, folder.path('stored'))
  expect([...picture, 'ICCP']).toEqual(expect.arrayContaining(webpChunks(folder.read('stored'))))
  expect(folder.read('stored').includes(secret)).toBe(false)
  for (const rendition of renditions) {
    // Also directly from the upload, so that no rendition depends on a clean stored form.
    for (const from of [source, folder.path('stored')]) {
      for (const format of formats) {
        await images.rendition(from, folder.path(rendition), { rendition, format })
        const made = folder.read(rendition)
        if (format === 'webp') expect(picture).toEqual(expect.arrayContaining(webpChunks(made)))
        else expect(avifParts(made)).toEqual(['av01'])
        expect(made.includes(secret)).toBe(false)
      }
    }
  }
})

test('the color profile is kept in the stored form', async () => {
  await images.normalize(folder.save('source', await jpeg()), folder.path('stored'))
  expect(webpChunks(folder.read('stored'))).toEqual(['VP8X', 'ICCP', 'VP8 '])
})

test('the time when a picture was taken is read before it is removed', async () => {
  const measures = await images.normalize(folder.save('source', await jpeg()), folder.path('stored'))
  expect(measures.takenAt).toBe('2026-07-14T18:32:05')
})
