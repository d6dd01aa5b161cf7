import { randomBytes } from 'node:crypto'
import { readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Directory } from './directory.ts'
import { isMissing, onDisk } from './disk-errors.ts'

/** Older files were left by a process that stopped. */
const staleMilliseconds = 3_600_000

/** Files in progress, on the same disk as stored files, so that storing one is a rename. */
export interface TemporaryFiles {
  /** Passes a path to `make`; anything left there is removed afterwards, unless it was kept. */
  use<Answer>(make: (path: string) => Promise<Answer>): Promise<Answer>
  /** Moves a folder with its contents out of sight in one step, and then removes it. Idempotent. */
  discard(folder: string): Promise<void>
  /** Removes what stopped processes have left more than an hour ago. */
  sweep(): Promise<void>
}

/** Creates the temporary files of one directory. */
export function createTemporaryFiles(directory: Directory): TemporaryFiles {
  const makePath = (): string => join(directory.temporary, randomBytes(16).toString('hex'))

  return {
    async use(make) {
      const path = makePath()
      await onDisk(() => directory.ensure())
      try {
        return await make(path)
      } catch (error) {
        if (isMissing(error)) await onDisk(() => directory.demand(error))
        throw error
      } finally {
        await rm(path, { force: true })
      }
    },
    async discard(folder) {
      const path = makePath()
      if (!(await directory.isThere())) return
      try {
        await rename(folder, path)
      } catch (error) {
        if (!isMissing(error)) throw error
        return await directory.demand(error)
      }
      // A put that had started moving its file may find the folder here: then it is not empty in the last step.
      await rm(path, { recursive: true, force: true, maxRetries: 10, retryDelay: 5 })
    },
    async sweep() {
      const oldest = Date.now() - staleMilliseconds
      for (const name of await readdir(directory.temporary).catch(() => [])) {
        const path = join(directory.temporary, name)
        const info = await stat(path).catch(() => null)
        if (info && info.mtimeMs < oldest) await rm(path, { recursive: true, force: true })
      }
    },
  }
}
