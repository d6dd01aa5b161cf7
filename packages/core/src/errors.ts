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
        : 'Choose another username, email address or phone number, or sign in.'
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
    super('second-factor-required' as never, { detail: 'Send it together with `challenge.token`.' })
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

/** Raised where too many calls came without a solved puzzle: says what to solve, and give as `solution` with the same call. */
export class ChallengeRequiredError extends KithError<PuzzleErrorCode> {
  override readonly name = 'ChallengeRequiredError'
  readonly puzzle: Puzzle

  constructor(puzzle: Puzzle) {
    super('challenge-required' as never, { detail: 'Solve `puzzle` and send the result as `solution`.' })
    this.puzzle = Object.freeze({ ...puzzle })
  }
}

/** What an operator does about each of them, where whoever raises it knows no better. Those of a client say only when to come back. */
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
  | ChallengeRequiredError
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

/** Whether this error of Kith poses a puzzle. */
export function isChallengeRequired(error: unknown): error is ChallengeRequiredError {
  return isKithError(error) && carriedBy(error.code) === 'puzzle'
}

/** Whether this error of Kith names a passkey that no account has. */
export function isPasskeyUnknown(error: unknown): error is PasskeyUnknownError {
  return isKithError(error) && carriedBy(error.code) === 'unknownCredential'
}

/** Another copy of the package may be of a later release, and have more codes. */
function carriedBy(code: string): string | null {
  return Object.hasOwn(errorTable, code) ? errorTable[code as ErrorCode].carries : null
}
