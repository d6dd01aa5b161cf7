import type { Rendition } from './media.ts'

/** What an image's header says, read without decoding it. */
export interface ImageHeader {
  /** As displayed: after the orientation is applied. */
  width: number
  height: number
  /** Frames of an animation; 1 for a still. */
  frames: number
}

/** What is measured of an image. */
export interface ImageMeasures {
  width: number
  height: number
  /** A placeholder of about 25 bytes, base64. */
  thumbhash: string
  /** Up to five main colours, most frequent first: `#rrggbb`. */
  palette: string[]
  /** Mean lightness from 0 (black) to 1 (white). */
  lightness: number
  /** Mean saturation from 0 (grey) to 1. */
  saturation: number
  /** When the camera took it, from its metadata, before that is stripped; ISO 8601 without a zone. */
  takenAt: string | null
}

/** Reads and writes images. Files are given by their path: nothing is held in memory that need not be. */
export interface ImageProcessor {
  /**
   * Reads the header and decodes nothing, however many pixels it announces. A header can be fine and its picture not.
   * @throws media-unreadable
   */
  inspect(path: string): Promise<ImageHeader>
  /**
   * Writes the image as it is stored: oriented, without any metadata but the colour profile, in WebP. Measures it; of an
   * animation, its first frame. Where it fails there is no target.
   * @throws media-unreadable, media-too-large, busy
   */
  normalise(path: string, target: string): Promise<ImageMeasures>
  /**
   * Writes one rendition, WebP, without metadata; never larger than the image itself. Where it fails there is no target.
   * @throws media-unreadable, media-too-large, busy
   */
  rendition(path: string, target: string, rendition: Rendition): Promise<void>
}
