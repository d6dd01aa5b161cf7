import { lstat, mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'

/** The name prefix of all temporary folders. */
export const temporaryPrefix = 'kith-file-'

/** Older ones were left by a process that stopped. */
const staleMillis = 3_600_000

/**
 * Passes an empty folder within a directory to `work`, which nobody else may read or change, and removes it afterwards
 * with its contents. {@link sweepTemporaryFolders} removes those of killed processes. A directory in which another
 * system user could replace the folder is refused.
 */
export async function inTemporaryFolder<Result>(
  directory: string,
  work: (folder: string) => Promise<Result>,
): Promise<Result> {
  await mkdir(directory, { recursive: true, mode: 0o700 })
  await demandSafe(directory)
  const folder = await mkdtemp(join(directory, temporaryPrefix))
  try {
    return await work(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/**
 * Removes the folders that killed processes of this user left there more than an hour ago. By the machine's clock,
 * which dates folders: a clock passed to Kith can be days ahead, and would end every running upload.
 */
export async function sweepTemporaryFolders(directory: string): Promise<void> {
  const names = await readdir(directory).catch(() => [])
  for (const name of names.filter((entry) => entry.startsWith(temporaryPrefix))) {
    const folder = join(directory, name)
    const info = await lstat(folder).catch(() => null)
    if (!info?.isDirectory() || !isOwn(info.uid)) continue
    if (Date.now() - info.mtimeMs > staleMillis) await rm(folder, { recursive: true, force: true })
  }
}

/** Writable for its group or for all, and with the sticky bit, which lets only owners rename files in it. */
const [writableByOthers, sticky] = [0o022, 0o1000]

/** The directory and, if it is a link, the link belong to this user or to root, and others cannot rename its files. */
async function demandSafe(directory: string): Promise<void> {
  if (!process.getuid) return
  const [link, info] = [await lstat(directory), await stat(directory)]
  const isTrusted = [link, info].every(({ uid }) => isOwn(uid) || uid === 0)
  const isClosed = (info.mode & writableByOthers) === 0 || (info.mode & sticky) !== 0
  if (isTrusted && isClosed) return
  throw new TypeError(
    `${directory} can be changed by other users of the system: set media.temporaryDirectory to a directory ` +
      `that belongs to user ${process.getuid()}, with mode 0700.`,
  )
}

function isOwn(uid: number): boolean {
  return !process.getuid || uid === process.getuid()
}
