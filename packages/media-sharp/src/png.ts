import { crc32, deflateSync } from 'node:zlib'

/** Rows of red, green, blue and, with four channels, opacity; one byte each. */
export interface Picture {
  width: number
  height: number
  channels: 3 | 4
  pixels: Uint8Array
  /** From the beginning of a row to that of the next, in bytes. */
  stride: number
  /** ICC; `null` for sRGB. */
  profile: Uint8Array | null
}

/** The most bytes that a block of DEFLATE holds as they are (RFC 1951, 3.2.4). */
const blockBytes = 65_535

/** Writes a PNG (ISO 15948) that is not compressed, because it is read at once and thrown away. */
export function writePng({ width, height, channels, pixels, stride, profile }: Picture): Buffer<ArrayBuffer> {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, channels === 4 ? 6 : 2], 8)
  const name = Buffer.from('icc\0\0', 'latin1')
  const head = Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    ...(profile ? [chunk('iCCP', Buffer.concat([name, deflateSync(profile)]))] : []),
  ])
  const end = chunk('IEND', Buffer.alloc(0))

  // One allocation for all, because a picture of 50 million pixels is big enough once.
  const rowBytes = 1 + width * channels
  const blocks = height * Math.ceil(rowBytes / blockBytes)
  const dataBytes = 2 + blocks * 5 + height * rowBytes + 4
  const png = Buffer.allocUnsafeSlow(head.length + 12 + dataBytes + end.length)
  const start = head.copy(png) + 8
  png.writeUInt32BE(dataBytes, start - 8)
  png.write('IDAT', start - 4, 'latin1')
  let at = start + png.write('\x78\x01', start, 'latin1')
  let [low, high] = [1, 0]
  const row = Buffer.alloc(rowBytes)
  for (let y = 0; y < height; y++) {
    row.set(pixels.subarray(y * stride, y * stride + rowBytes - 1), 1)
    ;[low, high] = adler32(row, low, high)
    for (let from = 0; from < rowBytes; from += blockBytes) {
      const part = row.subarray(from, from + blockBytes)
      const isLast = y === height - 1 && from + blockBytes >= rowBytes
      png[at] = isLast ? 1 : 0
      png.writeUInt16LE(part.length, at + 1)
      png.writeUInt16LE(~part.length & 0xffff, at + 3)
      png.set(part, at + 5)
      at += 5 + part.length
    }
  }
  at = png.writeUInt32BE(high * 65_536 + low, at)
  at = png.writeUInt32BE(crc32(png.subarray(start - 4, at)), at)
  end.copy(png, at)
  return png
}

function chunk(type: string, content: Uint8Array): Buffer {
  const bytes = Buffer.alloc(content.length + 12)
  bytes.writeUInt32BE(content.length)
  bytes.write(type, 4, 'latin1')
  bytes.set(content, 8)
  bytes.writeUInt32BE(crc32(bytes.subarray(4, -4)), content.length + 8)
  return bytes
}

/** Both sums of RFC 1950, 8.2, carried on; no more than 5,552 bytes can be added before they are too large. */
function adler32(bytes: Uint8Array, low: number, high: number): [number, number] {
  for (let from = 0; from < bytes.length; from += 5_552) {
    const end = Math.min(from + 5_552, bytes.length)
    for (let index = from; index < end; index++) {
      low += bytes[index] ?? 0
      high += low
    }
    low %= 65_521
    high %= 65_521
  }
  return [low, high]
}
