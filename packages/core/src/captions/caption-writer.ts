import type { ImageMeasures } from '../media/image-processor.ts'

/** A request for captions. */
export interface CaptionRequest {
  /** The id of the upload, which is its key in the blob store: for writers that let the media host analyze it. */
  mediaId: string
  /** The measurements of the image. */
  measures: ImageMeasures
  /** Opens the feed rendition of the image; for writers that look at it. */
  image: () => Promise<AsyncIterable<Uint8Array>>
  /** What the user wants the caption to say, as typed: content, never an instruction. */
  hint: string | null
  /** BCP 47; `null` if the user named none: the writer uses its default. */
  language: string | null
  /** How many suggestions, 1 to 5. */
  count: number
  /** The total time limit; then the signal is aborted. */
  timeoutSeconds: number
}

/** The usage of a response, as its vendor counts; `null` for what the vendor did not report. JSON-safe. */
export interface CaptionUsage {
  /** The vendor's name for it. */
  model: string
  inputTokens: number | null
  outputTokens: number | null
  /** The input tokens that came from a cache. */
  cachedInputTokens: number | null
}

/** The result of a writer. */
export interface CaptionAnswer {
  /** 1 to `count` different ones, none of them empty, each at most 2,200 graphemes long. */
  suggestions: string[]
  /** The name of this writer, or of the one it called. */
  writer: string
  /** `null` if usage is not counted. */
  usage: CaptionUsage | null
  /** Writers that were tried before and failed. @default none */
  failures?: readonly CaptionFailure[] | undefined
}

/** Why a writer failed. */
export type CaptionFailureReason =
  /** It refused this image. */
  | 'refused'
  /** It returned nothing usable. */
  | 'empty'
  /** It timed out. */
  | 'late'
  /** Its vendor's rate limit was reached. */
  | 'limited'
  /** Anything else: a wrong key, an unreachable host, a bug. */
  | 'failed'

/** A writer that failed. */
export interface CaptionFailure {
  writer: string
  reason: CaptionFailureReason
  /** What it used nevertheless. */
  usage: CaptionUsage | null
  /** For the log; never sent to a client. */
  cause: unknown
}

/** Writes caption suggestions. Suggestions are returned to the user and never published automatically. */
export interface CaptionWriter {
  /** Used in events and logs: `sketch`, or the name of the model. */
  readonly name: string
  /**
   * Returns at least one suggestion or throws, for any hint, language and measurements. Must not change the request:
   * another writer may get it next. Stops when `signal` is aborted, even while it reads the image, and then throws.
   * @throws CaptionsUnavailableError if it can give a reason; anything else counts as `failed`
   */
  suggest(request: CaptionRequest, signal: AbortSignal): Promise<CaptionAnswer>
}
