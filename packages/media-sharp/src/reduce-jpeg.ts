import { maxProfileBytes, tooComplex } from './too-complex.ts'

/** Encoders write ten or twelve for a progressive picture. */
const maxScans = 100
/** Each scan covers the entire picture: this is twenty with 50 megapixels. */
const maxScannedPixels = 1_000_000_000
/** Tables and the like; markers that begin an interval within a scan do not count. */
const maxSegments = 10_000

const start = 0xd8
const end = 0xd9
const scan = 0xda
const comment = 0xfe

/**
 * Keeps the segments of a JPEG that a decoder needs: those of the picture, EXIF with its orientation and time, its
 * color profile and color encoding. Data after its end is removed too. @throws media-too-complex
 */
export function reduceJpeg(bytes: Buffer): Buffer {
  const kept: Buffer[] = [bytes.subarray(0, 2)]
  const counts = { segments: 0, scans: 0, pixels: 0, profileBytes: 0 }
  let hasExif = false
  for (let offset = 2; offset < bytes.length;) {
    const marker = bytes[offset + 1] ?? end
    if (bytes[offset] !== 0xff || marker === end) {
      kept.push(bytes.subarray(offset, marker === end ? offset + 2 : undefined))
      break
    }
    // T.81, B.1.1.2: a marker may be preceded by any number of fill bytes.
    if (marker === 0xff) {
      offset++
      continue
    }
    if (isAlone(marker)) {
      offset += 2
      continue
    }
    if (++counts.segments > maxSegments) throw tooComplex('a JPEG of too many segments')
    if (offset + 4 > bytes.length) break
    let next = offset + 2 + bytes.readUInt16BE(offset + 2)
    const content = bytes.subarray(offset + 4, next)
    if (isFrame(marker) && content.length >= 5)
      counts.pixels = Math.max(counts.pixels, content.readUInt16BE(1) * content.readUInt16BE(3))
    if (marker === scan) {
      counts.scans++
      if (counts.scans > maxScans || counts.scans * counts.pixels > maxScannedPixels)
        throw tooComplex('a JPEG of too many scans')
      next = endOfScan(bytes, next)
    }
    const isProfile = marker === 0xe2 && startsWith(content, 'ICC_PROFILE\0')
    if (isProfile) counts.profileBytes += content.length
    if (counts.profileBytes > maxProfileBytes) throw tooComplex('a JPEG with too large a profile')
    const isExif: boolean = marker === 0xe1 && !hasExif && startsWith(content, 'Exif\0\0')
    hasExif ||= isExif
    if (!isApplication(marker) || isProfile || isExif || isColors(marker, content))
      kept.push(bytes.subarray(offset, next))
    offset = next
  }
  return Buffer.concat(kept)
}

/** T.81, table B.1: TEM and the restart markers have no content. */
function isAlone(marker: number): boolean {
  return marker === 1 || (marker >= 0xd0 && marker <= start)
}

/** SOF0 to SOF15, except for DHT, JPG and DAC in between. */
function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)
}

function isApplication(marker: number): boolean {
  return (marker >= 0xe0 && marker <= 0xef) || marker === comment
}

/** JFIF and Adobe define how red, green and blue are stored. */
function isColors(marker: number, content: Buffer): boolean {
  return (
    (marker === 0xe0 && startsWith(content, 'JFIF\0')) || (marker === 0xee && startsWith(content, 'Adobe'))
  )
}

/** Within a scan 0xff is followed by a zero or a restart marker. */
function endOfScan(bytes: Buffer, from: number): number {
  for (let offset = from; ;) {
    const at = bytes.indexOf(0xff, offset)
    if (at < 0) return bytes.length
    const marker = bytes[at + 1] ?? 0
    if (marker !== 0 && marker !== 0xff && !isAlone(marker)) return at
    offset = at + (marker === 0xff ? 1 : 2)
  }
}

function startsWith(content: Buffer, text: string): boolean {
  return content.toString('latin1', 0, text.length) === text
}
