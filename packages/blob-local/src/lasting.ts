import { mkdir, open, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import { isMissing } from './disk-errors.ts'

/**
 * Moves a finished file to its place. Its bytes and its name are on the disk when this ends, so that a power cut leaves
 * it complete or not at all. Fails with `ENOENT` if the folder does not exist; if it is removed afterwards, the file
 * was removed with it.
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

/** Creates a folder and those above it, durably. */
export async function makeFolders(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true })
  if (first === undefined) return
  for (let path = folder; path.length >= dirname(first).length; path = dirname(path)) await sync(path)
}

/** Waits until a file, or the names in a folder, are on the disk. */
export async function sync(path: string): Promise<void> {
  // Windows syncs neither folders nor files that are open for reading, and keeps the entries of its folders itself.
  if (process.platform === 'win32') return
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
