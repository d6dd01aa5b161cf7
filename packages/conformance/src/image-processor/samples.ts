import { deflateSync } from 'node:zlib'
import { exif, pngTags, tagGif, tagJpeg, tagWebp } from './metadata.ts'
import { avif, gif, heic, jpeg, movingGif, movingWebp, taggedAvif, webp, wideProfile } from './pictures.ts'
import { secret } from '../secrets.ts'
import { type Colour, header, type Line, png, pngOf } from './png-sample.ts'

const greys = [0, 85, 170, 255].map((value): Colour => [value, value, value])

/** The four quarters of the samples: black and dark above, light and white below. */
function quarters(y: number): Line {
  return greys
    .slice(y < 24 ? 0 : 2)
    .slice(0, 2)
    .map((grey) => [grey, 32])
}

/** A picture of 64 × 48 in every format that has to be read. */
export const stills: readonly (readonly [name: string, file: Buffer])[] = [
  ['JPEG', jpeg],
  ['PNG', png(48, quarters)],
  ['WebP', webp],
  ['GIF', gif],
  ['AVIF', avif],
]

/** The same with all that must not be kept: a place, a name, a time. */
export const tagged: readonly (readonly [name: string, file: Buffer])[] = [
  ['a JPEG with EXIF, GPS, XMP, IPTC, a comment and a second file', tagJpeg(jpeg)],
  ['a PNG with EXIF, texts, a time and a chunk of somebody', png(48, quarters, pngTags)],
  ['a WebP with EXIF and XMP', tagWebp(webp)],
  ['a GIF with a comment and XMP', tagGif(gif)],
  ['an AVIF with EXIF and XMP', taggedAvif],
]

/** What moves: three frames of 64 × 48, red, blue and green. */
export const moving: readonly (readonly [name: string, file: Buffer])[] = [
  ['GIF', movingGif],
  ['WebP', movingWebp],
]

/** A JPEG that a camera was turned for, and the order in which its quarters are seen then: TIFF 6.0, `Orientation`. */
export const turned: readonly { file: Buffer; orientation: number; seen: readonly number[] }[] = [
  [0, 1, 2, 3],
  [1, 0, 3, 2],
  [3, 2, 1, 0],
  [2, 3, 0, 1],
  [0, 2, 1, 3],
  [2, 0, 3, 1],
  [3, 1, 2, 0],
  [1, 3, 0, 2],
].map((seen, index) => ({ file: tagJpeg(jpeg, { orientation: index + 1 }), orientation: index + 1, seen }))

/** A PNG of one colour. */
export function plain(width: number, height: number, colour: Colour = [200, 60, 60]): Buffer {
  return png(height, () => [[colour, width]])
}

function withProfile(profile: Buffer): Buffer {
  const content = Buffer.concat([Buffer.from('P3\0\0'), deflateSync(profile)])
  return png(48, () => [[[200, 60, 60], 64]], [['iCCP', content]])
}

/** A red of Display P3, which is (215, 40, 50) in sRGB. */
export const wide: Buffer = withProfile(wideProfile)

/** The same, from a display whose number is in the profile, as some systems put it there (`mmod`). */
export const signedWide: Buffer = withProfile(
  withTag(wideProfile, 'mmod', Buffer.from(`mmod\0\0\0\0${secret}\0`)),
)

/** Adds a tag to a profile: its entry comes first, and what all others say about places moves on (ICC.1, 7.3). */
function withTag(profile: Buffer, name: string, content: Buffer): Buffer {
  const count = profile.readUInt32BE(128)
  const entry = Buffer.alloc(12)
  entry.write(name, 'latin1')
  entry.writeUInt32BE(profile.length + 12, 4)
  entry.writeUInt32BE(content.length, 8)
  const whole = Buffer.concat([profile.subarray(0, 132), entry, profile.subarray(132), content])
  whole.writeUInt32BE(whole.length, 0)
  whole.writeUInt32BE(count + 1, 128)
  for (let index = 1; index <= count; index++) {
    const at = 132 + index * 12 + 4
    whole.writeUInt32BE(whole.readUInt32BE(at) + 12, at)
  }
  return whole
}

/** A header that announces as many pixels as no memory holds, and next to nothing behind it. */
export const vast: Buffer = pngOf([header(40_000, 40_000), ['IDAT', deflateSync(Buffer.alloc(1000))]])

/** Files whose header is fine and whose picture is cut off. */
export const cutOff: readonly (readonly [name: string, file: Buffer])[] = stills.map(([name, file]) => [
  `a ${name} that is cut off`,
  file.subarray(0, name === 'PNG' ? -40 : -20),
])

/**
 * Files whose header is fine. A WebP says in it how long it is, and the frames of a GIF are counted up to its end: their
 * pictures are wiped, and those of the others cut off.
 */
export const spoiled: readonly (readonly [name: string, file: Buffer])[] = [
  ...cutOff.filter(([name]) => !/WebP|GIF/.test(name)),
  ['a WebP that is wiped', Buffer.concat([webp.subarray(0, -20), Buffer.alloc(20)])],
  ['a GIF that is wiped', Buffer.concat([gif.subarray(0, 100), Buffer.alloc(100), gif.subarray(200)])],
]

const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>'

/** A TIFF of one black pixel. */
const tiff = Buffer.concat([
  Buffer.from('MM\0*\0\0\0\x08\0\x08', 'latin1'),
  ...[
    [0x100, 3, 0x10000],
    [0x101, 3, 0x10000],
    [0x102, 3, 0x80000],
    [0x103, 3, 0x10000],
    [0x106, 3, 0x10000],
    [0x111, 4, 110],
    [0x116, 3, 0x10000],
    [0x117, 4, 1],
  ].map(([tag = 0, type = 0, value = 0]) => {
    const entry = Buffer.alloc(12)
    entry.writeUInt16BE(tag, 0)
    entry.writeUInt16BE(type, 2)
    entry.writeUInt32BE(1, 4)
    entry.writeUInt32BE(value, 8)
    return entry
  }),
  Buffer.alloc(5),
])

/** Files that are not read, whatever the decoder could make of some of them. */
export const noImages: readonly (readonly [name: string, file: Buffer])[] = [
  ['an empty file', Buffer.alloc(0)],
  ['a page', Buffer.from('<!doctype html><script>alert(1)</script>')],
  ['an SVG', Buffer.from(svg)],
  ['an SVG behind the head of a GIF', Buffer.from(`GIF89a${svg}`)],
  ['an SVG behind the head of a WebP', Buffer.from(`RIFF    WEBPVP8 ${svg}`)],
  ['a TIFF', tiff],
  ['a PPM', Buffer.from('P6 1 1 255\n\0\0\0', 'latin1')],
  ['a video', Buffer.from('\0\0\0\x18ftypisom\0\0\0\0isommp42', 'latin1')],
  ['EXIF alone', exif()],
  ...stills.map(([name, file]) => [`the head of a ${name}`, file.subarray(0, 14)] as const),
]

export { heic, jpeg }
