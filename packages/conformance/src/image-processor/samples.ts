import { fixture, named, type NamedFile, sampleTable } from '../fixtures.ts'

/** A picture of 64 × 48 in every required format: black and dark gray above, light gray and white below. */
export const stills: readonly NamedFile[] = named(sampleTable.stills)

/** The same with everything that must not be kept: a place, a name, a time. */
export const tagged: readonly NamedFile[] = named(sampleTable.tagged)

/** Animations: three frames of 64 × 48, red, blue and green. */
export const moving: readonly NamedFile[] = named(sampleTable.moving)

/** A JPEG from a rotated camera, and the order in which its quarters are then seen: TIFF 6.0, `Orientation`. */
export const turned: readonly { file: Buffer; orientation: number; seen: readonly number[] }[] = [
  [0, 1, 2, 3],
  [1, 0, 3, 2],
  [3, 2, 1, 0],
  [2, 3, 0, 1],
  [0, 2, 1, 3],
  [2, 0, 3, 1],
  [3, 1, 2, 0],
  [1, 3, 0, 2],
].map((seen, index) => ({ file: image(`turned/${index + 1}.jpg`), orientation: index + 1, seen }))

/** A PNG of one color, in one of the available sizes. */
export function plain(width: number, height: number): Buffer {
  return image(`plain/${width}x${height}.png`)
}

/** A red of Display P3, which is (215, 40, 50) in sRGB. */
export const wide: Buffer = image('wide.png')

/** The same, from a display whose serial number is in the profile, as some systems put it there (`mmod`). */
export const signedWide: Buffer = image('signed-wide.png')

/** A header that announces more pixels than any memory holds, with almost nothing after it. */
export const vast: Buffer = image('vast.png')

/** A picture of 64 × 48 as iPhones write them, with an HEVC decoder that not every host has. */
export const heic: Buffer = image('heic.heic')

/** Files with a valid header and a truncated picture. */
export const cutOff: readonly NamedFile[] = named(sampleTable.cutOff)

/**
 * Files with a valid header. A WebP contains its length, and the frames of a GIF are counted up to its end: their
 * pictures are zeroed, and those of the others truncated.
 */
export const spoiled: readonly NamedFile[] = [
  ...cutOff.filter(([name]) => !/WebP|GIF/.test(name)),
  ...named(sampleTable.spoiled),
]

/** Unsupported files, even if a decoder could read some of them. */
export const noImages: readonly NamedFile[] = named(sampleTable.noImages)

/** Files of a few hundred kilobytes that a decoder expands to hundreds of megabytes. */
export function readSwellingBombs(): readonly NamedFile[] {
  return named(sampleTable.swellingBombs)
}

/** Files with more parts than any real picture, each to be refused. */
export function readTangledBombs(): readonly NamedFile[] {
  return named(sampleTable.tangledBombs)
}

/** An image of the fixtures. */
export function image(path: string): Buffer {
  return fixture(`images/${path}`)
}
