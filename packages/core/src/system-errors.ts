import { KithError, RetryLaterError } from './errors.ts'

/** No space left, for everyone or for this system user. */
const full: readonly string[] = ['ENOSPC', 'EDQUOT']
/** Out of descriptors, memory or processes, or the system is temporarily overloaded: it recovers without help. */
const exhausted: readonly string[] = ['EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM', 'EAGAIN']
/** A disk that is mounted read-only, was made read-only after a fault, or is gone. */
const unwritable: readonly string[] = ['EROFS', 'EIO', 'ENODEV', 'ENXIO', 'ESTALE']
/** The system refuses until an operator changes something. */
const refused: readonly string[] = ['EACCES', 'EPERM', 'ENOTDIR', 'EISDIR', 'EEXIST', 'ELOOP', 'ENAMETOOLONG']

/**
 * Converts a system error to its Kith error, with the original as the cause; returns any other error unchanged. The
 * single place for this mapping, for everything that uses files and processes.
 * @param place what could not be used, for the detail: 'The folder of the media'
 */
export function toSystemError(error: unknown, place: string): unknown {
  const code = systemCode(error)
  if (full.includes(code))
    return new RetryLaterError(
      'storage-full',
      { seconds: 60, detail: `${place} is full: free some space or raise its quota.` },
      error,
    )
  if (exhausted.includes(code))
    return new RetryLaterError('busy', { seconds: 5, detail: exhaustedAdvice(code) }, error)
  if (unwritable.includes(code))
    return new RetryLaterError(
      'media-unavailable',
      {
        seconds: 60,
        detail: `${place} cannot be written (${code}): look at its disk and its mount (dmesg).`,
      },
      error,
    )
  if (refused.includes(code))
    return new KithError('storage-failed', {
      detail: `${place} cannot be used (${code}): see its path and permissions.`,
      cause: error,
    })
  return error
}

function exhaustedAdvice(code: string): string {
  return code === 'EMFILE' || code === 'ENFILE'
    ? `No file can be opened (${code}): raise the limit of open files (ulimit -n), or cap the connections at the proxy.`
    : `The system has too little memory or too few processes left (${code}): see what uses them up.`
}

/** The system's code of an error, such as `ENOENT`; `''` for any other error. */
export function systemCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
}
