/**
 * Every error code that Kith raises, with the HTTP status it answers with and a short title.
 * Codes are stable: clients may match on them.
 */
export const errorTable = {
  'malformed-request': { status: 400, title: 'The request could not be read' },
  'invalid-input': { status: 422, title: 'The input is not valid' },
  'invalid-cursor': { status: 400, title: 'The cursor does not belong to this list' },
  'identifier-taken': { status: 409, title: 'The account cannot be created or changed like this' },
  'invalid-credentials': { status: 401, title: 'The login or the password is wrong' },
  unauthenticated: { status: 401, title: 'Sign in first' },
  'access-token-invalid': { status: 401, title: 'The access token is not valid' },
  'access-token-expired': { status: 401, title: 'The access token has expired' },
  'refresh-token-invalid': { status: 401, title: 'The refresh token is not valid' },
  'refresh-token-expired': { status: 401, title: 'The refresh token has expired' },
  'refresh-token-reused': { status: 401, title: 'The refresh token was used before' },
  'session-revoked': { status: 401, title: 'The session has ended' },
  'wrong-password': { status: 403, title: 'The current password is wrong' },
  'account-banned': { status: 403, title: 'The account is suspended' },
  'role-required': { status: 403, title: 'Your role does not allow this' },
  'origin-not-allowed': { status: 403, title: 'Requests from this origin are not allowed' },
  'session-not-found': { status: 404, title: 'There is no such session' },
  'account-not-found': { status: 404, title: 'There is no such account' },
  'route-not-found': { status: 404, title: 'There is nothing at this address' },
  'method-not-allowed': { status: 405, title: 'The method is not allowed here' },
  'post-not-found': { status: 404, title: 'There is no such post' },
  'media-not-found': { status: 404, title: 'There is no such upload' },
  'not-author': { status: 403, title: 'Only the author can do this' },
  'self-follow': { status: 422, title: 'Nobody follows himself' },
  'media-unreadable': { status: 422, title: 'The file cannot be read as an image or a video' },
  'media-too-complex': { status: 422, title: 'The file takes too much time or memory to read' },
  'media-too-large': { status: 413, title: 'The file or its picture is too large' },
  'media-unavailable': { status: 503, title: 'The place where media are kept cannot be reached' },
  'captions-unavailable': { status: 503, title: 'No caption could be written' },
  'request-timeout': { status: 408, title: 'The request arrived too slowly' },
  'payload-too-large': { status: 413, title: 'The request body is too large' },
  'unsupported-media-type': { status: 415, title: 'The content type is not supported' },
  'rate-limited': { status: 429, title: 'Too many attempts' },
  'account-locked': { status: 429, title: 'Too many failed attempts for this account' },
  'not-configured': { status: 501, title: 'This server does not offer that' },
  'internal-error': { status: 500, title: 'Something went wrong here' },
  'storage-failed': { status: 500, title: 'The storage cannot be used' },
  'storage-busy': { status: 503, title: 'The storage is busy' },
  'storage-unavailable': { status: 503, title: 'The storage cannot be reached' },
  'storage-read-only': { status: 503, title: 'The storage cannot be written now' },
  'storage-full': { status: 503, title: 'The storage cannot take more data' },
  busy: { status: 503, title: 'The server is busy' },
} as const

Object.freeze(errorTable)

/** One of the stable error codes of {@link errorTable}. */
export type ErrorCode = keyof typeof errorTable

/** What is wrong with one field of an input. */
export interface FieldError {
  /** Where in the input: `username`, `media.0.alt`. Empty for the input as a whole. */
  path: string
  /** A stable code: `required`, `too-short`, `taken`, … */
  code: string
  /** A sentence for a person. It never repeats what was sent. */
  message: string
}

const marker = Symbol.for('kith.error')

