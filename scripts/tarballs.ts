import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { exclusively } from '../test/servers/exclusively.ts'
import { type WorkspacePackage, listPackages, root } from './packages.ts'

const run = promisify(execFile)
const shell = process.platform === 'win32'

const folder = join(root, '.cache', 'tarballs')

/**
 * Packs these packages as they would be published, unless current tarballs exist; `prepack` of each builds it. Returns the
 * tarballs by package name. Of concurrent processes one creates them.
 */
export async function packAll(
  packages: readonly WorkspacePackage[] = listPackages(),
): Promise<Map<string, string>> {
  mkdirSync(folder, { recursive: true })
  await exclusively(join(folder, 'lock'), () => packStale(packages))
  return new Map(packages.map((each) => [each.manifest.name, tarballOf(each)]))
}

async function packStale(packages: readonly WorkspacePackage[]): Promise<void> {
  // A packed manifest contains the versions of the others.
  const manifests = listPackages().map(({ path }) => join(path, 'package.json'))
  const ofAll = newestOf([
    ...['pnpm-workspace.yaml', 'tsup.config.ts', 'tsup.zod.config.ts', 'tsconfig.base.json'].map((name) =>
      join(root, name),
    ),
    ...manifests,
  ])
  const filters = packages
    .filter((each) => {
      const packed = ['README.md', 'src', 'fixtures'].map((name) => join(each.path, name))
      return newestOf([tarballOf(each)]) <= Math.max(ofAll, newestOf(packed))
    })
    .flatMap(({ manifest }) => ['--filter', manifest.name])
  if (filters.length === 0) return
  const out = join(folder, '%s.tgz')
  await run('pnpm', ['-r', ...filters, 'pack', '--out', out], { cwd: root, shell })
}

function tarballOf({ folder: name }: WorkspacePackage): string {
  return join(folder, `kith-${name}.tgz`)
}

/** When the latest of these files, or of their contents, was changed; 0 if there are none. A removal changes the folder. */
function newestOf(paths: readonly string[]): number {
  const files = paths.filter(existsSync).flatMap((path) => {
    if (!statSync(path).isDirectory()) return [path]
    const names = readdirSync(path, { recursive: true, encoding: 'utf8' })
    return [path, ...names.map((name) => join(path, name))]
  })
  return Math.max(0, ...files.map((file) => statSync(file).mtimeMs))
}
