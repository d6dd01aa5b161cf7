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
  'storage-full',
  'storage-unavailable',
  'media-unavailable',
])

/** Answers an error as a problem. What Kith did not raise is logged and told as `internal-error`, without its message. */
export function toProblemResponse(
  thrown: unknown,
  { logger, where }: { logger: Logger; where: string },
): Response {
  const error = isKithError(thrown) ? thrown : new KithError('internal-error', { cause: thrown })
  const { code, status, title } = error
  if (status === 500) logger.error(`${where}: ${code}`, isKithError(thrown) ? thrown.cause : thrown)
  else if (outages.has(code)) logger.warn(`${where}: ${code}`, error.cause)

  const problem: Problem = {
    type: `urn:kith:problem:${code}`,
    title,
    status,
    code,
    detail: error.detail ?? `${title}.`,
  }
  const headers = new Headers({
    'content-type': 'application/problem+json',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  })
  // Looked for by name, since the error may come from another copy of the package.
  if ('errors' in error) problem.errors = error.errors as FieldError[]
  if ('retryAfterSeconds' in error) headers.set('retry-after', String(error.retryAfterSeconds))
  if (status === 401)
    headers.set(
      'www-authenticate',
      code.startsWith('access-token') || code === 'session-revoked'
        ? 'Bearer error="invalid_token"'
        : 'Bearer',
    )
  return new Response(JSON.stringify(problem), { status, headers })
}
