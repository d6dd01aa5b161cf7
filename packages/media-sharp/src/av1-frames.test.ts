import { describe, expect, test } from 'vitest'
import { countAv1Frames } from './av1-frames.ts'

const delimiter = [0x12, 0]
const frame = [0x32, 0x83, 0x00, 1, 2, 3]

describe('frames of an AV1 picture', () => {
  test.each<[string, readonly number[], number]>([
    ['nothing', [], 0],
    ['a still', [...delimiter, 0x0a, 1, 0, ...frame], 1],
    ['layers, each with an extension', [...delimiter, 0x36, 0, 1, 7, 0x36, 8, 1, 7], 2],
    ['a header apart from its tiles', [0x1a, 1, 0, 0x22, 1, 0, 0x22, 1, 0], 1],
    ['a hundred', Array.from({ length: 100 }, () => frame).flat(), 100],
    ['the last without a size', [...frame, 0x30, ...frame, ...frame], 2],
    ['a size that goes beyond the end', [0x32, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 1], 1],
  ])('of %s', (_name, data, count) => {
    expect(countAv1Frames(Buffer.from(data))).toBe(count)
  })
})
