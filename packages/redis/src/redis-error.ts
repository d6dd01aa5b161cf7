import { isKithError, KithError, RetryLaterError } from '@kith/core'

/** What a server says while it starts, fails over or is overloaded. Within a script it follows a dash. */
const passing =
  /(?:^|-)(BUSY|CLUSTERDOWN|LOADING|MASTERDOWN|MISCONF|NOREPLICAS|READONLY|TRYAGAIN|UNBLOCKED)\b|max number of clients/

/** What it says to a client that it does not let in, or not this far. Somebody has to see to that, and no user can. */
const refusing = /\b(?:NOAUTH|NOPERM|WRONGPASS)\b|invalid password/

/** How long a user waits where somebody has to do something first. */
const refusedSeconds = 5

/** Gives an error of ioredis its Kith code. */
export function toKithError(error: unknown): KithError {
  if (isKithError(error)) return error
  const cause = withoutCommand(error)
  if (cause.name !== 'ReplyError' || passing.test(cause.message)) {
    return new RetryLaterError('storage-unavailable', 1, cause)
  }
  if (refusing.test(cause.message)) return new RetryLaterError('storage-unavailable', refusedSeconds, cause)
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

/** What to do about it, for whoever runs the server. It names no host, user or password. */
export function adviceOn(error: unknown): string {
  const { cause } = toKithError(error)
  const reason = cause instanceof Error ? cause.message : ''
  if (/\bNOPERM\b/.test(reason))
    return 'Redis does not allow this user what Kith needs: give it the permissions that the README of @kith/redis lists.'
  if (refusing.test(reason))
    return 'Redis refuses the password: compare the user and password of the client with those of the server.'
  const answered = passing.exec(reason)
  if (answered)
    return `Redis answers ${answered[1] ?? 'that it has too many clients'}: see whether it is starting, failing over or overloaded.`
  if (/(?:^|-)OOM\b/.test(reason)) return 'Redis is full: give it more memory (maxmemory).'
  if (cause instanceof Error && cause.name === 'ReplyError') return 'Redis refused a command: see the log.'
  return 'Redis cannot be reached: see whether it runs and whether this process may connect to it.'
}

/** ioredis hangs the failed command on its errors, and the first command of a connection holds the password. */
function withoutCommand(error: unknown): Error {
  if (!(error instanceof Error)) return new Error(String(error))
  return Object.assign(new Error(error.message), { name: error.name, stack: error.stack })
}
