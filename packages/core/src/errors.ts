import type { CaptionFailure } from './captions/caption-writer.ts'
import {
  type ErrorCode,
  type RetryLaterCode,
  type InputErrorCode,
  type ChallengeErrorCode,
  type PasskeyUnknownErrorCode,
  type BanErrorCode,
  type PuzzleErrorCode,
  type PlainErrorCode,
  errorTable,
} from './error-table.ts'
import type { Puzzle } from './challenges/challenge.ts'
import type { FieldError } from './field-errors.ts'
import type { PasskeyRequestOptions } from './passkeys/passkey-verifier.ts'

const marker = Symbol.for('kith.error')

/** Options that go with a {@link KithError}. */
export interface KithErrorOptions {
  /** What to do next, in a sentence for the client. */
  detail?: string | undefined
  /** The underlying error; kept for logs, never sent to a client. */
  cause?: unknown
}

/**
 * The error that Kith raises for anything a caller may want to tell apart. Errors with additional fields have a class
 * below, so `code` determines the fields of an {@link AnyKithError}.
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

/** Raised for invalid input: names every invalid field. */
export class InvalidInputError extends KithError<InputErrorCode> {
  override readonly name = 'InvalidInputError'
  /** Empty if an identifier is taken and Kith must not reveal which one (`accounts.revealTaken`). */
  readonly errors: readonly FieldError[]

  constructor(errors: readonly FieldError[], code: InputErrorCode = 'invalid-input') {
    const paths = [...new Set(errors.map((error) => error.path || 'the input'))]
    const detail =
      paths.length > 0
        ? `See ${paths.slice(0, 10).join(', ')}.`
        : 'Choose another username, email address or phone number, or sign in.'
    super(code as never, { detail })
    this.errors = errors
  }
}

/** What the owner of a banned account sees. */
export interface Ban {
  /** When the ban expires, ISO 8601, UTC; `null` for a permanent ban. */
  until: string | null
  /** The host's reason. */
  reason: string | null
}

/** Raised if the owner of a banned account signs in with the right password or uses a session. */
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
  /** Send it with the second factor. It is a secret of the client that signs in, valid until `expiresAt`. */
  token: string
  /** The second factors of the account. */
  factors: readonly ('totp' | 'recovery-code' | 'passkey')[]
  /** If `passkey` is one of them: the options for `navigator.credentials.get()`. */
  passkey?: PasskeyRequestOptions | undefined
  /** ISO 8601, UTC. */
  expiresAt: string
}

/** Raised if the first factor was right and the account has a second one: no session was opened yet. */
export class SecondFactorRequiredError extends KithError<ChallengeErrorCode> {
  override readonly name = 'SecondFactorRequiredError'
  readonly challenge: FactorChallenge

  constructor(challenge: FactorChallenge) {
    super('second-factor-required' as never, { detail: 'Send it together with `challenge.token`.' })
    this.challenge = Object.freeze({ ...challenge })
  }
}

/** The input of `PublicKeyCredential.signalUnknownCredential()`. */
export interface UnknownCredential {
  rpId: string
  credentialId: string
}

/**
 * Raised for a passkey that belongs to no account, or no longer does: the page can pass this to the password manager.
 */
export class PasskeyUnknownError extends KithError<PasskeyUnknownErrorCode> {
  override readonly name = 'PasskeyUnknownError'
  readonly unknownCredential: UnknownCredential

  constructor(unknownCredential: UnknownCredential) {
    super('passkey-unknown' as never, { detail: 'Sign in another way, or use another passkey.' })
    this.unknownCredential = Object.freeze({ ...unknownCredential })
  }
}

/**
 * Raised after too many calls without a solved challenge: has the puzzle to solve; send the same call with its
 * `solution`.
 */
export class ChallengeRequiredError extends KithError<PuzzleErrorCode> {
  override readonly name = 'ChallengeRequiredError'
  readonly puzzle: Puzzle

  constructor(puzzle: Puzzle) {
    super('challenge-required' as never, { detail: 'Solve `puzzle` and send the result as `solution`.' })
    this.puzzle = Object.freeze({ ...puzzle })
  }
}

/**
 * What operators can do about each error, unless the code that raises it has better advice. Errors caused by clients
 * only say when to retry.
 */
