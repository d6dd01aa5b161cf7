import assert from 'node:assert/strict'
import { place, secret } from '../secrets.ts'
import { assertWithout } from '../sample-folder.ts'

/** A file that a processor has written, from its parts. */
export interface WrittenImage {
  format: 'webp' | 'avif'
  width: number
  height: number
  /** 1 for a still. */
  frames: number
  /** The bytes of its color profile. */
  profile: Buffer | null
}

/** 52° 31′ 12″ north, as in EXIF: three fractions. */
const latitude = Buffer.from('00000034000000010000001f000000010000000c00000001', 'hex')

/** Reads the parts of a file. Fails for any part other than the picture and its profile. */
export function readWritten(file: Buffer, what: string): WrittenImage {
  assertWithout(file, [secret, place, latitude], what)
  if (file.toString('latin1', 0, 4) === 'RIFF') return readWebp(file, what)
  assert.match(file.toString('latin1', 4, 12), /^ftypavi[fs]$/, `${what} is neither WebP nor AVIF`)
  return readAvif(file, what)
}

const picture = ['VP8X', 'VP8 ', 'VP8L', 'ALPH', 'ANIM', 'ANMF']

function readWebp(file: Buffer, what: string): WrittenImage {
  const chunks = [...chunksOf(file)]
  const strange = chunks.map(({ name }) => name).filter((name) => ![...picture, 'ICCP'].includes(name))
  assert.deepEqual(strange, [], `${what} has more parts than a picture`)
  const find = (name: string): Buffer | null => chunks.find((chunk) => chunk.name === name)?.content ?? null
  const [canvas, lossy, lossless] = [find('VP8X'), find('VP8 '), find('VP8L')]
  const size = canvas
    ? [canvas.readUIntLE(4, 3) + 1, canvas.readUIntLE(7, 3) + 1]
    : lossy
      ? [lossy.readUInt16LE(6) & 0x3fff, lossy.readUInt16LE(8) & 0x3fff]
      : [
          ((lossless?.readUInt32LE(1) ?? 0) & 0x3fff) + 1,
          (((lossless?.readUInt32LE(1) ?? 0) >> 14) & 0x3fff) + 1,
        ]
  const [width = 0, height = 0] = size
  const frames = chunks.filter(({ name }) => name === 'ANMF').length
  return { format: 'webp', width, height, frames: Math.max(frames, 1), profile: find('ICCP') }
}

function* chunksOf(file: Buffer): Generator<{ name: string; content: Buffer }> {
  for (let offset = 12; offset + 8 <= file.length;) {
    const size = file.readUInt32LE(offset + 4)
    yield {
      name: file.toString('latin1', offset, offset + 4),
      content: file.subarray(offset + 8, offset + 8 + size),
    }
    offset += 8 + size + (size % 2)
  }
}

function readAvif(file: Buffer, what: string): WrittenImage {
  for (const type of ['Exif', 'mime', 'uri ', 'uuid', 'udta'])
    assert.ok(!file.includes(`\0\0${type}`, 0, 'latin1'), `${what} has a part ${type}`)
  const extent = file.indexOf('ispe')
  assert.ok(extent > 0, `${what} has no size`)
  const hasProfile = ['colrprof', 'colrrICC'].some((words) => file.includes(words))
  return {
    format: 'avif',
    width: file.readUInt32BE(extent + 8),
    height: file.readUInt32BE(extent + 12),
    frames: file.toString('latin1', 8, 12) === 'avis' ? 2 : 1,
    profile: hasProfile ? Buffer.alloc(0) : null,
  }
}
