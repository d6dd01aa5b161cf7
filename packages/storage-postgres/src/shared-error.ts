import { type AnyKithError, isKithError, isRetryLater, RetryLaterError } from '@kith/core'
import { sqlStateOf } from './drivers/sql-state.ts'
import { toStorageError } from './storage-error.ts'
import { tlsRemedy } from './tls-remedy.ts'

/** The server refuses this user, or the user lacks permissions: an operator has to fix that. */
const refusing = /^(28|3D000|42501)/

/**
 * Converts an error to a Kith error for what processes share: a server that cannot be used now counts as unreachable,
 * whatever the reason, except for a full disk.
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
  'PostgreSQL cannot be reached: check that it is running and that this process can connect to it.'

/** What to do about it, for operators. Names no host, user or password. */
export function adviceOn(error: unknown): string {
  const { detail, title } = toSharedError(error)
  return detail ?? `${title}.`
}
