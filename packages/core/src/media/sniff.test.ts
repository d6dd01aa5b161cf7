import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { sniff } from './sniff.ts'

const accepted = [
  'image/jpeg',
  'image/png',
  'image/webp',
  'image/avif',
  'image/heic',
  'image/gif',
  'video/mp4',
  'video/webm',
  'video/quicktime',
]

function bytes(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0))
}

function fileType(major: string, ...compatible: string[]): string {
  const size = 16 + compatible.length * 4
  return `\0\0\0${String.fromCharCode(size)}ftyp${major}\0\0\0\0${compatible.join('')}`
}

function ebml(documentType: string, before = '\x42\x86\x81\x01'): string {
  const type = `\x42\x82${String.fromCharCode(0x80 | documentType.length)}${documentType}`
  return `\x1a\x45\xdf\xa3${String.fromCharCode(0x80 | (before.length + type.length))}${before}${type}`
}

const heads: readonly (readonly [string, string, string])[] = [
  ['JPEG', '\xff\xd8\xff\xe0\0\x10JFIF', 'image/jpeg'],
  ['PNG', '\x89PNG\r\n\x1a\n\0\0\0\rIHDR', 'image/png'],
  ['GIF of 1987', 'GIF87a\x01\0\x01\0', 'image/gif'],
  ['GIF of 1989', 'GIF89a\x01\0\x01\0', 'image/gif'],
  ['lossy WebP', 'RIFF\x24\0\0\0WEBPVP8 ', 'image/webp'],
  ['lossless WebP', 'RIFF\x24\0\0\0WEBPVP8L', 'image/webp'],
  ['AVIF', fileType('avif', 'mif1', 'miaf'), 'image/avif'],
  ['AVIF sequence', fileType('avis', 'msf1', 'iso8'), 'image/avif'],
  ['AVIF under a generic brand', fileType('mif1', 'miaf', 'avif'), 'image/avif'],
  ['HEIC', fileType('heic', 'mif1', 'heic'), 'image/heic'],
  ['HEIC under a generic brand', fileType('mif1', 'mif1', 'heic'), 'image/heic'],
  ['MP4', fileType('isom', 'isom', 'iso2', 'avc1', 'mp41'), 'video/mp4'],
  ['MP4 under an unknown brand', fileType('XAVC', 'mp42', 'iso2'), 'video/mp4'],
  ['QuickTime', fileType('qt  ', 'qt  '), 'video/quicktime'],
  ['QuickTime without a file type box', '\0\0\0\x08wide\0\0\0\0mdat', 'video/quicktime'],
  ['WebM', ebml('webm'), 'video/webm'],
  ['WebM with a padded type', ebml('webm\0\0'), 'video/webm'],
]

test.each(heads)('detects %s from its first bytes', (_name, head, type) => {
  expect(sniff(bytes(head))).toBe(type)
})

test.each([
  ['SVG', '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'],
  ['SVG after a declaration', '<?xml version="1.0"?><svg/>'],
  ['HTML', '<!doctype html><script>alert(1)</script>'],
  ['PDF', '%PDF-1.7\n'],
  ['zip', 'PK\x03\x04\x14\0'],
  ['an executable', 'MZ\x90\0'],
  ['Matroska', ebml('matroska')],
  ['EBML without a document type', '\x1a\x45\xdf\xa3\x84\x42\x86\x81\x01'],
  ['an EBML header that runs out', '\x1a\x45\xdf\xa3\xff\xff\xff'],
  ['an audio file', fileType('M4A ', 'M4A ')],
  ['a RIFF file of sound', 'RIFF\x24\0\0\0WAVEfmt '],
  ['JPEG 2000', '\0\0\0\x0cjP  \r\n\x87\n'],
  ['a generic image brand alone', fileType('mif1', 'mif1')],
  ['an image under an unknown brand with videos', fileType('zzzz', 'heic', 'isom')],
  ['a file type box smaller than a box', '\0\0\0\x04ftypisom'],
  ['TIFF', 'II*\0'],
  ['BMP', 'BM\0\0\0\0'],
  ['nothing', ''],
])('%s is not accepted', (_name, head) => {
  expect(sniff(bytes(head))).toBeNull()
})

describe('a polyglot file', () => {
  test('that is an image and a page counts as an image', () => {
    expect(sniff(bytes('GIF89a/*<script>*/=1;<!doctype html><script>alert(1)</script>'))).toBe('image/gif')
  })

  test('with a page before the image does not count as one', () => {
    expect(sniff(bytes('<!-- GIF89a --><script>alert(1)</script>'))).toBeNull()
  })
})

test('random bytes never throw and are never detected as a type', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (random) => {
      expect([null, ...accepted]).toContain(sniff(random))
    }),
    { numRuns: 2000 },
  )
})

test('a known header keeps its type, whatever follows it, and within another buffer', () => {
  fc.assert(
    fc.property(fc.constantFrom(...heads), fc.uint8Array({ maxLength: 9000 }), (head, tail) => {
      const [, text, type] = head
      const buffer = Buffer.concat([Buffer.alloc(7, 0xff), bytes(text), tail])
      expect(sniff(buffer.subarray(7))).toBe(type)
    }),
  )
})

test('a truncated header is detected as its type or not at all', () => {
  for (const [, head, type] of heads) {
    for (let length = 0; length < head.length; length++) {
      expect([null, type]).toContain(sniff(bytes(head.slice(0, length))))
    }
  }
})

test('random boxes and elements after a valid start never throw', () => {
  const starts = fc.constantFrom(
    '\x1a\x45\xdf\xa3',
    '\0\0\0\x40ftyp',
    '\xff\xff\xff\xffftyp',
    '\0\0\0\x01ftypmif1',
  )
  fc.assert(
    fc.property(starts, fc.uint8Array({ maxLength: 8_192 }), (start, tail) => {
      expect([null, ...accepted]).toContain(sniff(Buffer.concat([bytes(start), tail])))
    }),
    { numRuns: 2000 },
  )
})
