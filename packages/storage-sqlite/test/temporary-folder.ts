import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { fastFolder } from '../../../test/fast-folder.ts'

/** Returns paths of new files in a folder that is removed after the tests of this file. */
export function useTemporaryFolder(): () => string {
  const folder = mkdtempSync(join(fastFolder, 'kith-sqlite-'))
  let files = 0
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  return () => join(folder, `${++files}.db`)
}
