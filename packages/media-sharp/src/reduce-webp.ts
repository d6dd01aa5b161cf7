import { maxProfileBytes, tooComplex } from './too-complex.ts'

const needed = ['VP8X', 'VP8 ', 'VP8L', 'ALPH', 'ANIM', 'ANMF', 'ICCP', 'EXIF']
/** One for each frame of an animation of twenty minutes. */
const maxChunks = 20_000
const maxAncillaryBytes = maxProfileBytes + 1024 * 1024
const headBytes = 12
/** In the flags of VP8X. */
const hasXmp = 0x04

/**
 * Keeps the chunks of a WebP that a decoder needs: those of its picture, its profile and the EXIF with its time.
 * @throws media-too-complex
 */
export function reduceWebp(bytes: Buffer): Buffer {
  const kept: Buffer[] = []
  let ancillaryBytes = 0
  let chunks = 0
  const fileEnd = Math.min(bytes.length, bytes.readUInt32LE(4) + 8)
  for (let offset = headBytes; offset + 8 <= fileEnd;) {
    if (++chunks > maxChunks) throw tooComplex('a WebP of too many chunks')
    const name = bytes.toString('latin1', offset, offset + 4)
    const size = bytes.readUInt32LE(offset + 4)
    const end = offset + 8 + size + (size % 2)
    const chunk = bytes.subarray(offset, Math.min(end, fileEnd))
    if (name === 'ICCP' || name === 'EXIF') ancillaryBytes += chunk.length
    if (ancillaryBytes > maxAncillaryBytes) throw tooComplex('a WebP with too much beside its picture')
    if (needed.includes(name)) kept.push(name === 'VP8X' ? withoutXmp(chunk) : chunk)
    offset = end
  }
  return riff(kept, bytes.length < bytes.readUInt32LE(4) + 8)
}

function withoutXmp(chunk: Buffer): Buffer {
  const copy = Buffer.from(chunk)
  if (copy.length > 8) copy[8] = (copy[8] ?? 0) & ~hasXmp
  return copy
}

/** A file of these chunks. A truncated one still claims its full length. */
function riff(chunks: readonly Buffer[], isCutOff: boolean): Buffer {
  const whole = Buffer.concat([Buffer.from('RIFF\0\0\0\0WEBP', 'latin1'), ...chunks])
  whole.writeUInt32LE(whole.length - 8 + (isCutOff ? 2 : 0), 4)
  return whole
}
