import type { CaptionFailure } from './captions/caption-writer.ts'
import type { FieldError } from './field-errors.ts'
import type { PasskeyRequestOptions } from './passkeys/passkey-verifier.ts'

/**
 * Every error code that Kith raises, with its HTTP status, a short title, and the field that an error of this code has besides.
 * Codes are stable: clients may match on them.
 */
export const errorTable = {
  'malformed-request': { status: 400, title: 'The request could not be read', carries: null },
  'invalid-input': { status: 422, title: 'The input is not valid', carries: 'errors' },
  'invalid-cursor': { status: 400, title: 'The cursor does not belong to this list', carries: null },
  'identifier-taken': {
    status: 409,
    title: 'The account cannot be created or changed like this',
    carries: 'errors',
  },
  'invalid-credentials': { status: 401, title: 'The login or the password is wrong', carries: null },
  unauthenticated: { status: 401, title: 'Sign in first', carries: null },
  'access-token-invalid': { status: 401, title: 'The access token is not valid', carries: null },
  'access-token-expired': { status: 401, title: 'The access token has expired', carries: null },
  'refresh-token-invalid': { status: 401, title: 'The refresh token is not valid', carries: null },
  'refresh-token-expired': { status: 401, title: 'The refresh token has expired', carries: null },
  'refresh-token-reused': { status: 401, title: 'The refresh token was used before', carries: null },
  'session-revoked': { status: 401, title: 'The session has ended', carries: null },
  'code-invalid': { status: 403, title: 'The code is wrong, was used, or has ended', carries: null },
  'second-factor-required': { status: 401, title: 'A second factor is needed', carries: 'challenge' },
  'factor-invalid': { status: 403, title: 'The second factor is wrong, or was used', carries: null },
  'passkey-invalid': { status: 403, title: 'The passkey could not be used', carries: null },
  'passkey-unknown': {
    status: 403,
    title: 'The passkey belongs to no account here',
    carries: 'unknownCredential',
  },
  'proof-required': { status: 403, title: 'Prove who you are once more', carries: null },
  'credential-not-found': { status: 404, title: 'Credential not found', carries: null },
  'credential-taken': { status: 409, title: 'The credential belongs to an account', carries: null },
  'too-many-credentials': {
    status: 409,
    title: 'The account has as many of these as it can have',
    carries: null,
  },
  'provider-not-found': { status: 404, title: 'This app has no such way to sign in', carries: null },
  'identity-refused': { status: 403, title: 'The sign-in elsewhere did not work', carries: null },
  'link-required': { status: 409, title: 'An account here has that e-mail address', carries: null },
  'last-way-in': { status: 409, title: 'Nothing else would open the account', carries: null },
  'wrong-password': { status: 403, title: 'The current password is wrong', carries: null },
  'account-banned': { status: 403, title: 'The account is suspended', carries: 'ban' },
  'role-required': { status: 403, title: 'Your role does not allow this', carries: null },
  'policy-refused': { status: 403, title: 'This app does not allow that', carries: null },
  'origin-not-allowed': { status: 403, title: 'Requests from this origin are not allowed', carries: null },
  'session-not-found': { status: 404, title: 'Session not found', carries: null },
  'account-not-found': { status: 404, title: 'Account not found', carries: null },
  'route-not-found': { status: 404, title: 'Nothing is at this path', carries: null },
  'method-not-allowed': { status: 405, title: 'The method is not allowed here', carries: null },
  'post-not-found': { status: 404, title: 'Post not found', carries: null },
  'media-not-found': { status: 404, title: 'Upload not found', carries: null },
  'not-author': { status: 403, title: 'Only the author can do this', carries: null },
  'self-follow': { status: 422, title: 'You cannot follow yourself', carries: null },
  'media-unreadable': { status: 422, title: 'The file cannot be read as an image or a video', carries: null },
  'media-too-complex': {
    status: 422,
    title: 'The file takes too much time or memory to read',
    carries: null,
  },
  'media-too-large': { status: 413, title: 'The file or its picture is too large', carries: null },
  'media-unavailable': {
    status: 503,
    title: 'The place where media are kept cannot be reached',
    carries: 'retryAfterSeconds',
  },
  'captions-unavailable': { status: 503, title: 'No caption could be written', carries: 'retryAfterSeconds' },
  'provider-unavailable': {
    status: 503,
    title: 'The place to sign in at cannot be reached',
    carries: 'retryAfterSeconds',
  },
  'request-timeout': { status: 408, title: 'The request arrived too slowly', carries: null },
  'payload-too-large': { status: 413, title: 'The request body is too large', carries: null },
  'unsupported-media-type': { status: 415, title: 'The content type is not supported', carries: null },
  'rate-limited': { status: 429, title: 'Too many attempts', carries: 'retryAfterSeconds' },
  'account-locked': {
    status: 429,
    title: 'Too many failed attempts for this account',
    carries: 'retryAfterSeconds',
  },
  'not-configured': { status: 501, title: 'This feature is not enabled on this server', carries: null },
  'internal-error': { status: 500, title: 'Something went wrong here', carries: null },
  'storage-failed': { status: 500, title: 'The storage cannot be used', carries: null },
  'storage-busy': { status: 503, title: 'The storage is busy', carries: 'retryAfterSeconds' },
  'storage-unavailable': {
    status: 503,
    title: 'The storage cannot be reached',
    carries: 'retryAfterSeconds',
  },
  'storage-read-only': {
    status: 503,
    title: 'The storage cannot be written now',
    carries: 'retryAfterSeconds',
  },
  'storage-full': { status: 503, title: 'The storage cannot take more data', carries: 'retryAfterSeconds' },
  busy: { status: 503, title: 'The server is busy', carries: 'retryAfterSeconds' },
} as const

