import type { RenditionForm, RenditionFormat } from './media-type.ts'

/** What an image's header says, read without decoding it. */
export interface ImageHeader {
  /** As displayed: after the orientation is applied. */
  width: number
  height: number
  /** Frames of an animation; 1 for a still. */
  frames: number
}

/** What is measured of an image, its colors in sRGB. */
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
 * Reads and writes images: JPEG, PNG, WebP, GIF and AVIF, and HEIC where it can be decoded: elsewhere it is
 * `unsupported-media-type`. Whatever else a decoder could read, SVG for one, is `media-unreadable`. Files are given by their path, which is read anew each time; a source stays as it
 * is. A file that is missing or a disk that fails is an error of the system, never `media-unreadable`.
 *
 * Whatever a file holds, reading it is bounded in time and memory, and the process that calls is neither ended nor held up:
 * `media-too-complex` is what would take more than any real picture does.
 */
export interface ImageProcessor {
  /**
   * Reads the header and decodes nothing, however many pixels it announces. A header can be fine and its picture not.
   * `turn` is the account whose file it is: work of one waits in line, and accounts take turns.
   * @throws media-unreadable, media-too-complex, unsupported-media-type, busy
   */
  inspect(path: string, turn?: string): Promise<ImageHeader>
  /**
   * Writes the image as it is stored: a WebP, upright, with nothing beside the picture. Its colors are those of sRGB, or of
   * a wider space that a profile names; the profile is the processor's own and tells nothing of the source. Measures it; of
   * an animation, its first frame. The same file is measured the same. Where it fails there is no target.
   * @throws media-unreadable, media-too-large, media-too-complex, unsupported-media-type, busy
   */
  normalize(path: string, target: string, turn?: string): Promise<ImageMeasures>
  /**
   * Writes one rendition: upright, in sRGB, with nothing beside the picture. `thumb` is the square in its middle, the others
   * are the whole of it; none is larger than the image itself. What moves is WebP whichever format is asked for, as is
   * everything where AVIF cannot be written; the response says so. Where it fails there is no target. Work on one source waits in line.
   * @throws media-unreadable, media-too-large, media-too-complex, unsupported-media-type, busy
   */
  rendition(path: string, target: string, form: RenditionForm): Promise<WrittenRendition>
  /** Ends what this part has started, such as processes and connections of its own. Called by `kith.close()`. Idempotent. */
  close?(): Promise<void>
}
