import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { systemCode } from '@kith/core/adapter'
import { type BlobPage, isBlobKey, type ListedBlob } from '@kith/core/ports'
import { folderOf, latest } from './blob-folder.ts'
import { isMissing } from './disk-errors.ts'

/** Lists keys by their folders, which are spread by a hash: the order of the list is that of the folders. */
export async function listBlobs(directory: string, after: string | null, limit: number): Promise<BlobPage> {
  const [afterTop = '', afterMiddle = '', afterKey = ''] = after?.split('/') ?? []
  const blobs: ListedBlob[] = []
  let last = ''
  for (const top of await foldersIn(directory, afterTop)) {
    for (const middle of await foldersIn(join(directory, top), top === afterTop ? afterMiddle : '')) {
      const folder = join(directory, top, middle)
      const isFirst = top === afterTop && middle === afterMiddle
      for (const key of await namesIn(folder)) {
        if (!isBlobKey(key) || (isFirst && key <= afterKey)) continue
        if (blobs.length === limit) return { blobs, next: last }
        // A copy in the wrong folder; removing its key would remove the one in the right folder.
        if (join(folder, key) !== folderOf(directory, key)) continue
        const storedAt = await newestIn(join(folder, key))
        // Removed since the folder was read.
        if (storedAt === null) continue
        blobs.push({ key, storedAt })
        last = `${top}/${middle}/${key}`
      }
    }
  }
  return { blobs, next: null }
}

/** Those of these keys that have an original. */
export async function presentAmong(directory: string, keys: readonly string[]): Promise<string[]> {
  const present: string[] = []
  for (const key of keys) if (latest(await namesIn(folderOf(directory, key)))) present.push(key)
  return present
}

/** The folders that spread the blobs, starting from one. */
async function foldersIn(folder: string, from: string): Promise<string[]> {
  return (await namesIn(folder)).filter((name) => /^[0-9a-f]{2}$/.test(name) && name >= from)
}

/** When the newest file in the folder of a blob was written; without one, when the folder was created. */
async function newestIn(folder: string): Promise<Date | null> {
  try {
    const names = await namesIn(folder)
    if (names.length === 0 && !(await stat(folder)).isDirectory()) return null
    const paths = names.length > 0 ? names.map((name) => join(folder, name)) : [folder]
    const times = await Promise.all(paths.map(async (path) => (await stat(path)).mtimeMs))
    return new Date(Math.max(...times))
  } catch (error) {
    if (isMissing(error)) return null
    throw error
  }
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).sort()
  } catch (error) {
    // A foreign file in place of a folder.
    if (isMissing(error) || systemCode(error) === 'ENOTDIR') return []
    throw error
  }
}
