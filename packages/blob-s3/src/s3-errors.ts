import { isKithError, KithError, RetryLaterError } from '@kith/core'

/** Names of temporary failures in S3 and its clients, with any status. */
const passing: readonly string[] = [
  'AbortError',
  'TimeoutError',
  'RequestTimeout',
  'SlowDown',
  'Throttling',
  'ThrottlingException',
  'TooManyRequestsException',
  // The blob was removed during the put.
  'NoSuchUpload',
  'InvalidPart',
  'NoSuchKey',
]

interface S3Failure extends Error {
  code?: unknown
  $metadata?: { httpStatusCode?: number | undefined; requestId?: string | undefined }
}

/** Calls S3. @throws media-unavailable, storage-failed instead of its client's errors */
export async function atS3<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
  try {
    return await ask()
  } catch (error) {
    throw explain(error)
  }
}

/** The status of a response; `null` if there was none. */
export function statusOf(error: unknown): number | null {
  return (error as S3Failure | null)?.$metadata?.httpStatusCode ?? null
}

/** Whether S3 reports that the object does not exist. */
export function isAbsent(error: unknown): boolean {
  return error instanceof Error && ['NotFound', 'NoSuchKey'].includes(error.name)
}

/** An unavailable place, for a few seconds. */
export function unavailable(cause: unknown): RetryLaterError {
  return new RetryLaterError('media-unavailable', 5, cause)
}

function explain(error: unknown): unknown {
  if (isKithError(error) || !(error instanceof Error)) return error
  const { name, code }: S3Failure = error
  const status = statusOf(error)
  if (passing.includes(name) || (status !== null && isPassing(status))) return unavailable(bare(error))
  if (status !== null || name === 'CredentialsProviderError') {
    const detail = 'The bucket of the media cannot be used.'
    return new KithError('storage-failed', { detail, cause: bare(error) })
  }
  return typeof code === 'string' && /^(?:E[A-Z]+|UND_ERR_|ERR_)/.test(code) ? unavailable(error) : error
}

/** A 200 with an error did not come from S3: it broke off, or an intermediary responded. */
function isPassing(status: number): boolean {
  return status < 300 || [408, 409, 429].includes(status) || status >= 500
}

/**
 * Without the request and the response, which the client attaches to its errors: they contain a key id and signatures.
 */
function bare({ name, message, $metadata }: S3Failure): Error {
  const { httpStatusCode = 0, requestId = '-' } = $metadata ?? {}
  return new Error(`${name}: ${message} (status ${httpStatusCode}, request ${requestId})`)
}
