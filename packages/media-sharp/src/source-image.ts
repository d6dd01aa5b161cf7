import { readFile } from 'node:fs/promises'
import { KithError, isKithError } from '@kith/core'
import { sniff } from '@kith/core/adapter'
import type { MediaType } from '@kith/core/ports'
import sharp, { type Metadata, type Sharp } from 'sharp'
import type { DecodeHeic, HeicFile } from '@kith/core/adapter'
import type { ImageSettings } from './image-settings.ts'
import { type IsoImage, readIsoImage } from './iso-image.ts'
import { reduceGif } from './reduce-gif.ts'
import { reduceJpeg } from './reduce-jpeg.ts'
import { reducePng } from './reduce-png.ts'
import { reduceWebp } from './reduce-webp.ts'
import { tooComplex } from './too-complex.ts'

/** An opened image file of an accepted type. */
export interface SourceImage {
  metadata: Metadata
  /** Frames of an animation; 1 for a still. */
  frames: number
  /** The frames that fit into the limits. An animation is kept completely, or only its first frame is. */
  kept: 'first' | 'all'
  /**
   * Decodes one frame or all of them, as `work` specifies. @throws media-unreadable, media-too-large, media-too-complex
   */
  decode<Answer>(frames: 'first' | 'all', work: (image: Sharp) => Promise<Answer>): Promise<Answer>
}

const heicAdvice =
  'HEIC is not read here: send it as JPEG. Anyone who runs this server can install @kith/media-heic and give it to createSharpImages.'

/** A decoder is stopped after this long on one image. */
const maxSeconds = 60

/**
 * A file without the parts that no decoder needs, and the pixels that a decoder processes in addition to those in its
 * header.
 */
interface Reduced extends IsoImage {
  bytes: Buffer
}

/**
 * Opens an image without decoding it. The type is sniffed first, so that none of the other loaders of libvips, such as
 * SVG, ever sees a file, and unneeded parts are removed before any loader sees the rest. The entire file is read,
 * because libvips caches what it opens by name: the file open, and with some formats its pixels, even after another
 * file has taken the name.
 */
export async function openImage(path: string, settings: ImageSettings): Promise<SourceImage> {
  const file = await readFile(path)
  const type = sniff(file)
  if (!type?.startsWith('image/')) throw new KithError('media-unreadable')
  const decoder = type === 'image/heic' ? settings.heic : null
  const { bytes, codedPixels, isWhole } = reduce(type, file)
  const metadata = await readable(null, sharp(bytes, { limitInputPixels: false }).metadata())
  const isAnimation = type === 'image/gif' || type === 'image/webp'
  const frames = isAnimation ? (metadata.pages ?? 1) : 1
  const { width, height } = metadata
  const pixels = width * height
  // The frames of an animation are composited, with their alpha.
  const channels = frames > 1 ? 4 : metadata.channels
  const unpackedBytes = pixels * channels * (metadata.depth === 'uchar' ? 1 : 2)
  const isUpright = (metadata.orientation ?? 1) === 1
  const isKept =
    frames > 1 &&
    frames <= settings.maxFrames &&
    pixels * frames <= settings.maxPixels &&
    unpackedBytes * frames <= settings.maxUnpackedBytes
  let decoded: Promise<Uint8Array> | undefined

  function demandSize(): void {
    const isLarge =
      pixels > settings.maxPixels ||
      Math.max(width, height) > settings.maxSide ||
      unpackedBytes > settings.maxUnpackedBytes
    if (isLarge) throw new KithError('media-too-large', { detail: 'Send it with fewer pixels.' })
    if (!isWhole) throw new KithError('media-unreadable', { cause: new Error('a HEIC that is cut off') })
    // Twice: in addition to the picture there are thumbnails, depth maps and gain maps.
    if (codedPixels > 2 * Math.min(settings.maxPixels, 2 * pixels + 4_000_000))
      throw tooComplex('an image of more pictures than it shows')
  }

  return {
    metadata,
    frames,
    kept: isKept && isUpright ? 'all' : 'first',
    async decode(wanted, work) {
      demandSize()
      if (decoder) decoded ??= decodeHeic(decoder, { bytes, profile: metadata.icc ?? null })
      const image = sharp((await decoded) ?? bytes, {
        limitInputPixels: settings.maxPixels,
        pages: wanted === 'all' ? -1 : 1,
        sequentialRead: true,
        // A truncated or broken picture fails. `warning` would also refuse the slightly wrong profiles of old editors.
        failOn: 'error',
      })
      return await readable(decoder === null ? type : null, work(image.timeout({ seconds: maxSeconds })))
    },
  }
}

const asItIs: IsoImage = { codedPixels: 0, isWhole: true }

function reduce(type: MediaType, bytes: Buffer): Reduced {
  switch (type) {
    case 'image/png':
      return { bytes: reducePng(bytes), ...asItIs }
    case 'image/jpeg':
      return { bytes: reduceJpeg(bytes), ...asItIs }
    case 'image/webp':
      return { bytes: reduceWebp(bytes), ...asItIs }
    case 'image/gif':
      return { bytes: reduceGif(bytes), ...asItIs }
    default:
      return { bytes, ...readIsoImage(bytes) }
  }
}

/** `type` is that of a file that only sharp reads. */
async function readable<Answer>(type: MediaType | null, work: Promise<Answer>): Promise<Answer> {
  try {
    return await work
  } catch (cause) {
    if (isKithError(cause)) throw cause
    // Builds of sharp that read HEIC are rare.
    if (type === 'image/heic') throw new KithError('unsupported-media-type', { detail: heicAdvice, cause })
    throw new KithError('media-unreadable', { cause })
  }
}

async function decodeHeic(module: string, file: HeicFile): Promise<Uint8Array> {
  const { decodeHeic: decode } = (await import(module)) as { decodeHeic: DecodeHeic }
  return await decode(file)
}
