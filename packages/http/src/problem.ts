import {
  type ErrorCode,
  type FieldError,
  isInvalidInput,
  isKithError,
  isRetryLater,
  KithError,
} from '@kith/core'

/** What every failed request answers (RFC 9457). */
export interface Problem {
  type: string
  title: string
  status: number
  code: ErrorCode
  detail: string
  /** The id of the request, as in the `x-request-id` of the answer and in the log. */
  requestId: string
  errors?: readonly FieldError[] | undefined
}

/** Answers an error as a problem. What Kith did not raise is told as `internal-error`, without its message. */
export function toProblemResponse(thrown: unknown, requestId: string): Response {
  const error = isKithError(thrown) ? thrown : new KithError('internal-error', { cause: thrown })
  const { code, status, title } = error
  const retryAfter = isRetryLater(error) ? String(error.retryAfterSeconds) : null
  const problem: Problem = {
    type: `urn:kith:problem:${code}`,
    title,
    status,
    code,
    detail: detailOf(error, retryAfter),
    requestId,
  }
  const headers = new Headers({
    'content-type': 'application/problem+json',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'x-request-id': requestId,
  })
  if (isInvalidInput(error) && error.errors.length > 0) problem.errors = error.errors
  if (retryAfter !== null) headers.set('retry-after', retryAfter)
  // Nobody knows where the next request would begin.
  if (code === 'request-timeout') headers.set('connection', 'close')
  if (status === 401)
    headers.set(
      'www-authenticate',
      code.startsWith('access-token') || code === 'session-revoked'
        ? 'Bearer error="invalid_token"'
        : 'Bearer',
    )
  return new Response(JSON.stringify(problem), { status, headers })
}

/** What is wrong inside, and what to do about it, is for the log. */
function detailOf({ status, title, detail }: KithError, retryAfter: string | null): string {
  if (status < 500) return detail ?? `${title}.`
  return retryAfter === null ? `${title}.` : `Try again in ${retryAfter} s.`
}
