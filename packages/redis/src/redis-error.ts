import { isKithError, KithError, RetryLaterError, type AnyKithError } from '@kith/core'

/** Replies of a server that starts, fails over or is overloaded. Within a script they follow a dash. */
const passing =
  /(?:^|-)(BUSY|CLUSTERDOWN|LOADING|MASTERDOWN|MISCONF|NOREPLICAS|READONLY|TRYAGAIN|UNBLOCKED)\b|max number of clients/

/** Replies to a client that is not allowed in, or lacks permissions. An operator has to fix that. */
const refusing = /\b(?:NOAUTH|NOPERM|WRONGPASS)\b|invalid password/

/** Its memory is used up, and it evicts nothing. Within a script it follows a dash. */
const full = /(?:^|-)OOM\b/

/** The retry delay for users if an operator has to act first. */
const refusedSeconds = 5

/** Converts an ioredis error to a Kith error. */
export function toKithError(error: unknown): AnyKithError {
  if (isKithError(error)) return error
  const cause = withoutCommand(error)
  const detail = advice(cause)
  if (cause.name !== 'ReplyError' || passing.test(cause.message)) {
    return new RetryLaterError('storage-unavailable', { seconds: 1, detail }, cause)
  }
  if (refusing.test(cause.message))
    return new RetryLaterError('storage-unavailable', { seconds: refusedSeconds, detail }, cause)
  if (full.test(cause.message)) return new RetryLaterError('storage-full', { seconds: 60, detail }, cause)
  return new KithError('storage-failed', { detail, cause })
}

/** What to do about it, for operators. Names no host, user or password. */
export function adviceOn(error: unknown): string {
  const { detail, title } = toKithError(error)
  return detail ?? `${title}.`
}

function advice({ name, message }: Error): string {
  if (name !== 'ReplyError' && !passing.test(message) && !refusing.test(message))
    return 'Redis cannot be reached: check that it is running and that this process can connect to it.'
  if (/\bNOPERM\b/.test(message))
    return 'Redis does not allow this user what Kith needs: grant the permissions that the README of @kith/redis lists.'
  // No colon right after the word: the log would take what follows for a password.
  if (refusing.test(message))
    return 'Redis refuses the password of the client: compare it and the user with those of the server.'
  const [, answered] = passing.exec(message) ?? []
  if (answered ?? passing.test(message))
    return `Redis reports ${answered ?? 'that it has too many clients'}: check whether it is starting, failing over or overloaded.`
  if (full.test(message)) return 'Redis is full: give it more memory (maxmemory).'
  return 'Redis refused a command: see the cause of this error in the log.'
}

/** ioredis attaches the failed command to its errors, and the first command of a connection contains the password. */
function withoutCommand(error: unknown): Error {
  if (!(error instanceof Error)) return new Error(String(error))
  return Object.assign(new Error(error.message), { name: error.name, stack: error.stack })
}
