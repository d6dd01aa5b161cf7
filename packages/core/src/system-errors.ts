import { KithError, RetryLaterError } from './errors.ts'

/** No room, for everybody or for this user of the system. */
const full: readonly string[] = ['ENOSPC', 'EDQUOT']
/** Descriptors, memory or processes ran out, or the system cannot take more at the moment: it passes by itself. */
const exhausted: readonly string[] = ['EMFILE', 'ENFILE', 'ENOBUFS', 'ENOMEM', 'EAGAIN']
/** A disk that was mounted to be read only, or that the system has made so after a fault, and one that is gone. */
const unwritable: readonly string[] = ['EROFS', 'EIO', 'ENODEV', 'ENXIO', 'ESTALE']
/** The system refuses, and will until an operator changes something. */
const refused: readonly string[] = ['EACCES', 'EPERM', 'ENOTDIR', 'EISDIR', 'EEXIST', 'ELOOP', 'ENAMETOOLONG']

/**
 * Gives an error of the system its Kith code, with the original as the cause; passes any other error on. The one place that
 * says so, for everything that is done with files and processes.
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

/** The code that the system gave an error, such as `ENOENT`; `''` for an error of another kind. */
export function systemCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
}
