import { isKithError, KithError, RetryLaterError } from '@kith/core'

/** The properties of errors of ImageKit's client, from any copy of it. */
interface ClientFailure extends Error {
  /** `undefined` without a response. */
  status?: unknown
  headers?: Headers | undefined
  code?: unknown
}

/** The maximum delay for clients, whatever the host says: after an hour a client can try again. */
const longestWaitSeconds = 3_600

/** The status of ImageKit's response; `null` if there was none. */
export function statusOf(error: unknown): number | null {
  const { status } = error instanceof Error ? (error as ClientFailure) : {}
  return typeof status === 'number' ? status : null
}

/** For `catch`: `null` if ImageKit reports that the file or folder does not exist. */
export function nullIfAbsent(error: unknown): null {
  if (statusOf(error) === 404) return null
  throw error
}

/** An unavailable place, for a few seconds. */
export function unavailable(cause: unknown, retryAfterSeconds = 5): RetryLaterError {
  return new RetryLaterError('media-unavailable', retryAfterSeconds, cause)
}

/** Converts a client error: media-unavailable, storage-failed, or the error itself if it is a bug. */
export function explain(error: unknown): unknown {
  if (isKithError(error) || !(error instanceof Error)) return error
  if (isTemporary(error)) return unavailable(bare(error), askedToWait(error))
  if (statusOf(error) === null) return error
  const detail = 'The ImageKit account of the media cannot be used.'
  return new KithError('storage-failed', { detail, cause: bare(error) })
}

/** Whether the same request can succeed later. */
export function isTemporary(error: unknown): boolean {
  const status = statusOf(error)
  if (status === null) return error instanceof Error && isBroken(error)
  return status === 408 || status === 409 || status === 429 || status >= 500
}

/** No connection, no response in time, or a truncated response. */
function isBroken(error: ClientFailure): boolean {
  const { code } = (error.cause ?? error) as { code?: unknown }
  return (
    'status' in error ||
    ['TimeoutError', 'AbortError', 'SyntaxError'].includes(error.name) ||
    (typeof code === 'string' && /^(?:E[A-Z]+|UND_ERR_|ERR_)/.test(code))
  )
}

/** ImageKit reports it in milliseconds. */
function askedToWait({ headers }: ClientFailure): number | undefined {
  const millis = Number(headers?.get('x-ratelimit-reset') ?? Number.NaN)
  return millis > 0 ? Math.min(Math.ceil(millis / 1000), longestWaitSeconds) : undefined
}

/** Without the headers and the body of the response. The message is ImageKit's. */
function bare(error: ClientFailure): Error {
  const request = error.headers?.get('x-ik-requestid') ?? '-'
  return new Error(`${error.message} (request ${request})`, error.cause ? { cause: error.cause } : {})
}