/** Options that go with a {@link KithError}. */
export interface KithErrorOptions {
  /** A sentence for the client that says what to do next. */
  detail?: string | undefined
  /** What led to this; kept for logs, never sent to a client. */
  cause?: unknown
}

/** The one error that Kith raises for anything a caller may want to tell apart. */
export class KithError extends Error {
  override readonly name: string = 'KithError'
  readonly code: ErrorCode
  readonly status: number
  readonly title: string
  readonly detail: string | null

  constructor(code: ErrorCode, options: KithErrorOptions = {}) {
    const { status, title } = errorTable[code]
    super(options.detail ? `${title}: ${options.detail}` : title, { cause: options.cause })
    this.code = code
    this.status = status
    this.title = title
    this.detail = options.detail ?? null
    Object.defineProperty(this, marker, { value: true })
  }
}

/** Raised for input that does not fit: names every field that is wrong. */
export class InvalidInputError extends KithError {
  override readonly name = 'InvalidInputError'
  readonly errors: readonly FieldError[]

  constructor(errors: readonly FieldError[], code: 'invalid-input' | 'identifier-taken' = 'invalid-input') {
    const paths = [...new Set(errors.map((error) => error.path || 'the input'))]
    super(code, { detail: `See ${paths.slice(0, 10).join(', ')}.` })
    this.errors = errors
  }
}

/** Codes of errors that go away by waiting. */
export type RetryLaterCode =
  | 'rate-limited'
  | 'account-locked'
  | 'busy'
  | 'captions-unavailable'
  | 'media-unavailable'
  | 'storage-busy'
  | 'storage-read-only'
  | 'storage-full'
  | 'storage-unavailable'

/** What an operator does about each of them, where whoever raises it knows no better. Those of a client say only when to come back. */
const advice: Readonly<Partial<Record<RetryLaterCode, string>>> = Object.freeze({
  busy: 'More waits than this process does at a time: see the cause, or give the app more processes if it lasts.',
  'captions-unavailable': 'See whether the caption writer can be reached, and its key and quota.',
  'media-unavailable': 'See whether the place of the media can be reached, read and written to.',
  'storage-busy':
    'Something else holds the lock of the database: look for an open transaction, a migration or a backup tool.',
  'storage-read-only':
    'The storage is read-only: see its permissions, and whether its disk or server still takes writes.',
  'storage-full': 'Make room: the disk is full, or the quota or the memory limit of the storage is reached.',
  'storage-unavailable': 'See whether the storage runs and whether this process may connect to it.',
})

/** When to try again, and what an operator does about it; a client learns only the first. */
export interface RetryAdvice {
  seconds: number
  detail: string
}

/** Raised when the same call can succeed later; says after how many seconds to try again. */
export class RetryLaterError extends KithError {
  override readonly name: string = 'RetryLaterError'
  readonly retryAfterSeconds: number

  constructor(code: RetryLaterCode, retryAfter: number | RetryAdvice, cause?: unknown) {
    const seconds = typeof retryAfter === 'number' ? retryAfter : retryAfter.seconds
    const detail =
      typeof retryAfter === 'number' ? (advice[code] ?? `Try again in ${seconds} s.`) : retryAfter.detail
    super(code, { detail, cause })
    this.retryAfterSeconds = seconds
  }
}

/** Raised where a limit is reached or too much waits: names which. */
export class RefusedError extends RetryLaterError {
  override readonly name = 'RefusedError'
  /** A limit (`loginByAddress`) or a queue (`passwords`); for the log and for events, never sent to a client. */
  readonly refusedBy: string

  constructor(
    code: 'rate-limited' | 'account-locked' | 'busy',
    retryAfterSeconds: number,
    refusedBy: string,
  ) {
    super(code, retryAfterSeconds)
    this.refusedBy = refusedBy
  }
}

/** Whether `error` came from Kith, also when two copies of the package are installed. */
export function isKithError(error: unknown): error is KithError {
  return typeof error === 'object' && error !== null && marker in error
}
