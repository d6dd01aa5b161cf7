import { rm, writeFile } from 'node:fs/promises'
import { type ImageProcessor, type Rendition, type RenditionFormat, renditionPixels } from '@kith/core'
import { createFairQueue } from '@kith/core/adapter'
import type { AvifOptions, OutputInfo, Sharp, WebpOptions } from 'sharp'
import { createHeicReader } from './heic.ts'
import { type Look, lookPixels, measure } from './measure.ts'
import { maxSeconds, type SourceImage, openImage } from './source-image.ts'
import { readTakenAt } from './taken-at.ts'

/** How images are worked on. */
export interface SharpImagesOptions {
  /** The most pixels that are decoded, all frames of an animation together. @default 50_000_000 @reason As `MediaOptions.maxPixels`. */
  maxPixels?: number | undefined
  /** The most frames of an animation that is kept; of a longer one only the first frame is. @default 150 @reason Some ten seconds of a GIF; each frame is decoded and written anew. */
  maxFrames?: number | undefined
  /**
   * What decodes HEIC, as iPhones write it: this package, which you install as well. Without it HEIC is `media-unreadable`.
   * @default none
   */
  heic?: 'libheif-js' | undefined
  /** How many images are worked on at the same time; the others wait. @default 2 @reason Memory is the bound: each place may hold a whole decoded picture. */
  concurrency?: number | undefined
  /** How many may wait before the next is answered `busy`. @default 200 @reason About a minute of waiting for ordinary photos. */
  maxWaiting?: number | undefined
}

const defaults = Object.freeze({ maxPixels: 50_000_000, maxFrames: 150, concurrency: 2, maxWaiting: 200 })

/**
 * The stored form is the source of all renditions, so it loses less than they do. At effort 2 it is written in half the
 * time of effort 4 and is 3 % larger, and somebody waits for it.
 */
const storedWebp: WebpOptions = Object.freeze({ quality: 90, effort: 2 })
const renditionWebp: WebpOptions = Object.freeze({ quality: 80, effort: 4 })
/** Looks like the WebP in fewer bytes, and is made in the same time; effort 2 takes half as long again for as many. */
const renditionAvif: AvifOptions = Object.freeze({ quality: 58, effort: 1, chromaSubsampling: '4:2:0' })

const encodings: Readonly<Record<RenditionFormat, (image: Sharp) => Sharp>> = Object.freeze({
  webp: (image) => image.webp(renditionWebp),
  avif: (image) => image.avif(renditionAvif),
})

/** The longest side that WebP can have. */
const webpPixels = 16_383

/**
 * Creates the image processor. Neither the settings of sharp nor its cache, which belong to the host, are changed.
 * @throws TypeError where what decodes HEIC is not installed
 */
export function createSharpImages(options: SharpImagesOptions = {}): ImageProcessor {
  const maxPixels = options.maxPixels ?? defaults.maxPixels
  const maxFrames = options.maxFrames ?? defaults.maxFrames
  const readHeic = options.heic === 'libheif-js' ? createHeicReader({ maxSeconds }) : null
  const opening = { maxPixels, readHeic }
  const waitInLine = createFairQueue({
    concurrency: options.concurrency ?? defaults.concurrency,
    maxWaiting: options.maxWaiting ?? defaults.maxWaiting,
  })
  const queue = <Answer>(job: () => Promise<Answer>): Promise<Answer> => waitInLine({ key: 'all' }, job)

  /** An animation is kept whole, or is its first frame. */
  function framesOf({ frames, metadata }: SourceImage): 'first' | 'all' {
    const { width, height, orientation = 1 } = metadata
    const kept = frames > 1 && frames <= maxFrames && width * height * frames <= maxPixels
    return kept && orientation === 1 ? 'all' : 'first'
  }

  return {
    inspect: (path) =>
      queue(async () => {
        const { metadata, frames } = await openImage(path, opening)
        return { ...metadata.autoOrient, frames }
      }),
    normalise: (path, target) =>
      queue(async () => {
        const source = await openImage(path, opening)
        const frames = framesOf(source)
        const { data, info } = await source.decode(frames, (image) =>
          toBytes(storedForm(image, source, frames).webp(storedWebp)),
        )
        const seen = await source.decode('first', look)
        await write(target, data)
        return {
          width: info.width,
          height: info.pageHeight ?? info.height,
          ...seen,
          takenAt: readTakenAt(source.metadata.exif ?? new Uint8Array()),
        }
      }),
    rendition: (path, target, { rendition, format: wanted }) =>
      queue(async () => {
        const source = await openImage(path, opening)
        const frames = rendition === 'thumb' ? 'first' : framesOf(source)
        // sharp writes no moving AVIF, and few programs show one.
        const isOnlyFormat = frames === 'all'
        const format = isOnlyFormat ? 'webp' : wanted
        const { data } = await source.decode(frames, (image) =>
          toBytes(encodings[format](resized(orient(image, frames), source, rendition))),
        )
        await write(target, data)
        return { format, isOnlyFormat }
      }),
  }
}

function storedForm(image: Sharp, { metadata }: SourceImage, frames: 'first' | 'all'): Sharp {
  const oriented = orient(image, frames)
  const { width, height, space } = metadata
  const fitting = Math.max(width, height) > webpPixels ? shrink(oriented, webpPixels) : oriented
  // WebP stores red, green and blue: the profile of another colour space would not fit them.
  return space === 'srgb' || space === 'rgb16' ? fitting.keepIccProfile() : fitting
}

function resized(image: Sharp, { metadata }: SourceImage, rendition: Rendition): Sharp {
  if (rendition !== 'thumb') return shrink(image, renditionPixels[rendition])
  const { width, height } = metadata.autoOrient
  const side = Math.min(renditionPixels.thumb, width, height)
  return image.resize(side, side, { fit: 'cover' })
}

/** Frames cannot be turned by sharp; {@link framesOf} keeps only those that stand upright. */
function orient(image: Sharp, frames: 'first' | 'all'): Sharp {
  return frames === 'all' ? image : image.autoOrient()
}

function shrink(image: Sharp, longestSide: number): Sharp {
  return image.resize(longestSide, longestSide, { fit: 'inside', withoutEnlargement: true })
}

function toBytes(image: Sharp): Promise<{ data: Buffer; info: OutputInfo }> {
  return image.toBuffer({ resolveWithObject: true })
}

/** Made from the upload, not from the stored form: a large JPEG is decoded small, which is many times faster. */
async function look(image: Sharp): Promise<Look> {
  const { data, info } = await shrink(image.autoOrient(), lookPixels)
    .toColourspace('srgb')
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true })
  return measure({ width: info.width, height: info.height, rgba: data })
}

async function write(target: string, data: Uint8Array): Promise<void> {
  try {
    await writeFile(target, data)
  } catch (error) {
    await rm(target, { force: true })
    throw error
  }
}
