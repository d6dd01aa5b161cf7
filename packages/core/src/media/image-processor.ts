import type { RenditionForm, RenditionFormat } from './media.ts'

/** What an image's header says, read without decoding it. */
export interface ImageHeader {
  /** As displayed: after the orientation is applied. */
  width: number
  height: number
  /** Frames of an animation; 1 for a still. */
  frames: number
}

/** What is measured of an image, its colours in sRGB. */
export interface ImageMeasures {
  /** Of the file that was written. */
  width: number
  height: number
  /** A ThumbHash: a placeholder of about 25 bytes, base64. */
  thumbhash: string
  /** Up to five main colours, most frequent first: `#rrggbb`. */
  palette: string[]
  /** Mean lightness from 0 (black) to 1 (white). */
  lightness: number
  /** Mean saturation from 0 (grey) to 1. */
  saturation: number
  /** When the camera took it, from its metadata, before that is stripped; ISO 8601 without a zone. `null` for what is no time. */
  takenAt: string | null
}

/** A rendition that was written. */
export interface WrittenRendition {
  format: RenditionFormat
  /** Whether it is written in this format whichever is asked for, as an animation is. */
  isOnlyFormat: boolean
}

/**
 * Reads and writes images: JPEG, PNG, WebP, GIF and AVIF, and HEIC where it can be decoded. Whatever else a decoder could
 * read, SVG for one, is `media-unreadable`. Files are given by their path, which is read anew each time; a source stays as it
 * is. A file that is missing or a disk that fails is an error of the system, never `media-unreadable`.
 */
export interface ImageProcessor {
  /**
   * Reads the header and decodes nothing, however many pixels it announces. A header can be fine and its picture not.
   * @throws media-unreadable
   */
  inspect(path: string): Promise<ImageHeader>
  /**
   * Writes the image as it is stored: a WebP, upright, with its colour profile and nothing else beside the picture. Measures
   * it; of an animation, its first frame. The same file is measured the same. Where it fails there is no target.
   * @throws media-unreadable, media-too-large, busy
   */
  normalise(path: string, target: string): Promise<ImageMeasures>
  /**
   * Writes one rendition: upright, in sRGB, with nothing beside the picture. `thumb` is the square in its middle, the others
   * are the whole of it; none is larger than the image itself. What moves is WebP whichever format is asked for, as is
   * everything where AVIF cannot be written; the answer says so. Where it fails there is no target.
   * @throws media-unreadable, media-too-large, busy
   */
  rendition(path: string, target: string, form: RenditionForm): Promise<WrittenRendition>
}
