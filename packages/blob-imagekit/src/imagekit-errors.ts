import { isKithError, KithError, RetryLaterError } from '@kith/core'

/** What errors of ImageKit's client carry, whichever copy of it they are from. */
interface ClientFailure extends Error {
  /** `undefined` where there was no response. */
  status?: unknown
  headers?: Headers | undefined
  code?: unknown
}

/** The longest wait that is given to a client: whatever the host says, who comes back in an hour can ask again. */
const longestWaitSeconds = 3_600

/** The status that ImageKit answered with; `null` where there was none. */
export function statusOf(error: unknown): number | null {
  const { status } = error instanceof Error ? (error as ClientFailure) : {}
  return typeof status === 'number' ? status : null
}

/** For `catch`: `null` where ImageKit says that there is no such file or folder. */
export function nullIfAbsent(error: unknown): null {
  if (statusOf(error) === 404) return null
  throw error
}

/** A place that answers nothing, for a few seconds. */
export function unavailable(cause: unknown, retryAfterSeconds = 5): RetryLaterError {
  return new RetryLaterError('media-unavailable', retryAfterSeconds, cause)
}

/** What Kith makes of what the client threw: media-unavailable, storage-failed, or the error itself where it is a bug. */
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

/** No connection, no response in time, or a response that broke off. */
function isBroken(error: ClientFailure): boolean {
  const { code } = (error.cause ?? error) as { code?: unknown }
  return (
    'status' in error ||
    ['TimeoutError', 'AbortError', 'SyntaxError'].includes(error.name) ||
    (typeof code === 'string' && /^(?:E[A-Z]+|UND_ERR_|ERR_)/.test(code))
  )
}

/** ImageKit tells it in milliseconds. */
function askedToWait({ headers }: ClientFailure): number | undefined {
  const millis = Number(headers?.get('x-ratelimit-reset') ?? Number.NaN)
  return millis > 0 ? Math.min(Math.ceil(millis / 1000), longestWaitSeconds) : undefined
}

/** Without the headers and the body of the response. The message has the words of ImageKit. */
function bare(error: ClientFailure): Error {
  const request = error.headers?.get('x-ik-requestid') ?? '-'
  return new Error(`${error.message} (request ${request})`, error.cause ? { cause: error.cause } : {})
}
