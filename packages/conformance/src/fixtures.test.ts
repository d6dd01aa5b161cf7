import { createHash } from 'node:crypto'
import { brotliCompressSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { fixture, sampleTable, unpack } from './fixtures.ts'

test('what is packed is unpacked, differences too', () => {
  const bytes = Buffer.from([1, 2, 255, 7, 2, 4])
  const differences = Buffer.from([1, 2, 254, 5, 3, 253])
  expect(unpack('plain.bin', bytes)).toEqual(bytes)
  expect(unpack('packed.bin.br', brotliCompressSync(bytes))).toEqual(bytes)
  expect(unpack('packed.bin.d2.br', brotliCompressSync(differences))).toEqual(bytes)
})

test('no two places hide in the same bytes', () => {
  const files = Object.values(sampleTable.hidingPlaces).flatMap((places) => Object.values(places))
  const contents = new Set(files.map((file) => createHash('sha256').update(fixture(file)).digest('hex')))
  expect(files).toHaveLength(219)
  expect(contents.size).toBe(files.length)
})
