import { createWriteStream, existsSync } from 'node:fs'
import { open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { usageError } from './cli-error.ts'

/** What a file is made of. */
export type Pieces = Iterable<string> | AsyncIterable<string | Uint8Array>

/**
 * Writes a file that is there whole or not at all, also after a power cut, and that only this user can read. Its pieces go to
 * `<path>.partial` first. @throws CliError where it exists
 */
export async function writeNewFile(path: string, pieces: Pieces): Promise<void> {
  if (existsSync(path))
    throw usageError(`${path} exists.`, 'Name a file that does not exist, or remove that one.')
  await replaceFile(path, pieces)
}

/** The same for a file that may exist: it is replaced in one step. */
export async function replaceFile(path: string, pieces: Pieces): Promise<void> {
  const partial = `${path}.partial`
  try {
    await pipeline(Readable.from(pieces), createWriteStream(partial, { mode: 0o600, flush: true }))
    await rename(partial, path)
  } catch (error) {
    await rm(partial, { force: true })
    throw error
  }
  await syncFolder(dirname(path))
}

/** Makes sure that a renamed file has its name after a power cut. Where the system cannot, as on Windows, it need not. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => null)
  await handle?.sync().catch(() => {})
  await handle?.close()
}
