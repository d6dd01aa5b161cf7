import { randomBytes } from 'node:crypto'
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { isMissing, onDisk } from './disk-errors.ts'

/** What is older than this was left by a process that stopped. */
const staleMilliseconds = 3_600_000

/** Files that are being made, on the same disk as those that are kept, so that keeping one is a rename. */
export interface TemporaryFiles {
  /** Gives `make` a path; whatever it leaves there is gone afterwards, unless it was kept. */
  use<Answer>(make: (path: string) => Promise<Answer>): Promise<Answer>
  /** Moves a folder with all that is in it out of sight in one step, and then removes it. Idempotent. */
  discard(folder: string): Promise<void>
  /** Removes what processes that stopped have left more than an hour ago. */
  sweep(): Promise<void>
}

/** Creates the temporary files of one directory. */
export function createTemporaryFiles(directory: string): TemporaryFiles {
  const makePath = (): string => join(directory, randomBytes(16).toString('hex'))

  return {
    async use(make) {
      const path = makePath()
      await onDisk(() => mkdir(directory, { recursive: true }))
      try {
        return await make(path)
      } finally {
        await rm(path, { force: true })
      }
    },
    async discard(folder) {
      const path = makePath()
      await mkdir(directory, { recursive: true })
      try {
        await rename(folder, path)
      } catch (error) {
        if (isMissing(error)) return
        throw error
      }
      await rm(path, { recursive: true, force: true })
    },
    async sweep() {
      const oldest = Date.now() - staleMilliseconds
      for (const name of await readdir(directory).catch(() => [])) {
        const path = join(directory, name)
        const info = await stat(path).catch(() => null)
        if (info && info.mtimeMs < oldest) await rm(path, { recursive: true, force: true })
      }
    },
  }
}

/**
 * Moves a finished file to where it is kept. Its bytes and its name are on the disk when this ends, so that a power cut
 * leaves it whole or not at all. Fails with `ENOENT` if the folder is not there; one that is taken away afterwards has
 * taken the file with it.
 */
export async function keep(path: string, target: string): Promise<void> {
  await sync(path)
  await rename(path, target)
  try {
    await sync(dirname(target))
  } catch (error) {
    if (!isMissing(error)) throw error
  }
}

/** Makes a folder and those above it, lasting. */
export async function makeFolder(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true })
  if (first === undefined) return
  for (let path = folder; path.length >= dirname(first).length; path = dirname(path)) await sync(path)
}

async function sync(path: string): Promise<void> {
  // Windows syncs neither folders nor files that are open for reading, and keeps the entries of its folders itself.
  if (process.platform === 'win32') return
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
