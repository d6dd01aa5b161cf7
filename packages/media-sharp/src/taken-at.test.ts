import fc from 'fast-check'
import sharp from 'sharp'
import { expect, test } from 'vitest'
import { plain } from '../test/pictures.ts'
import { readTakenAt } from './taken-at.ts'

/** TIFF: a directory that points to the EXIF directory, which points to the string after it. */
function exif(text: string, order: 'II' | 'MM' = 'MM'): Buffer {
  const short = (value: number): number[] => swap([value >> 8, value & 0xff])
  const long = (value: number): number[] =>
    swap([value >>> 24, (value >> 16) & 0xff, (value >> 8) & 0xff, value & 0xff])
  const swap = (bytes: number[]): number[] => (order === 'II' ? bytes.toReversed() : bytes)
  const directory = ([tag, type, count, value]: [number, number, number, number]): number[] =>
    [short(1), short(tag), short(type), long(count), long(value), long(0)].flat()
  return Buffer.concat([
    Buffer.from(`Exif\0\0${order}`, 'latin1'),
    Buffer.from([
      ...short(42),
      ...long(8),
      ...directory([0x8769, 4, 1, 26]),
      ...directory([0x9003, 2, 20, 44]),
    ]),
    Buffer.from(`${text}\0`, 'latin1'),
  ])
}

test.each(['II', 'MM'] as const)(
  'the date is read in byte order %s, with or without the name in front',
  (order) => {
    const bytes = exif('2026:07:14 18:32:05', order)
    expect(readTakenAt(bytes)).toBe('2026-07-14T18:32:05')
    expect(readTakenAt(bytes.subarray(6))).toBe('2026-07-14T18:32:05')
  },
)

test.each(['jpeg', 'png', 'webp', 'avif'] as const)(
  'sharp returns the EXIF of %s in a form that can be read',
  async (kind) => {
    const image = plain(20, 20).withExif({ IFD2: { DateTimeOriginal: '2019:12:31 23:59:59' } })
    const { exif: bytes = new Uint8Array() } = await sharp(await image.toFormat(kind).toBuffer()).metadata()
    expect(readTakenAt(bytes)).toBe('2019-12-31T23:59:59')
  },
)

test.each([
  '0000:00:00 00:00:00',
  '2026:02:31 10:00:00',
  '2026:07:14 25:00:00',
  '2026-07-14 10:00:00',
  '    :  :     :  :  ',
])('%s is not a date', (text) => {
  expect(readTakenAt(exif(text))).toBeNull()
})

test('directories that point nowhere or in circles give null', () => {
  const circle = exif('2026:07:14 18:32:05')
  circle.writeUInt32BE(8, 6 + 18)
  expect(readTakenAt(circle)).toBeNull()
  const outside = exif('2026:07:14 18:32:05')
  outside.writeUInt32BE(0xfffffff0, 6 + 18)
  expect(readTakenAt(outside)).toBeNull()
  expect(readTakenAt(exif('2026:07:14 18:32:05').subarray(0, 50))).toBeNull()
})

test('no bytes make it throw', () => {
  const whole = exif('2026:07:14 18:32:05')
  const change = fc.record({ at: fc.nat(whole.length - 1), to: fc.nat(255) })
  fc.assert(
    fc.property(fc.array(change, { maxLength: 6 }), fc.nat(whole.length), (changes, length) => {
      const bytes = Buffer.from(whole)
      for (const { at, to } of changes) bytes[at] = to
      expect(readTakenAt(bytes.subarray(0, length)) ?? '2026-07-14T18:32:05').toMatch(/^[\d:T-]{19}$/)
    }),
    { numRuns: 2000 },
  )
  fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => readTakenAt(bytes) === null))
})
