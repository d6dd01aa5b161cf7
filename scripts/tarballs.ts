import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type WorkspacePackage, listPackages, root } from './packages.ts'

const run = promisify(execFile)
const shell = process.platform === 'win32'

/** Packs every package as it would be published and returns the tarballs by package name. */
export async function packAll(folder: string): Promise<Map<string, string>> {
  await buildStale()
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const tarballs = new Map<string, string>()
  await forEachInParallel(listPackages(), async ({ path, folder: name, manifest }) => {
    const out = join(folder, `${name}.tgz`)
    await run('pnpm', ['pack', '--out', out], { cwd: path, shell })
    tarballs.set(manifest.name, out)
  })
  return tarballs
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
  const built = join(path, 'dist', 'index.d.ts')
  if (!existsSync(built)) return true
  const at = statSync(built).mtimeMs
  return readdirSync(join(path, 'src'), { recursive: true, encoding: 'utf8' }).some(
    (file) => statSync(join(path, 'src', file)).mtimeMs > at,
  )
}
