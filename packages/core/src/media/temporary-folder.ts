import { mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'

/** How the names of all folders begin that are only needed for a while. */
export const temporaryPrefix = 'kith-file-'

/** What is older was left by a process that stopped. */
const staleMillis = 3_600_000

/**
 * Gives `work` an empty folder within a directory, and removes it afterwards with all that is in it. What a killed process
 * leaves is removed by {@link sweepTemporaryFolders}.
 */
export async function inTemporaryFolder<Result>(
  directory: string,
  work: (folder: string) => Promise<Result>,
): Promise<Result> {
  await mkdir(directory, { recursive: true })
  const folder = await mkdtemp(join(directory, temporaryPrefix))
  try {
    return await work(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Removes the folders that killed processes left there more than an hour ago. */
export async function sweepTemporaryFolders(directory: string, now: Date): Promise<void> {
  const names = await readdir(directory).catch(() => [])
  for (const name of names.filter((entry) => entry.startsWith(temporaryPrefix))) {
    const folder = join(directory, name)
    const info = await stat(folder).catch(() => null)
    if (info && now.getTime() - info.mtimeMs > staleMillis) await rm(folder, { recursive: true, force: true })
  }
}
