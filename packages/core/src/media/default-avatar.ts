import { createHash } from 'node:crypto'
import { crc32, deflateSync } from 'node:zlib'

/** The side of a default avatar, in pixels. */
export const defaultAvatarPixels = 320

const cells = 5
const cellPixels = defaultAvatarPixels / (cells + 1)

/** The picture of an account that has set none: a PNG of a mirrored pattern in one colour, made from its id alone. */
export function drawDefaultAvatar(userId: string): Uint8Array<ArrayBuffer> {
  const digest = createHash('sha256').update(userId).digest()
  const palette = Buffer.from([0xf2, 0xf2, 0xf4, ...colour(digest.readUInt16BE(0))])
  // One byte a pixel, each line after a filter byte of 0.
  const lines = Buffer.alloc(defaultAvatarPixels * (defaultAvatarPixels + 1))
  for (let y = 0; y < defaultAvatarPixels; y++) {
    for (let x = 0; x < defaultAvatarPixels; x++) {
      if (isFilled(digest, x, y)) lines[y * (defaultAvatarPixels + 1) + x + 1] = 1
    }
  }
  const header = Buffer.alloc(13)
  header.writeUInt32BE(defaultAvatarPixels, 0)
  header.writeUInt32BE(defaultAvatarPixels, 4)
  header.set([8, 3, 0, 0, 0], 8) // 8 bits, palette, no interlacing
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  return new Uint8Array(
    Buffer.concat([
      signature,
      chunk('IHDR', header),
      chunk('PLTE', palette),
      chunk('IDAT', deflateSync(lines)),
      chunk('IEND', Buffer.alloc(0)),
    ]),
  )
}

function isFilled(digest: Buffer, x: number, y: number): boolean {
  const column = Math.floor(x / cellPixels - 0.5)
  const row = Math.floor(y / cellPixels - 0.5)
  if (column < 0 || column >= cells || row < 0 || row >= cells) return false
  const mirrored = Math.min(column, cells - 1 - column)
  return ((digest[2 + row * 3 + mirrored] ?? 0) & 1) === 1
}

/** A colour of this hue, of middle lightness. */
function colour(hue: number): number[] {
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
  whole.writeUInt32BE(crc32(body), body.length + 4)
  return whole
}
