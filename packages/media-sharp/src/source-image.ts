import { readFile } from 'node:fs/promises'
import { KithError, type MediaType, sniff } from '@kith/core'
import sharp, { type Metadata, type Sharp } from 'sharp'
import type { ReadHeic } from './heic.ts'

/** An image file that was opened and is of a type that is accepted. */
export interface SourceImage {
  metadata: Metadata
  /** Frames of an animation; 1 for a still. */
  frames: number
  /** Decodes one frame or all of them, as `work` says. @throws media-unreadable, media-too-large */
  decode<Answer>(frames: 'first' | 'all', work: (image: Sharp) => Promise<Answer>): Promise<Answer>
}

/** How images are opened. */
export interface Opening {
  maxPixels: number
  /** `null`: HEIC is left to sharp, which cannot decode it unless it was built with a libvips that can. */
  readHeic: ReadHeic | null
}

/** A decoder that has worked this long on one image is stopped. */
export const maxSeconds = 60

/**
 * Opens an image without decoding it. The type is sniffed first, so that none of the other loaders of libvips, such as
 * SVG, ever sees a file. The whole file is read, because libvips keeps what it opens by name: the file open, and with
 * some formats its pixels, even after another one has taken the name.
 */
export async function openImage(path: string, { maxPixels, readHeic }: Opening): Promise<SourceImage> {
  const bytes = await readFile(path)
  const type = sniff(bytes)
  if (!type?.startsWith('image/')) throw new KithError('media-unreadable')
  const metadata = await readable(type, sharp(bytes, { limitInputPixels: false }).metadata())
  const pixels = metadata.width * metadata.height
  let png: Promise<Uint8Array> | undefined
  const isAnimation = type === 'image/gif' || type === 'image/webp'
  return {
    metadata,
    frames: isAnimation ? (metadata.pages ?? 1) : 1,
    async decode(frames, work) {
      if (pixels > maxPixels) throw new KithError('media-too-large')
      if (type === 'image/heic' && readHeic) png ??= readHeic({ bytes, pixels })
      const image = sharp((await png) ?? bytes, {
        limitInputPixels: maxPixels,
        pages: frames === 'all' ? -1 : 1,
        sequentialRead: true,
        // A truncated or broken picture fails. `warning` would also refuse the slightly wrong profiles of old editors.
        failOn: 'error',
      })
      return await readable(type, work(image.timeout({ seconds: maxSeconds })))
    },
  }
}

async function readable<Answer>(type: MediaType, work: Promise<Answer>): Promise<Answer> {
  try {
    return await work
  } catch (cause) {
    const detail = type === 'image/heic' ? 'HEIC cannot be read here: send it as JPEG.' : undefined
    throw new KithError('media-unreadable', { detail, cause })
  }
}
