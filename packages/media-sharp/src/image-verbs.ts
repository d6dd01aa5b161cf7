import { randomUUID } from 'node:crypto'
import { rename, rm, writeFile } from 'node:fs/promises'
import {
  type ImageHeader,
  type ImageMeasures,
  type Rendition,
  type RenditionForm,
  type RenditionFormat,
  renditionPixels,
  type WrittenRendition,
} from '@kith/core/ports'
import type { AvifOptions, OutputInfo, Sharp, WebpOptions } from 'sharp'
import { storedColors } from './color-profile.ts'
import { displayP3 } from './display-p3.ts'
import type { ImageSettings } from './image-settings.ts'
import { type Look, lookPixels, measure } from './measure.ts'
import { openImage, type SourceImage } from './source-image.ts'
import { readTakenAt } from './taken-at.ts'
import { replaceProfile } from './webp-profile.ts'

/**
 * The stored image is the source of all renditions, so it loses less than they do. Effort 2 takes half the time of
 * effort 4 and results in 3 % more bytes, and a user is waiting.
 */
const storedWebp: WebpOptions = Object.freeze({ quality: 90, effort: 2 })
const renditionWebp: WebpOptions = Object.freeze({ quality: 80, effort: 4 })
/** Looks like the WebP in fewer bytes, and takes the same time; effort 2 takes half as long again for as many. */
const renditionAvif: AvifOptions = Object.freeze({ quality: 58, effort: 1, chromaSubsampling: '4:2:0' })

const encodings: Readonly<Record<RenditionFormat, (image: Sharp) => Sharp>> = Object.freeze({
  webp: (image) => image.webp(renditionWebp),
  avif: (image) => image.avif(renditionAvif),
})

/** The longest side that WebP can have. */
const webpPixels = 16_383

/** The processing of one image, in any process: see `ImageProcessor`. */
export const imageVerbs: {
  inspect(path: string, settings: ImageSettings): Promise<ImageHeader>
  normalize(path: string, target: string, settings: ImageSettings): Promise<ImageMeasures>
  rendition(files: Files, form: RenditionForm, settings: ImageSettings): Promise<WrittenRendition>
} = {
  async inspect(path, settings) {
    const { metadata, frames } = await openImage(path, settings)
    const { width, height } = metadata.autoOrient
    return { width, height, frames }
  },
  async normalize(path, target, settings) {
    const source = await openImage(path, settings)
    const frames = source.kept
    const { metadata } = source
    const { numbers, space } = colorsOf(source)
    const { data, info } = await source.decode(frames, (image) => {
      const fitting = fit(orient(image, frames), metadata)
      const colored =
        numbers === 'same'
          ? fitting.keepIccProfile()
          : space === 'p3'
            ? fitting.withIccProfile('p3')
            : fitting
      return toBytes(colored.webp(storedWebp))
    })
    const seen = await source.decode('first', look)
    await write(target, replaceProfile(data, space === 'p3' ? displayP3 : null))
    return {
      width: info.width,
      height: info.pageHeight ?? info.height,
      ...seen,
      takenAt: readTakenAt(metadata.exif ?? new Uint8Array()),
    }
  },
  async rendition({ path, target }, { rendition, format: wanted }, settings) {
    const source = await openImage(path, settings)
    const frames = rendition === 'thumb' ? 'first' : source.kept
    // sharp writes no animated AVIF, and few programs show one.
    const isOnlyFormat = frames === 'all'
    const format = isOnlyFormat ? 'webp' : wanted
    const { data } = await source.decode(frames, (image) =>
      toBytes(encodings[format](resized(orient(image, frames), source, rendition))),
    )
    await write(target, data)
    return { format, isOnlyFormat }
  },
}

/** A source and the target of its rendition. */
interface Files {
  path: string
  target: string
}

/** WebP stores red, green and blue: values of another space are converted to sRGB. */
function colorsOf({ metadata: { space, icc } }: SourceImage): ReturnType<typeof storedColors> {
  return space === 'srgb' || space === 'rgb16' ? storedColors(icc) : { numbers: 'convert', space: 'srgb' }
}

function fit(image: Sharp, { width, height }: SourceImage['metadata']): Sharp {
  return Math.max(width, height) > webpPixels ? shrink(image, webpPixels) : image
}

function resized(image: Sharp, { metadata }: SourceImage, rendition: Rendition): Sharp {
  if (rendition !== 'thumb') return shrink(image, renditionPixels[rendition])
  const { width, height } = metadata.autoOrient
  const side = Math.min(renditionPixels.thumb, width, height)
  return image.resize(side, side, { fit: 'cover' })
}

/** sharp cannot rotate frames; only upright ones are kept. */
function orient(image: Sharp, frames: 'first' | 'all'): Sharp {
  return frames === 'all' ? image : image.autoOrient()
}

function shrink(image: Sharp, longestSide: number): Sharp {
  return image.resize(longestSide, longestSide, { fit: 'inside', withoutEnlargement: true })
}

function toBytes(image: Sharp): Promise<{ data: Buffer; info: OutputInfo }> {
  return image.toBuffer({ resolveWithObject: true })
}

/**
 * Made from the upload, not from the stored image: a large JPEG is decoded at a reduced size, which is many times
 * faster.
 */
async function look(image: Sharp): Promise<Look> {
  const { data, info } = await shrink(image.autoOrient(), lookPixels)
    .toColorspace('srgb')
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true })
  return measure({ width: info.width, height: info.height, rgba: data })
}

/** Under a new name first, so that no existing link can redirect it; then it replaces the target. */
async function write(target: string, data: Uint8Array): Promise<void> {
  const made = `${target}.${randomUUID()}`
  try {
    await writeFile(made, data, { flag: 'wx', mode: 0o600 })
    await rename(made, target)
  } catch (error) {
    await rm(made, { force: true })
    throw error
  }
}
