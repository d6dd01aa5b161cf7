import {
  type Ban,
  type ErrorCode,
  type FactorChallenge,
  type FieldError,
  isAccountBanned,
  isChallengeRequired,
  isInvalidInput,
  isKithError,
  isPasskeyUnknown,
  isRetryLater,
  isSecondFactorRequired,
  KithError,
  type Puzzle,
  type UnknownCredential,
} from '@kith/core'
import { type HttpAnswer, jsonAnswer } from './http-answer.ts'

/** The page of each error code: its URL is the `type` of a problem. */
export const errorPages = 'https://github.com/kith-sdk/kith/blob/main/docs/errors/'

/** The body of every failed request (RFC 9457). */
export interface Problem {
  type: string
  title: string
  status: number
  code: ErrorCode
  detail: string
  /** The id of the request, as in the `x-request-id` of the response and in the log. */
  requestId: string
  errors?: readonly FieldError[] | undefined
  /** If a second factor is needed: what to send with it. */
  challenge?: FactorChallenge | undefined
  /** If no account has the passkey: the input of `PublicKeyCredential.signalUnknownCredential()`. */
  unknownCredential?: UnknownCredential | undefined
  /** The puzzle to solve; send its `solution` with the same request. */
  puzzle?: Puzzle | undefined
  /** If the account is banned: until when, and why. */
  ban?: Ban | undefined
}

/** Converts an error to a problem. Errors that Kith did not raise become `internal-error`, without their message. */
export function problemAnswer(thrown: unknown, requestId: string): HttpAnswer {
  const error = isKithError(thrown) ? thrown : new KithError('internal-error', { cause: thrown })
  const { code, status, title } = error
  const retryAfter = isRetryLater(error) ? String(error.retryAfterSeconds) : null
  const problem: Problem = {
    type: `${errorPages}${code}.md`,
    title,
    status,
    code,
    detail: detailOf(error, retryAfter),
    requestId,
  }
  if (isInvalidInput(error) && error.errors.length > 0) problem.errors = error.errors
  if (isAccountBanned(error)) problem.ban = error.ban
  if (isChallengeRequired(error)) problem.puzzle = error.puzzle
  if (isSecondFactorRequired(error)) problem.challenge = error.challenge
  if (isPasskeyUnknown(error)) problem.unknownCredential = error.unknownCredential
  const answer = jsonAnswer(status, problem, 'application/problem+json')
  const { headers } = answer
  headers['x-request-id'] = requestId
  if (retryAfter !== null) headers['retry-after'] = retryAfter
  // It is unknown where the next request would begin.
  if (code === 'request-timeout') headers['connection'] = 'close'
  if (status === 401)
    headers['www-authenticate'] =
      code.startsWith('access-token') || code === 'session-revoked'
        ? 'Bearer error="invalid_token"'
        : 'Bearer'
  return answer
}

/** The internal reason, and what to do about it, go to the log. */
function detailOf({ status, title, detail }: KithError, retryAfter: string | null): string {
  if (status < 500) return detail ?? `${title}.`
  return retryAfter === null ? `${title}.` : `Try again in ${retryAfter} s.`
}
