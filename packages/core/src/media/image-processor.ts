import type { RenditionForm, RenditionFormat } from './media-type.ts'

/** The header of an image, read without decoding it. */
export interface ImageHeader {
  /** As displayed: after the orientation is applied. */
  width: number
  height: number
  /** Frames of an animation; 1 for a still. */
  frames: number
}

/** The measurements of an image, with colors in sRGB. */
export interface ImageMeasures {
  /** Of the file that was written. */
  width: number
  height: number
  /** A ThumbHash: a placeholder of about 25 bytes, base64. */
  thumbhash: string
  /** Up to five main colors, most frequent first: `#rrggbb`. */
  palette: string[]
  /** Mean lightness from 0 (black) to 1 (white). */
  lightness: number
  /** Mean saturation from 0 (gray) to 1. */
  saturation: number
  /**
   * When the camera took it, from its metadata, before that is stripped; ISO 8601 without a zone. `null` for an invalid
   * time.
   */
  takenAt: string | null
}

/** A written rendition. */
export interface WrittenRendition {
  format: RenditionFormat
  /** Whether it is written in this format whichever is requested, as an animation is. */
  isOnlyFormat: boolean
}

/**
 * Reads and writes images: JPEG, PNG, WebP, GIF and AVIF, and HEIC if it can be decoded: otherwise it is
 * `unsupported-media-type`. Anything else that a decoder could read, such as SVG, is `media-unreadable`. Files are
 * passed by their path, which is read each time; a source is never changed. A file that is missing or a disk that fails
 * is a system error, never `media-unreadable`.
 *
 * Whatever a file contains, reading it is bounded in time and memory, and neither ends nor blocks the calling process:
 * `media-too-complex` is a file that would take more than any real picture does.
 */
export interface ImageProcessor {
  /**
   * Reads the header and decodes nothing, however many pixels it announces. A header can be valid and its picture not.
   * `turn` is the account whose file it is: work of one waits in line, and accounts take turns.
   * @throws media-unreadable, media-too-complex, unsupported-media-type, busy
   */
  inspect(path: string, turn?: string): Promise<ImageHeader>
  /**
   * Writes the image to store: a WebP, upright, with nothing but the picture. Its colors are those of sRGB, or of a
   * wider space that a profile names; the profile is the processor's own and reveals nothing of the source. Measures
   * it; of an animation, its first frame. The same file has the same measurements. If it fails there is no target.
   * @throws media-unreadable, media-too-large, media-too-complex, unsupported-media-type, busy
   */
  normalize(path: string, target: string, turn?: string): Promise<ImageMeasures>
  /**
   * Writes one rendition: upright, in sRGB, with nothing but the picture. `thumb` is the square in its middle, the
   * others are the whole picture; none is larger than the image itself. Animations are WebP whichever format is
   * requested, as is everything if AVIF cannot be written; the result says so. If it fails there is no target. Work on
   * one source waits in line.
   * @throws media-unreadable, media-too-large, media-too-complex, unsupported-media-type, busy
   */
  rendition(path: string, target: string, form: RenditionForm): Promise<WrittenRendition>
  /**
   * Ends everything this part has started, such as its own processes and connections. Called by `kith.close()`.
   * Idempotent.
   */
  close?(): Promise<void>
}
