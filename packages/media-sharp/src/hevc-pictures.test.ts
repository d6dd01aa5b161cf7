import { describe, expect, test } from 'vitest'
import { countHevcPictures } from './hevc-pictures.ts'

/** A unit of this type: with its length, layer and the first byte after its header. */
function unit(type: number, first: number, layer = 0): number[] {
  return [0, 0, 0, 5, type << 1, (layer << 3) | 1, first, 7, 7]
}

describe('pictures of a HEIC item', () => {
  test.each<[string, readonly number[], number | null]>([
    ['nothing', [], 0],
    ['parameters and one picture', [...unit(32, 255), ...unit(34, 255), ...unit(20, 128)], 1],
    ['one in three slices', [...unit(20, 128), ...unit(20, 64), ...unit(20, 1)], 1],
    ['a hundred', Array.from({ length: 100 }, () => unit(1, 255)).flat(), 100],
    ['one with a second layer', [...unit(20, 128), ...unit(20, 128, 1)], 1],
    ['what ends in a unit', [...unit(20, 128), ...unit(20, 128).slice(0, -1)], null],
    ['what ends in a length', [...unit(20, 128), 0, 0], null],
    ['zeros', Array<number>(40).fill(0), null],
  ])('of %s', (_name, data, count) => {
    expect(countHevcPictures(Buffer.from(data), 4)).toBe(count)
  })

  test('with lengths of two bytes', () => {
    expect(countHevcPictures(Buffer.from([0, 3, 40, 1, 128, 0, 3, 40, 1, 128]), 2)).toBe(2)
  })
})
