import { tooComplex } from './too-complex.ts'

/** Twenty minutes at fifteen frames per second. */
const maxFrames = 20_000
/** Two for each frame. */
const maxBlocks = 40_000
const [extension, picture, trailer] = [0x21, 0x2c, 0x3b]
const [control, application] = [0xf9, 0xff]
const looping = ['NETSCAPE2.0', 'ANIMEXTS1.0']

/**
 * Keeps the blocks of a GIF that a decoder needs: no comments, text or XMP (GIF89a, 23 to 26). @throws
 * media-too-complex
 */
export function reduceGif(bytes: Buffer): Buffer {
  let offset = 13 + colorTableBytes(bytes[10])
  const kept: Buffer[] = [bytes.subarray(0, offset)]
  let blocks = 0
  let frames = 0
  while (offset < bytes.length) {
    if (++blocks > maxBlocks || frames > maxFrames) throw tooComplex('a GIF of too many blocks')
    const kind = bytes[offset]
    const label = bytes[offset + 1]
    const start = offset
    if (kind === picture) {
      frames++
      offset = endOfSubBlocks(bytes, offset + 11 + colorTableBytes(bytes[offset + 9]))
    } else if (kind === extension) offset = endOfSubBlocks(bytes, offset + 2)
    else {
      // The trailer, or something after which no decoder continues.
      kept.push(bytes.subarray(start, kind === trailer ? start + 1 : undefined))
      break
    }
    const isLoop = label === application && looping.includes(bytes.toString('latin1', start + 3, start + 14))
    if (kind === picture || label === control || isLoop) kept.push(bytes.subarray(start, offset))
  }
  return Buffer.concat(kept)
}

function colorTableBytes(flags = 0): number {
  return flags & 0x80 ? 3 * 2 ** ((flags & 7) + 1) : 0
}

function endOfSubBlocks(bytes: Buffer, from: number): number {
  let offset = from
  while (offset < bytes.length) {
    const size = bytes[offset] ?? 0
    offset += 1 + size
    if (size === 0) break
  }
  return Math.min(offset, bytes.length)
}
