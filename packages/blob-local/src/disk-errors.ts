import { KithError } from '@kith/core'
import { systemCode, toSystemError } from '@kith/core/adapter'

/** Runs a disk operation. @throws storage-full, busy, media-unavailable, storage-failed instead of system errors */
export async function onDisk<Answer>(run: () => Promise<Answer>): Promise<Answer> {
  try {
    return await run()
  } catch (error) {
    throw toSystemError(error, 'The folder of the media')
  }
}

/** Whether an error means that a file or folder does not exist. */
export function isMissing(error: unknown): boolean {
  return systemCode(error) === 'ENOENT'
}

/** The folder of all media existed before, and is gone. */
export function goneError(cause: unknown): KithError {
  const detail = 'The folder of the media is gone: check whether its disk is mounted.'
  return new KithError('storage-failed', { detail, cause })
}
