import { createWriteStream, existsSync, type Stats } from 'node:fs'
import { chmod, chown, open, rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { usageError } from './cli-error.ts'

/** What a file is made of. */
export type Pieces = Iterable<string> | AsyncIterable<string | Uint8Array>

/**
 * Writes a file that is complete or not there at all, even after a power cut, and that only this user can read. Its
 * pieces go to `<path>.partial` first. @throws CliError if it exists
 */
export async function writeNewFile(path: string, pieces: Pieces): Promise<void> {
  if (existsSync(path))
    throw usageError(`${path} exists.`, 'Name a file that does not exist, or remove that one.')
  await replaceFile(path, pieces)
}

/**
 * The same for a file that may exist: it is replaced in one step. With `like` the new one has the same owner and
 * permissions as the old one: a server that runs as another user can still read it.
 */
export async function replaceFile(path: string, pieces: Pieces, like?: Stats): Promise<void> {
  const partial = `${path}.partial`
  // A leftover; or a file that someone else has put there to redirect the write.
  await rm(partial, { force: true })
  try {
    await pipeline(
      Readable.from(pieces),
      createWriteStream(partial, { flags: 'wx', mode: 0o600, flush: true }),
    )
    if (like) await giveTo(partial, like)
    await rename(partial, path)
  } catch (error) {
    await rm(partial, { force: true })
    throw error
  }
  await syncFolder(dirname(path))
}

async function giveTo(path: string, { uid, gid, mode }: Stats): Promise<void> {
  const own = await stat(path)
  if (own.uid !== uid || own.gid !== gid) await chown(path, uid, gid)
  await chmod(path, mode & 0o777)
}

/** Ensures that a renamed file has its name after a power cut. Not needed on systems that cannot, such as Windows. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => null)
  await handle?.sync().catch(() => {})
  await handle?.close()
}
