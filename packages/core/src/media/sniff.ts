import type { MediaType } from './media-type.ts'

/** Enough to detect any type. */
export const sniffBytes = 4_096

/**
 * Detects a file's type from its first 4,096 bytes, or all if it is shorter; `null` for types that are not accepted. It
 * only selects the processor: what that cannot read is refused, and what it writes contains only pixels and frames, so
 * a file that is an image and a page at the same time is harmless.
 */
export function sniff(bytes: Uint8Array): MediaType | null {
  const head = bytes.subarray(0, sniffBytes)
  const signature = signatures.find(([, parts]) =>
    parts.every(([offset, expected]) => text(head, offset, expected.length) === expected),
  )
  return signature?.[0] ?? sniffIsoMedia(head) ?? sniffWebm(head)
}

/** Each type with its signature bytes and their offset, one character per byte. */
const signatures: readonly (readonly [MediaType, readonly (readonly [number, string])[]])[] = [
  ['image/jpeg', [[0, '\xff\xd8\xff']]],
  ['image/png', [[0, '\x89PNG\r\n\x1a\n\0\0\0\rIHDR']]],
  ['image/gif', [[0, 'GIF87a']]],
  ['image/gif', [[0, 'GIF89a']]],
  [
    'image/webp',
    [
      [0, 'RIFF'],
      [8, 'WEBPVP8'],
    ],
  ],
]

const brands: readonly (readonly [MediaType, readonly string[]])[] = [
  ['image/avif', ['avif', 'avis']],
  ['image/heic', ['heic', 'heix', 'heim', 'heis', 'hevc', 'hevx']],
  ['video/quicktime', ['qt  ']],
  ['video/mp4', ['isom', 'iso2', 'iso3', 'iso4', 'iso5', 'iso6', 'iso7', 'iso8', 'iso9', 'mp41', 'mp42']],
  ['video/mp4', ['avc1', 'dash', 'M4V ', 'M4VP', 'MSNV', 'mmp4', 'f4v ']],
]

/** Image brands used by several kinds of files: the compatible brands decide. */
const imageBrands = ['mif1', 'msf1', 'mif2', 'miaf']

/** ISO 14496-12: the file type box comes first and names a major brand and compatible ones. */
function sniffIsoMedia(head: Uint8Array): MediaType | null {
  // Old QuickTime cameras write no file type box, but begin with one of these boxes.
  const box = text(head, 4, 4)
  if (box === 'moov' || box === 'wide') return isBox(head) ? 'video/quicktime' : null
  if (box !== 'ftyp' || !isBox(head)) return null
  const end = Math.min(new DataView(head.buffer, head.byteOffset).getUint32(0), head.length)
  const major = text(head, 8, 4)
  const compatible: string[] = []
  for (let offset = 16; offset + 4 <= end; offset += 4) compatible.push(text(head, offset, 4))
  const known = typeOfBrand(major)
  if (known) return known
  const types = compatible.map(typeOfBrand).filter((type) => type !== null)
  if (imageBrands.includes(major)) return types.find((type) => type.startsWith('image/')) ?? null
  return types.every((type) => type.startsWith('video/')) ? (types[0] ?? null) : null
}

function typeOfBrand(brand: string): MediaType | null {
  return brands.find(([, names]) => names.includes(brand))?.[0] ?? null
}

/** Whether the first box is big enough to be one; 1 means that a 64-bit size follows. */
function isBox(head: Uint8Array): boolean {
  const size = new DataView(head.buffer, head.byteOffset, 4).getUint32(0)
  return size >= 8 || size === 1
}

/** RFC 8794: the EBML header is a list of elements, one of which is the document type; Matroska proper is not accepted. */
function sniffWebm(head: Uint8Array): MediaType | null {
  if (text(head, 0, 4) !== '\x1a\x45\xdf\xa3') return null
  const header = readVarint(head, 4)
  if (!header) return null
  const end = Math.min(header.next + header.value, head.length)
  for (let offset = header.next; offset < end;) {
    const idLength = Math.clz32(head[offset] ?? 0) - 23
    const size = readVarint(head, offset + idLength)
    if (!size) return null
    const isDocumentType = text(head, offset, idLength) === '\x42\x82'
    if (isDocumentType)
      return text(head, size.next, size.value).replace(/\0+$/, '') === 'webm' ? 'video/webm' : null
    offset = size.next + size.value
  }
  return null
}

/** A number whose first byte has as many leading zeros as bytes that follow. */
function readVarint(head: Uint8Array, offset: number): { value: number; next: number } | null {
  const first = head[offset] ?? 0
  const length = Math.clz32(first) - 23
  if (length > 8 || offset + length > head.length) return null
  let value = first & (0xff >> length)
  for (let index = 1; index < length; index++) value = value * 256 + (head[offset + index] ?? 0)
  return { value, next: offset + length }
}

function text(head: Uint8Array, offset: number, length: number): string {
  return String.fromCharCode(...head.subarray(offset, offset + Math.min(length, sniffBytes)))
}
