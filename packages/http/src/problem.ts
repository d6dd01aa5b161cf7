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

/** Where the page of each error code is: its address is the `type` of a problem. */
export const errorPages = 'https://github.com/kith-sdk/kith/blob/main/docs/errors/'

/** What every failed request answers (RFC 9457). */
export interface Problem {
  type: string
  title: string
  status: number
  code: ErrorCode
  detail: string
  /** The id of the request, as in the `x-request-id` of the response and in the log. */
  requestId: string
  errors?: readonly FieldError[] | undefined
  /** Where a second factor is needed: what to give it with. */
  challenge?: FactorChallenge | undefined
  /** Where no account has the passkey: what `PublicKeyCredential.signalUnknownCredential()` takes. */
  unknownCredential?: UnknownCredential | undefined
  /** What to solve, and give as `solution` with the same request. */
  puzzle?: Puzzle | undefined
  /** Where the account is banned: until when, and why. */
  ban?: Ban | undefined
}

/** Makes an error a problem. What Kith did not raise becomes `internal-error`, without its message. */
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
  // Nobody knows where the next request would begin.
  if (code === 'request-timeout') headers['connection'] = 'close'
  if (status === 401)
    headers['www-authenticate'] =
      code.startsWith('access-token') || code === 'session-revoked'
        ? 'Bearer error="invalid_token"'
        : 'Bearer'
  return answer
}

/** What is wrong inside, and what to do about it, is for the log. */
function detailOf({ status, title, detail }: KithError, retryAfter: string | null): string {
  if (status < 500) return detail ?? `${title}.`
  return retryAfter === null ? `${title}.` : `Try again in ${retryAfter} s.`
}
