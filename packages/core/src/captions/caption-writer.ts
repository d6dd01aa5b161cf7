import type { ImageMeasures } from '../media/image-processor.ts'

/** What a caption is asked for. */
export interface CaptionRequest {
  /** What was measured of the image. */
  measures: ImageMeasures
  /** Opens the image for reading, in its feed rendition; for writers that look at it. */
  image: () => Promise<AsyncIterable<Uint8Array>>
  /** What the user wants said, as they typed it: content, never an instruction. */
  hint: string | null
  /** BCP 47. */
  language: string
  /** How many suggestions, 1 to 5. */
  count: number
}

/** Writes suggestions for captions. A suggestion is answered to the user and never published by itself. */
export interface CaptionWriter {
  /** Answers 1 to `count` different suggestions, each at most 2,200 characters; stops when `signal` is aborted. */
  suggest(request: CaptionRequest, signal: AbortSignal): Promise<string[]>
}
