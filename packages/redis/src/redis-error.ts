import { isKithError, KithError, RetryLaterError } from '@kith/core'

/** What a server says while it starts, fails over or is overloaded. Within a script it follows a dash. */
const passing =
  /(?:^|-)(BUSY|CLUSTERDOWN|LOADING|MASTERDOWN|MISCONF|NOREPLICAS|READONLY|TRYAGAIN|UNBLOCKED)\b|max number of clients/

/** Gives an error of ioredis its Kith code. */
export function toKithError(error: unknown): KithError {
  if (isKithError(error)) return error
  const cause = withoutCommand(error)
  if (cause.name !== 'ReplyError' || passing.test(cause.message)) {
    return new RetryLaterError('storage-unavailable', 1, cause)
  }
  if (/(?:^|-)OOM\b/.test(cause.message)) return new RetryLaterError('storage-full', 60, cause)
  return new KithError('storage-failed', {
    detail: 'Redis refused the command: see the cause of this error in the log.',
    cause,
  })
}

/** Whether Redis cannot be used now but may be again by itself. */
export function isUnreachable(error: unknown): boolean {
  return isKithError(error) && 'retryAfterSeconds' in error
}

/** ioredis hangs the failed command on its errors, and the first command of a connection holds the password. */
function withoutCommand(error: unknown): Error {
  if (!(error instanceof Error)) return new Error(String(error))
  return Object.assign(new Error(error.message), { name: error.name, stack: error.stack })
}
