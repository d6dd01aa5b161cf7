import { randomBytes } from 'node:crypto'
import sharp from 'sharp'
import { expect, test } from 'vitest'
import { writeTiff } from './tiff.ts'

test.each([
  { width: 1, height: 1, isOpaque: true },
  { width: 7, height: 5, isOpaque: true },
  { width: 300, height: 200, isOpaque: false },
  // Complete strips, one row more, and one row less.
  { width: 33, height: 32, isOpaque: true },
  { width: 33, height: 33, isOpaque: false },
  { width: 20_000, height: 31, isOpaque: true },
])('$width × $height is read unchanged, opaque: $isOpaque', async ({ width, height, isOpaque }) => {
  const pixels = randomBytes(width * height * 4)
  const tiff = writeTiff({ width, height, isOpaque, profile: null })
  tiff.rgba.set(pixels)
  const { data, info } = await sharp(tiff.finish(), { failOn: 'warning' })
    .raw()
    .toBuffer({ resolveWithObject: true })
  expect(info).toMatchObject({ width, height, channels: isOpaque ? 3 : 4 })
  const expected = isOpaque ? pixels.filter((_, index) => index % 4 !== 3) : pixels
  expect(data.equals(expected)).toBe(true)
})

test('the profile is contained byte by byte', async () => {
  const { icc: profile = Buffer.alloc(0) } = await sharp(
    await sharp({ create: { width: 1, height: 1, channels: 3, background: '#fff' } })
      .withIccProfile('p3')
      .png()
      .toBuffer(),
  ).metadata()
  expect(profile.length).toBeGreaterThan(100)
  const tiff = writeTiff({ width: 1, height: 1, isOpaque: true, profile })
  expect((await sharp(tiff.finish()).metadata()).icc).toEqual(profile)
})
