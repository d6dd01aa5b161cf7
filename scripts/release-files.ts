import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { copyFileSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { writeBills } from './bill-of-materials.ts'
import { type WorkspacePackage, listPackages, root } from './packages.ts'
import { packAll } from './tarballs.ts'

/** Creates all files of a release in an empty folder; returns their names. */
export async function packRelease(folder: string): Promise<string[]> {
  mkdirSync(folder, { recursive: true })
  if (readdirSync(folder).length > 0) throw new Error(`${folder} is not empty: a release holds nothing else.`)
  const tarballs = await packAll()
  const files = inOrder(listPackages()).map(({ folder: name, manifest }) => {
    const file = `kith-${name}-${manifest.version}.tgz`
    copyFileSync(tarballs.get(manifest.name) ?? '', join(folder, file))
    return { file, manifest }
  })
  const lines = files.map(({ file, manifest }) => `${manifest.name}@${manifest.version} ${file}\n`)
  writeFileSync(join(folder, 'packages.txt'), lines.join(''))
  const names = [...files.map(({ file }) => file), ...writeBills(folder, commitTime()), 'packages.txt'].sort()
  writeFileSync(
    join(folder, 'SHA256SUMS'),
    names.map((name) => `${sha256(join(folder, name))}  ${name}\n`).join(''),
  )
  return [...names, 'SHA256SUMS']
}

/** The date of the checked-out commit: the only time that is the same when a release is built again. */
export function commitTime(): string {
  const seconds = execFileSync('git', ['log', '-1', '--format=%ct'], { cwd: root, encoding: 'utf8' })
  return new Date(Number(seconds) * 1000).toISOString()
}

/** Dependencies come first, so that no package can be installed before its dependencies exist. */
function inOrder(packages: readonly WorkspacePackage[]): WorkspacePackage[] {
  const byName = new Map(packages.map((each) => [each.manifest.name, each]))
  const sorted = new Set<WorkspacePackage>()
  function add(each: WorkspacePackage): void {
    const { dependencies = {}, peerDependencies = {} } = each.manifest
    for (const name of Object.keys({ ...dependencies, ...peerDependencies })) {
      const needed = byName.get(name)
      if (needed && !sorted.has(needed)) add(needed)
    }
    sorted.add(each)
  }
  packages.forEach(add)
  return [...sorted]
}

function sha256(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex')
}
