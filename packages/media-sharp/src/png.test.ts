import { randomBytes } from 'node:crypto'
import sharp from 'sharp'
import { expect, test } from 'vitest'
import { writePng } from './png.ts'

test.each([
  { width: 1, height: 1, channels: 3, padding: 0 },
  { width: 7, height: 5, channels: 3, padding: 11 },
  { width: 300, height: 200, channels: 4, padding: 0 },
  // Rows of just one block, of a block and a byte, and of several blocks.
  { width: 21_845, height: 2, channels: 3, padding: 0 },
  { width: 65_534 / 2, height: 3, channels: 4, padding: 2 },
  { width: 50_000, height: 2, channels: 4, padding: 1 },
] as const)('$width × $height of $channels channels are read as they were', async (size) => {
  const { width, height, channels, padding } = size
  const stride = width * channels + padding
  const pixels = randomBytes(stride * height)
  const png = writePng({ width, height, channels, pixels, stride, profile: null })
  const { data, info } = await sharp(png, { failOn: 'warning' }).raw().toBuffer({ resolveWithObject: true })
  expect(info).toMatchObject({ width, height, channels })
  for (let y = 0; y < height; y++) {
    const row = pixels.subarray(y * stride, y * stride + width * channels)
    expect(data.subarray(y * width * channels, (y + 1) * width * channels).equals(row)).toBe(true)
  }
})

test('the profile is in it, byte by byte', async () => {
  const { icc: profile = new Uint8Array() } = await sharp(
    await sharp({ create: { width: 1, height: 1, channels: 3, background: '#fff' } })
      .withIccProfile('p3')
      .png()
      .toBuffer(),
  ).metadata()
  expect(profile.length).toBeGreaterThan(100)
  const png = writePng({ width: 1, height: 1, channels: 3, pixels: randomBytes(3), stride: 3, profile })
  expect((await sharp(png).metadata()).icc).toEqual(profile)
})
