import { type ErrorCode, type FieldError, isKithError, KithError, type Logger } from '@kith/core'

/** What every failed request answers (RFC 9457). */
export interface Problem {
  type: string
  title: string
  status: number
  code: ErrorCode
  detail: string
  errors?: readonly FieldError[] | undefined
}

/** What is nobody's mistake here, and that whoever runs the server wants to know. */
const outages: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'storage-busy',
  'storage-read-only',
  'storage-full',
  'storage-unavailable',
  'media-unavailable',
  'not-configured',
])

/** Answers an error as a problem. What Kith did not raise is logged and told as `internal-error`, without its message. */
export function toProblemResponse(
  thrown: unknown,
  { logger, where }: { logger: Logger; where: string },
): Response {
  const error = isKithError(thrown) ? thrown : new KithError('internal-error', { cause: thrown })
  const { code, status, title } = error
  const retryAfter = 'retryAfterSeconds' in error ? String(error.retryAfterSeconds) : null
  // What is wrong inside, and what to do about it, is for whoever runs the server.
  const hidden = status >= 500 && !error.detail?.startsWith('Try again in')
  const line = `${where}: ${code}${hidden && error.detail !== null ? `: ${error.detail}` : ''}`
  if (status === 500) logger.error(line, isKithError(thrown) ? thrown.cause : thrown)
  // Only what has a cause: a process that cannot be started, not a queue that is full.
  else if (outages.has(code) || (code === 'busy' && error.cause !== undefined)) logger.warn(line, error.cause)

  const problem: Problem = {
    type: `urn:kith:problem:${code}`,
    title,
    status,
    code,
    detail: detailOf(error, retryAfter),
  }
  const headers = new Headers({
    'content-type': 'application/problem+json',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  })
  // Looked for by name, since the error may come from another copy of the package.
  if ('errors' in error) problem.errors = error.errors as FieldError[]
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

function detailOf({ status, title, detail }: KithError, retryAfter: string | null): string {
  if (status < 500) return detail ?? `${title}.`
  return retryAfter === null ? `${title}.` : `Try again in ${retryAfter} s.`
}
