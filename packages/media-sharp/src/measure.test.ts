import { thumbHashToApproximateAspectRatio } from 'thumbhash'
import { expect, test } from 'vitest'
import { type Thumbnail, measure } from './measure.ts'

/** Stripes of colors with their shares, 100 pixels wide. */
function stripes(...parts: [string, number][]): Thumbnail {
  const row = parts.flatMap(([color, share]) => {
    const pixel = Buffer.from(`${color.slice(1)}ff`.slice(0, 8), 'hex')
    return Array.from({ length: share }, () => [...pixel]).flat()
  })
  const width = row.length / 4
  return { width, height: 20, rgba: Uint8Array.from(Array.from({ length: 20 }, () => row).flat()) }
}

test('the palette names the main colors, most frequent first', () => {
  const { palette } = measure(stripes(['#2040c0', 20], ['#f0f0f0', 50], ['#c02020', 29], ['#00ff00', 1]))
  expect(palette).toEqual(['#f0f0f0', '#c02020', '#2040c0'])
})

test('similar colors count as one, and there are never more than five', () => {
  const sky = measure(stripes(['#3060c0', 40], ['#3464c4', 30], ['#101010', 30]))
  expect(sky.palette).toEqual(['#3262c2', '#101010'])
  const many = ['#ff0000', '#00ff00', '#0000ff', '#ffff00', '#ff00ff', '#00ffff', '#000000', '#ffffff']
  expect(measure(stripes(...many.map((color): [string, number] => [color, 12]))).palette).toHaveLength(5)
})

test.each<[string, number, number]>([
  ['#000000', 0, 0],
  ['#ffffff', 1, 0],
  ['#808080', 0.502, 0],
  ['#ff0000', 0.213, 1],
])('%s has lightness %d and saturation %d', (color, lightness, saturation) => {
  expect(measure(stripes([color, 100]))).toMatchObject({ lightness, saturation })
})

test('transparent pixels count as white', () => {
  const clear = { width: 10, height: 10, rgba: new Uint8Array(400) }
  expect(measure(clear)).toMatchObject({ palette: ['#ffffff'], lightness: 1, saturation: 0 })
})

test('the thumbhash keeps the shape', () => {
  const { thumbhash } = measure(stripes(['#2040c0', 40], ['#c02020', 40]))
  expect(thumbHashToApproximateAspectRatio(Buffer.from(thumbhash, 'base64'))).toBeGreaterThan(2)
})
