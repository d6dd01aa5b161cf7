import { inflateSync } from 'node:zlib'
import { maxProfileBytes, tooComplex } from './too-complex.ts'

/** The chunks of the picture and its colors, and the EXIF with its orientation and time. */
const needed = ['IHDR', 'PLTE', 'tRNS', 'gAMA', 'cHRM', 'sRGB', 'iCCP', 'eXIf', 'IDAT', 'IEND']

/** Encoders write one for every 4 KiB or more. */
const maxChunks = 50_000
/** Profiles and palettes are smaller, and text is not kept at all. */
const maxAncillaryBytes = 2 * 1024 * 1024
const signatureBytes = 8

/**
 * Keeps the chunks of a PNG that a decoder needs. Decoders unpack text without a limit on the total, and 95 KB of it
 * can become a gigabyte. @throws media-too-complex
 */
export function reducePng(bytes: Buffer): Buffer {
  const kept: Buffer[] = [bytes.subarray(0, signatureBytes)]
  let ancillaryBytes = 0
  let chunks = 0
  let hasProfile = false
  for (let offset = signatureBytes; offset + 8 <= bytes.length;) {
    if (++chunks > maxChunks) throw tooComplex('a PNG of too many chunks')
    const length = bytes.readUInt32BE(offset)
    const type = bytes.toString('latin1', offset + 4, offset + 8)
    const end = offset + 12 + length
    // A second profile is invalid (PNG 3, 5.6), and each that is unpacked takes time.
    const isSecond = type === 'iCCP' && hasProfile
    hasProfile ||= type === 'iCCP'
    if (needed.includes(type) && !isSecond) {
      const chunk = bytes.subarray(offset, end)
      if (isAncillary(type)) ancillaryBytes += chunk.length
      if (ancillaryBytes > maxAncillaryBytes) throw tooComplex('a PNG with too much beside its picture')
      if (type === 'iCCP') demandSmallProfile(chunk.subarray(8, -4))
      kept.push(chunk)
    }
    if (type === 'IEND') break
    offset = end
  }
  return Buffer.concat(kept)
}

function isAncillary(type: string): boolean {
  return type !== 'IDAT' && type !== 'IHDR' && type !== 'IEND'
}

/** PNG 3, 11.3.2.3: a name of at most 79 bytes, a zero, the method, and the packed profile. */
function demandSmallProfile(content: Buffer): void {
  const nameEnd = content.indexOf(0)
  if (nameEnd < 0) return
  try {
    inflateSync(content.subarray(nameEnd + 2), { maxOutputLength: maxProfileBytes })
  } catch (error) {
    if ((error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE')
      throw tooComplex('a PNG with too large a profile')
  }
}
