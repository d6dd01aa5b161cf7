import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** The programs with that name on the PATH, in its order. */
export function findOnPath(name: string): string[] {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '')
  return folders.map((folder) => join(folder, name)).filter(isExecutable)
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
