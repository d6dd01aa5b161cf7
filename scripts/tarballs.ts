import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { exclusively } from '../test/servers/exclusively.ts'
import { type WorkspacePackage, listPackages, root } from './packages.ts'

const run = promisify(execFile)
const shell = process.platform === 'win32'

const folder = join(root, '.cache', 'tarballs')

/**
 * Builds and packs every package as it would be published, unless it is packed as it is. Returns the tarballs by package
 * name. Of processes that want them at the same time one makes them.
 */
export async function packAll(): Promise<Map<string, string>> {
  mkdirSync(folder, { recursive: true })
  return exclusively(join(folder, 'lock'), packStale)
}

async function packStale(): Promise<Map<string, string>> {
  await buildStale()
  const packages = listPackages()
  // A manifest is packed with the versions of the others in it.
  const manifests = packages.map(({ path }) => join(path, 'package.json'))
  const versions = newestOf([join(root, 'pnpm-workspace.yaml'), ...manifests])
  const tarballs = new Map<string, string>()
  await forEachInParallel(packages, async ({ path, folder: name, manifest }) => {
    const out = join(folder, `${name}.tgz`)
    const packed = ['README.md', 'dist', 'src'].map((each) => join(path, each))
    if (newestOf([out]) <= Math.max(versions, newestOf(packed)))
      await run('pnpm', ['pack', '--out', out], { cwd: path, shell })
    tarballs.set(manifest.name, out)
  })
  return tarballs
}

/** When the last of these, or of what is in them, was changed; 0 if there are none. A folder changes with what leaves it. */
function newestOf(paths: readonly string[]): number {
  const files = paths.filter(existsSync).flatMap((path) => {
    if (!statSync(path).isDirectory()) return [path]
    const names = readdirSync(path, { recursive: true, encoding: 'utf8' })
    return [path, ...names.map((name) => join(path, name))]
  })
  return Math.max(0, ...files.map((file) => statSync(file).mtimeMs))
}

/** Calls `work` for all items, as many at a time as there are processors. */
export async function forEachInParallel<Item>(
  items: readonly Item[],
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const queue = [...items]
  async function drain(): Promise<void> {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item)
  }
  await Promise.all(Array.from({ length: availableParallelism() }, drain))
}

async function buildStale(): Promise<void> {
  const stale = listPackages().filter(isStale)
  if (stale.length === 0) return
  const filters = stale.flatMap(({ manifest }) => ['--filter', manifest.name])
  await run('pnpm', ['-r', ...filters, 'run', 'build'], { cwd: root, shell })
}

function isStale({ path }: WorkspacePackage): boolean {
  const made = newestOf([join(path, 'dist', 'index.d.ts')])
  const from = ['src', 'package.json'].map((each) => join(path, each))
  return made < newestOf([...from, join(root, 'tsup.config.ts'), join(root, 'tsconfig.base.json')])
}
