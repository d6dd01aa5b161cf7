import { KithError } from '@kith/core'
import { systemCode, toSystemError } from '@kith/core/adapter'

/** Runs something on the disk. @throws storage-full, busy, media-unavailable, storage-failed instead of the codes of the system */
export async function onDisk<Answer>(run: () => Promise<Answer>): Promise<Answer> {
  try {
    return await run()
  } catch (error) {
    throw toSystemError(error, 'The folder of the media')
  }
}

/** Whether an error says that a file or folder is not there. */
export function isMissing(error: unknown): boolean {
  return systemCode(error) === 'ENOENT'
}

/** The folder of all media was there before, and is not any more. */
export function goneError(cause: unknown): KithError {
  const detail = 'The folder of the media is gone: look whether its disk is mounted.'
  return new KithError('storage-failed', { detail, cause })
}
