import { isKithError, KithError, RetryLaterError } from '@kith/core'

/** The data of a refusal. The caption service reports limits. */
export interface ToldError {
  error?: { message?: unknown }
  limits?: { items?: { reset_time?: string }[] }
}

/** A refusal. It does not contain the URL and the headers that were sent. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly status: number
  readonly retryAfterSeconds: number

  constructor({ status, headers }: Response, { error, limits }: ToldError) {
    const message = String(error?.message ?? headers.get('x-cld-error') ?? 'no reason was given')
    // Messages may contain signatures and keys, which must not be logged.
    const bare = message.replace(/[0-9a-f]{32,}|(?<=api_key )\S+/gi, '…')
    super(`Cloudinary responded with ${status}: ${bare.slice(0, 500)}`)
    this.status = status
    const reset = headers.get('x-featureratelimit-reset') ?? limits?.items?.[0]?.reset_time ?? null
    this.retryAfterSeconds = secondsUntil(reset, headers.get('retry-after'))
  }

  /** Whether the request was certainly not carried out, but could be later. */
  get isLimit(): boolean {
    return [420, 429].includes(this.status)
  }

  /** Whether the same request may succeed a little later. 423: a video is still being processed. */
  get isPassing(): boolean {
    return this.isLimit || [408, 423].includes(this.status) || this.status >= 500
  }

  /** Whether the asset does not exist. */
  get isAbsence(): boolean {
    return this.status === 404 && this.message.includes('Resource not found')
  }
}

/** An unavailable place, for a while. */
export function unavailable(cause: unknown, seconds = 5): RetryLaterError {
  return new RetryLaterError('media-unavailable', seconds, cause)
}

/** Converts a failed request to a Kith error. */
export function explain(error: unknown): unknown {
  if (isKithError(error)) return error
  if (!(error instanceof Refusal)) return unavailable(error)
  if (error.isPassing) return unavailable(error, error.retryAfterSeconds)
  if (/too large/i.test(error.message)) return new KithError('media-too-large', { cause: error })
  if (/invalid image file|unsupported video|empty file/i.test(error.message))
    return new KithError('media-unreadable', { cause: error })
  const detail = 'The Cloudinary account of the media cannot be used.'
  return new KithError('storage-failed', { detail, cause: error })
}

/** Limits are hourly, so no one has to wait longer. */
function secondsUntil(reset: string | null, after: string | null): number {
  const seconds = reset === null ? Number(after) : (Date.parse(reset) - Date.now()) / 1000
  return Number.isFinite(seconds) ? Math.min(Math.max(Math.ceil(seconds), 5), 3_600) : 5
}
