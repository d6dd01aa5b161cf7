import type { ImageMeasures } from '@kith/core/ports'
import { rgbaToThumbHash } from 'thumbhash'
import { type Pixels, findPalette } from './palette.ts'

/** The measurements of a small version of the image. */
export type Look = Pick<ImageMeasures, 'thumbhash' | 'palette' | 'lightness' | 'saturation'>

/** The longest side of the small version: the maximum for a ThumbHash. */
export const lookPixels = 100

/** A small version: red, green, blue and alpha, one byte each. */
export interface Thumbnail {
  width: number
  height: number
  rgba: Uint8Array
}

/** Measures a small version, on white where it is transparent. */
export function measure({ width, height, rgba }: Thumbnail): Look {
  const pixels = onWhite(rgba)
  let lightness = 0
  let saturation = 0
  for (let offset = 0; offset + 2 < pixels.length; offset += 3) {
    const [red = 0, green = 0, blue = 0] = [pixels[offset], pixels[offset + 1], pixels[offset + 2]]
    lightness += 0.2126 * red + 0.7152 * green + 0.0722 * blue
    saturation += Math.max(red, green, blue) - Math.min(red, green, blue)
  }
  const levels = (pixels.length / 3) * 255
  return {
    thumbhash: Buffer.from(rgbaToThumbHash(width, height, rgba)).toString('base64'),
    palette: findPalette(pixels),
    lightness: round(lightness / levels),
    saturation: round(saturation / levels),
  }
}

function onWhite(rgba: Uint8Array): Pixels {
  const pixels = new Uint8Array((rgba.length / 4) * 3)
  for (let from = 0, to = 0; from < rgba.length; from += 4, to += 3) {
    const opacity = (rgba[from + 3] ?? 0) / 255
    for (let channel = 0; channel < 3; channel++)
      pixels[to + channel] = Math.round((rgba[from + channel] ?? 0) * opacity + 255 * (1 - opacity))
  }
  return pixels
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000
}
