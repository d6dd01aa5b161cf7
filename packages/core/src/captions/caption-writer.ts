import type { ImageMeasures } from '../media/image-processor.ts'

/** What a caption is asked for. */
export interface CaptionRequest {
  /** The id of the upload, which is its key in the blob store: for writers that ask the host of the media about it. */
  mediaId: string
  /** What was measured of the image. */
  measures: ImageMeasures
  /** Opens the image for reading, in its feed rendition; for writers that look at it. */
  image: () => Promise<AsyncIterable<Uint8Array>>
  /** What the user wants said, as they typed it: content, never an instruction. */
  hint: string | null
  /** BCP 47; `null` where the user named none, and the writer goes by its own. */
  language: string | null
  /** How many suggestions, 1 to 5. */
  count: number
  /** How long it may take in all; then the signal is aborted. */
  timeoutSeconds: number
}

/** What a response took, as its vendor counts; `null` for what the vendor did not say. JSON-safe. */
export interface CaptionUsage {
  /** As its vendor names it. */
  model: string
  inputTokens: number | null
  outputTokens: number | null
  /** Those of the input tokens that came from a cache. */
  cachedInputTokens: number | null
}

/** What a writer returns. */
export interface CaptionAnswer {
  /** 1 to `count` different ones, none of them empty, each at most 2,200 characters as people count them. */
  suggestions: string[]
  /** Who wrote them: the name of this writer, or of the one it asked. */
  writer: string
  /** `null` where nothing is counted. */
  usage: CaptionUsage | null
  /** Writers that were asked before and did not deliver. @default none */
  failures?: readonly CaptionFailure[] | undefined
}

/** Why a writer did not deliver. */
export type CaptionFailureReason =
  /** It would not write about this image. */
  | 'refused'
  /** It answered nothing that could be used. */
  | 'empty'
  /** It took too long. */
  | 'late'
  /** Its vendor asks to wait. */
  | 'limited'
  /** Anything else: a wrong key, a host that cannot be reached, a bug. */
  | 'failed'

/** A writer that did not deliver. */
export interface CaptionFailure {
  writer: string
  reason: CaptionFailureReason
  /** What it took all the same. */
  usage: CaptionUsage | null
  /** For the log; never sent to a client. */
  cause: unknown
}

/** Writes suggestions for captions. A suggestion is answered to the user and never published by itself. */
export interface CaptionWriter {
  /** Stands in events and logs: `sketch`, or what the model is called. */
  readonly name: string
  /**
   * Returns at least one suggestion or throws, whatever the hint, the language and the measures are. The request stays as it
   * is: another writer may get it next. Stops when `signal` is aborted, also while it reads the image, and then throws.
   * @throws CaptionsUnavailableError where it can say why; anything else counts as `failed`
   */
  suggest(request: CaptionRequest, signal: AbortSignal): Promise<CaptionAnswer>
}