Object.freeze(errorTable)

/** One of the stable error codes of {@link errorTable}. */
export type ErrorCode = keyof typeof errorTable

type CodeThatCarries<Field> = {
  [Code in ErrorCode]: (typeof errorTable)[Code]['carries'] extends Field ? Code : never
}[ErrorCode]

/** Codes of errors that go away by waiting. */
export type RetryLaterCode = CodeThatCarries<'retryAfterSeconds'>
/** Codes of errors that name fields. */
export type InputErrorCode = CodeThatCarries<'errors'>
/** The code of an error that asks for a second factor. */
export type ChallengeErrorCode = CodeThatCarries<'challenge'>
/** The code of an error that names a passkey that no account has. */
export type PasskeyUnknownErrorCode = CodeThatCarries<'unknownCredential'>
/** The code of an error that tells of a ban. */
export type BanErrorCode = CodeThatCarries<'ban'>
/** Codes of errors that say no more than the code. */
export type PlainErrorCode = CodeThatCarries<null>

const marker = Symbol.for('kith.error')

/** Options that go with a {@link KithError}. */
export interface KithErrorOptions {
  /** A sentence for the client that says what to do next. */
  detail?: string | undefined
  /** What led to this; kept for logs, never sent to a client. */
  cause?: unknown
}

/**
 * The one error that Kith raises for anything a caller may want to tell apart. What has more to say than its code is raised by a
 * class below, so `code` tells which fields an {@link AnyKithError} has.
 */
export class KithError<Code extends ErrorCode = ErrorCode> extends Error {
  override readonly name: string = 'KithError'
  readonly code: Code
  readonly status: number
  readonly title: string
  readonly detail: string | null