const advice: Readonly<Partial<Record<RetryLaterCode, string>>> = Object.freeze({
  busy: 'This process has more queued work than it can handle: check the cause, and run more processes if it persists.',
  'captions-unavailable': 'Check that the caption writer is reachable, and check its key and quota.',
  'media-unavailable': 'Check that the media storage is reachable, readable and writable.',
  'challenge-unavailable': 'Check that the service that verifies challenges is reachable from this process.',
  'provider-unavailable':
    'Check that the provider is reachable from this process, and check its status page; the issuer URL may be wrong.',
  'storage-busy':
    'Another connection holds the database lock: look for an open transaction, a migration or a backup tool.',
  'storage-read-only':
    'The storage is read-only: check its permissions, and whether its disk or server still accepts writes.',
  'storage-full': 'Free some space: the disk is full, or the storage has reached its quota or memory limit.',
  'storage-unavailable': 'Check that the storage is running and that this process can connect to it.',
})

/** When to retry, and what an operator can do; clients only see the former. */
export interface RetryAdvice {
  seconds: number
  detail: string
}

/** Raised if the same call can succeed later; has the seconds after which to retry. */
export class RetryLaterError<Code extends RetryLaterCode = RetryLaterCode> extends KithError<Code> {
  override readonly name: string = 'RetryLaterError'
  readonly retryAfterSeconds: number
  /**
   * For a limit or a full queue, its name: a limit (`loginByAddress`) or a queue (`passwords`); never sent to a client.
   */
  readonly refusedBy: string | null = null

  constructor(code: Code, retryAfter: number | RetryAdvice, cause?: unknown) {
    const seconds = typeof retryAfter === 'number' ? retryAfter : retryAfter.seconds
    const detail =
      typeof retryAfter === 'number' ? (advice[code] ?? `Try again in ${seconds} s.`) : retryAfter.detail
    super(code as never, { detail, cause })
    this.retryAfterSeconds = seconds
  }
}

/** Raised if a limit is reached or a queue is full: names which one. */
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

/** A model that is down or slow is rarely back sooner. */
const usualRetrySeconds = 30

/** Raised if no caption writer responded: lists the writers that were tried, in order, and why each failed. */
export class CaptionsUnavailableError extends RetryLaterError<'captions-unavailable'> {
  override readonly name = 'CaptionsUnavailableError'
  /** At least one. The cause of the last is the cause of this error. */
  readonly failures: readonly CaptionFailure[]

  constructor(failures: readonly CaptionFailure[], retryAfterSeconds: number = usualRetrySeconds) {
    super('captions-unavailable', Math.max(1, Math.ceil(retryAfterSeconds)), failures.at(-1)?.cause)
    this.failures = failures
  }
}

/** Every error of Kith: its `code` determines its fields, such as `errors` or `retryAfterSeconds`. */
export type AnyKithError =
  | KithError<PlainErrorCode>
  | InvalidInputError
  | AccountBannedError
  | SecondFactorRequiredError
  | PasskeyUnknownError
  | ChallengeRequiredError
  | RetryLaterError<Exclude<RetryLaterCode, 'captions-unavailable'>>
  | CaptionsUnavailableError

/** Whether `error` came from Kith, even if two copies of the package are installed. */
export function isKithError(error: unknown): error is AnyKithError {
  return typeof error === 'object' && error !== null && marker in error
}

/** Whether this error of Kith is worth retrying later, and has the delay. */
export function isRetryLater(error: unknown): error is RetryLaterError {
  return isKithError(error) && carriedBy(error.code) === 'retryAfterSeconds'
}

/** Whether this error of Kith names fields. */
export function isInvalidInput(error: unknown): error is InvalidInputError {
  return isKithError(error) && carriedBy(error.code) === 'errors'
}

/** Whether this error of Kith reports a ban. */
export function isAccountBanned(error: unknown): error is AccountBannedError {
  return isKithError(error) && carriedBy(error.code) === 'ban'
}

/** Whether this error of Kith asks for a second factor. */
export function isSecondFactorRequired(error: unknown): error is SecondFactorRequiredError {
  return isKithError(error) && carriedBy(error.code) === 'challenge'
}

/** Whether this error of Kith requires a challenge. */
export function isChallengeRequired(error: unknown): error is ChallengeRequiredError {
  return isKithError(error) && carriedBy(error.code) === 'puzzle'
}

/** Whether this error of Kith is about an unknown passkey. */
export function isPasskeyUnknown(error: unknown): error is PasskeyUnknownError {
  return isKithError(error) && carriedBy(error.code) === 'unknownCredential'
}

/** Another copy of the package may be a later release with more codes. */
function carriedBy(code: string): string | null {
  return Object.hasOwn(errorTable, code) ? errorTable[code as ErrorCode].carries : null
}
