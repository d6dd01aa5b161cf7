import { createHash } from 'node:crypto'
import type { OwnBytes } from './counted.ts'

/** The side of a default avatar, in pixels. */
export const defaultAvatarPixels = 320

const cells = 5
const cellPixels = defaultAvatarPixels / (cells + 1)

/** Recently drawn, the latest last: 300 bytes each. */
const drawn = new Map<string, OwnBytes>()
/** 300 bytes each; the others are drawn again. */
const maxDrawn = 1_000

/**
 * The picture of an account without an avatar: a PNG of a mirrored pattern in one color, derived from its id. Drawing
 * one takes a tenth of a millisecond, so made-up ids cost no more than other requests; frequently requested pictures
 * are cached.
 */
export function drawDefaultAvatar(userId: string): OwnBytes {
  const picture = drawn.get(userId) ?? draw(userId)
  drawn.delete(userId)
  drawn.set(userId, picture)
  const [oldest] = drawn.keys()
  if (drawn.size > maxDrawn && oldest !== undefined) drawn.delete(oldest)
  return picture
}

function draw(userId: string): OwnBytes {
  const digest = createHash('sha256').update(userId).digest()
  const palette = Buffer.from([0xf2, 0xf2, 0xf4, ...color(digest.readUInt16BE(0))])
  const header = Buffer.alloc(13)
  header.writeUInt32BE(defaultAvatarPixels, 0)
  header.writeUInt32BE(defaultAvatarPixels, 4)
  header.set([1, 3, 0, 0, 0], 8) // 1 bit, palette, no interlacing
  const { deflateSync } = zlib()
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  return new Uint8Array(
    Buffer.concat([
      signature,
      chunk('IHDR', header),
      chunk('PLTE', palette),
      chunk('IDAT', deflateSync(lines(digest), { level: 1 })),
      chunk('IEND', Buffer.alloc(0)),
    ]),
  )
}

/**
 * One bit per pixel, each line after a filter byte: a line that equals the one above is all zeros, which compress best.
 */
function lines(digest: Buffer): Buffer {
  const length = 1 + defaultAvatarPixels / 8
  const bytes = Buffer.alloc(length * defaultAvatarPixels)
  let rowAbove: number | null = null
  for (let y = 0; y < defaultAvatarPixels; y++) {
    const row = cellAt(y)
    const line = bytes.subarray(y * length, (y + 1) * length)
    if (row === rowAbove) line[0] = 2
    else
      for (let x = 0; x < defaultAvatarPixels; x++) {
        const at = 1 + (x >> 3)
        if (isFilled(digest, cellAt(x), row)) line[at] = (line[at] ?? 0) | (0x80 >> (x & 7))
      }
    rowAbove = row
  }
  return bytes
}

function cellAt(pixel: number): number {
  return Math.floor(pixel / cellPixels - 0.5)
}

function isFilled(digest: Buffer, column: number, row: number): boolean {
  if (column < 0 || column >= cells || row < 0 || row >= cells) return false
  const mirrored = Math.min(column, cells - 1 - column)
  return ((digest[2 + row * 3 + mirrored] ?? 0) & 1) === 1
}

/** A color of this hue, of medium lightness. */
function color(hue: number): number[] {
  const turn = (hue / 0x10000) * 6
  return [5, 3, 1].map((offset) => {
    const distance = Math.abs(((turn + offset) % 6) - 3)
    return Math.round(70 + 130 * Math.min(1, Math.max(0, distance - 1)))
  })
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const whole = Buffer.alloc(body.length + 8)
  whole.writeUInt32BE(data.length, 0)
  body.copy(whole, 4)
  whole.writeUInt32BE(zlib().crc32(body), body.length + 4)
  return whole
}

/** Not imported: that would load it in every process, and most draw nothing. */
const zlib = () => process.getBuiltinModule('node:zlib')