  constructor(code: Extract<Code, PlainErrorCode>, options: KithErrorOptions = {}) {
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
export class InvalidInputError extends KithError<InputErrorCode> {
  override readonly name = 'InvalidInputError'
  /** None where an identifier is taken and Kith must not tell which (`accounts.revealTaken`). */
  readonly errors: readonly FieldError[]

  constructor(errors: readonly FieldError[], code: InputErrorCode = 'invalid-input') {
    const paths = [...new Set(errors.map((error) => error.path || 'the input'))]
    const detail =
      paths.length > 0
        ? `See ${paths.slice(0, 10).join(', ')}.`
        : 'Choose another name or address, or sign in.'
    super(code as never, { detail })
    this.errors = errors
  }
}

/** What the owner of a banned account is told. */
export interface Ban {
  /** When it ends by itself, ISO 8601, UTC; `null` where it does not. */
  until: string | null
  /** What the host said of it. */
  reason: string | null
}

/** Raised where the owner of a banned account comes with the right password, or a session. */
export class AccountBannedError extends KithError<BanErrorCode> {
  override readonly name = 'AccountBannedError'
  readonly ban: Ban

  constructor(ban: Ban) {
    const parts = [
      ban.until === null ? '' : `You can sign in again after ${ban.until}.`,
      ban.reason === null ? '' : `The reason: ${ban.reason}`,
    ]
    super('account-banned' as never, { detail: parts.filter(Boolean).join(' ') || undefined })
    this.ban = Object.freeze({ ...ban })
  }
}

/** What a sign-in still needs. */
export interface FactorChallenge {
  /** Give it with the second factor. It is a secret of the client that signs in, and lasts until `expiresAt`. */
  token: string
  /** What the account has. */
  factors: readonly ('totp' | 'recovery-code' | 'passkey')[]
  /** Where `passkey` is one of them: the options of `navigator.credentials.get()`. */
  passkey?: PasskeyRequestOptions | undefined
  /** ISO 8601, UTC. */
  expiresAt: string
}

/** Raised where a sign-in was right so far, and the account has a second factor: nothing was opened yet. */
export class SecondFactorRequiredError extends KithError<ChallengeErrorCode> {
  override readonly name = 'SecondFactorRequiredError'
  readonly challenge: FactorChallenge

  constructor(challenge: FactorChallenge) {
    super('second-factor-required' as never, { detail: 'Give it with `challenge.token`.' })
    this.challenge = Object.freeze({ ...challenge })
  }
}

/** What `PublicKeyCredential.signalUnknownCredential()` takes. */
export interface UnknownCredential {
  rpId: string
  credentialId: string
}

/** Raised where a passkey is shown that no account has, or none any more: the page may tell the password manager, and nothing else. */
export class PasskeyUnknownError extends KithError<PasskeyUnknownErrorCode> {
  override readonly name = 'PasskeyUnknownError'
  readonly unknownCredential: UnknownCredential

  constructor(unknownCredential: UnknownCredential) {
    super('passkey-unknown' as never, { detail: 'Sign in another way, or use another passkey.' })
    this.unknownCredential = Object.freeze({ ...unknownCredential })
  }
}

/** What an operator does about each of them, where whoever raises it knows no better. Those of a client say only when to come back. */
const advice: Readonly<Partial<Record<RetryLaterCode, string>>> = Object.freeze({
  busy: 'More waits than this process does at a time: see the cause, or give the app more processes if it lasts.',
  'captions-unavailable': 'See whether the caption writer can be reached, and its key and quota.',
  'media-unavailable': 'See whether the place of the media can be reached, read and written to.',
  'provider-unavailable':
    'See whether the provider can be reached from here, and its status page; the address of its issuer may be wrong.',
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
export class RetryLaterError<Code extends RetryLaterCode = RetryLaterCode> extends KithError<Code> {
  override readonly name: string = 'RetryLaterError'
  readonly retryAfterSeconds: number
  /** Where a limit is reached or too much waits, which: a limit (`loginByAddress`) or a queue (`passwords`); never sent to a client. */
  readonly refusedBy: string | null = null

  constructor(code: Code, retryAfter: number | RetryAdvice, cause?: unknown) {
    const seconds = typeof retryAfter === 'number' ? retryAfter : retryAfter.seconds
    const detail =
      typeof retryAfter === 'number' ? (advice[code] ?? `Try again in ${seconds} s.`) : retryAfter.detail
    super(code as never, { detail, cause })
    this.retryAfterSeconds = seconds
  }
}

/** Raised where a limit is reached or too much waits: names which. */
export class RefusedError extends RetryLaterError<'rate-limited' | 'account-locked' | 'busy'> {
  override readonly name = 'RefusedError'
  override readonly refusedBy: string

  constructor(
    code: 'rate-limited' | 'account-locked' | 'busy',
    retryAfterSeconds: number,
    refusedBy: string,
  ) {
    super(code, retryAfterSeconds)
    this.refusedBy = refusedBy
  }
}

/** A model that is down or slow is rarely so for less. */
const usualRetrySeconds = 30

/** Raised where nobody wrote a caption: says who was asked, in order, and why each did not deliver. */
export class CaptionsUnavailableError extends RetryLaterError<'captions-unavailable'> {
  override readonly name = 'CaptionsUnavailableError'
  /** At least one. The cause of the last is the cause of this error. */
  readonly failures: readonly CaptionFailure[]

  constructor(failures: readonly CaptionFailure[], retryAfterSeconds: number = usualRetrySeconds) {
    super('captions-unavailable', Math.max(1, Math.ceil(retryAfterSeconds)), failures.at(-1)?.cause)
    this.failures = failures
  }
}

/** Every error of Kith: its `code` tells which fields it has, such as `errors` or `retryAfterSeconds`. */
export type AnyKithError =
  | KithError<PlainErrorCode>
  | InvalidInputError
  | AccountBannedError
  | SecondFactorRequiredError
  | PasskeyUnknownError
  | RetryLaterError<Exclude<RetryLaterCode, 'captions-unavailable'>>
  | CaptionsUnavailableError

/** Whether `error` came from Kith, also when two copies of the package are installed. */
export function isKithError(error: unknown): error is AnyKithError {
  return typeof error === 'object' && error !== null && marker in error
}

/** Whether this error of Kith goes away by waiting, and says for how long. */
export function isRetryLater(error: unknown): error is RetryLaterError {
  return isKithError(error) && carriedBy(error.code) === 'retryAfterSeconds'
}

/** Whether this error of Kith names fields. */
export function isInvalidInput(error: unknown): error is InvalidInputError {
  return isKithError(error) && carriedBy(error.code) === 'errors'
}

/** Whether this error of Kith tells of a ban. */
export function isAccountBanned(error: unknown): error is AccountBannedError {
  return isKithError(error) && carriedBy(error.code) === 'ban'
}

/** Whether this error of Kith asks for a second factor. */
export function isSecondFactorRequired(error: unknown): error is SecondFactorRequiredError {
  return isKithError(error) && carriedBy(error.code) === 'challenge'
}

/** Whether this error of Kith names a passkey that no account has. */
export function isPasskeyUnknown(error: unknown): error is PasskeyUnknownError {
  return isKithError(error) && carriedBy(error.code) === 'unknownCredential'
}

/** Another copy of the package may be of a later release, and have more codes. */
function carriedBy(code: string): string | null {
  return Object.hasOwn(errorTable, code) ? errorTable[code as ErrorCode].carries : null
}
