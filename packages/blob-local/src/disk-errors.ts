import { KithError, RetryLaterError } from '@kith/core'

const full = ['ENOSPC', 'EDQUOT']
const unusable = ['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EIO', 'EMFILE', 'ENFILE']

/** Runs something on the disk. @throws storage-full, storage-failed instead of the codes of the system */
export async function onDisk<Answer>(run: () => Promise<Answer>): Promise<Answer> {
  try {
    return await run()
  } catch (error) {
    const code = codeOf(error)
    if (full.includes(code)) throw new RetryLaterError('storage-full', 60, error)
    if (unusable.includes(code)) {
      throw new KithError('storage-failed', {
        detail: 'The folder of the media cannot be used.',
        cause: error,
      })
    }
    throw error
  }
}

/** Whether an error says that a file or folder is not there. */
export function isMissing(error: unknown): boolean {
  return codeOf(error) === 'ENOENT'
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}
