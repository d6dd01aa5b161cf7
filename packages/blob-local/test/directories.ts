import { readdirSync, readlinkSync, rmSync, statSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { fastFolder } from '../../../test/fast-folder.ts'

/** A folder that is removed after the test. */
export async function makeDirectory(): Promise<string> {
  const directory = await mkdtemp(join(fastFolder, 'kith-blobs-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

/** All files below a folder, with relative paths. */
export function filesIn(directory: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((name) => statSync(join(directory, name)).isFile())
    .sort()
}

/** The files below a folder that this process has open, if the system reports them in `/proc`. */
export function openFilesIn(directory: string): string[] {
  const handles = '/proc/self/fd'
  return readdirSync(handles)
    .flatMap((name) => {
      try {
        return [readlinkSync(join(handles, name))]
      } catch {
        // The descriptor that read the list is closed by now.
        return []
      }
    })
    .filter((path) => path.startsWith(directory))
}
