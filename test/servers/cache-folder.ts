import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../../scripts/packages.ts'

/** What finding servers keeps between runs; git ignores it. */
export function cacheFolder(): string {
  const folder = join(root, '.cache', 'servers')
  mkdirSync(folder, { recursive: true })
  return folder
}
