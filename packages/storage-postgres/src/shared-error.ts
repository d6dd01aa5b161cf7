import { type AnyKithError, isKithError, isRetryLater, RetryLaterError } from '@kith/core'
import { sqlStateOf } from './drivers/sql-state.ts'
import { toStorageError } from './storage-error.ts'
import { tlsRemedy } from './tls-remedy.ts'

/** The server does not let this user in, or not this far: somebody has to see to that, and no user can. */
const refusing = /^(28|3D000|42501)/

/**
 * Gives an error its Kith code where processes share something: a server that cannot be used now is one that cannot be reached, whatever
 * the reason, but for a full disk.
 */
export function toSharedError(error: unknown): AnyKithError {
  const found = toStorageError(error)
  if (!isKithError(found))
    return new RetryLaterError('storage-unavailable', { seconds: 1, detail: unreached }, error)
  if (found.code === 'storage-full') return found
  const { detail, cause } = found
  const isRefused = refusing.test(sqlStateOf(cause) ?? '') || tlsRemedy(cause) !== null
  const seconds = isRetryLater(found) ? 1 : isRefused ? 5 : null
  if (seconds === null) return found
  return new RetryLaterError('storage-unavailable', { seconds, detail: detail ?? unreached }, cause)
}

const unreached =
  'PostgreSQL cannot be reached: see whether it runs and whether this process may connect to it.'

/** What to do about it, for those who run the server. It names no host, user or password. */
export function adviceOn(error: unknown): string {
  const { detail, title } = toSharedError(error)
  return detail ?? `${title}.`
}
