import { cpSync, existsSync, mkdtempSync, readFileSync, realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/**
 * Copies an installed package with all of its dependencies into a new folder, so that none of its classes is one that
 * this process has already loaded. Returns the result of `require`, and the folder.
 */
export function copyPackage<Exports>(name: string): { copy: Exports; folder: string } {
  const folder = mkdtempSync(join(tmpdir(), 'kith-another-copy-'))
  const copied = new Set<string>()

  function add(dependency: string, from: string): void {
    const found = findPackage(dependency, from)
    if (!found || copied.has(dependency)) return
    copied.add(dependency)
    cpSync(found, join(folder, 'node_modules', dependency), { recursive: true })
    const { dependencies = {} } = JSON.parse(readFileSync(join(found, 'package.json'), 'utf8')) as {
      dependencies?: Record<string, string>
    }
    for (const next of Object.keys(dependencies)) add(next, found)
  }
  add(name, import.meta.dirname)
  return { copy: createRequire(join(folder, 'index.js'))(name) as Exports, folder }
}

/** The location of a package that is visible from a folder, as Node resolves it. */
function findPackage(name: string, from: string): string | null {
  for (let folder = from; folder !== dirname(folder); folder = dirname(folder)) {
    const place = join(folder, 'node_modules', name)
    if (existsSync(join(place, 'package.json'))) return realpathSync(place)
  }
  return null
}
