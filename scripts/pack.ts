// Packs every package, or those with the given folder names and their dependencies, and says how to install them in an app.
import { dirname } from 'node:path'
import { type WorkspacePackage, listPackages } from './packages.ts'
import { packAll } from './tarballs.ts'

/** The first command in docs/getting-started.md. */
const first = ['express', 'storage-sqlite']

const named = process.argv.slice(2)
const packages = listPackages()
const folders = packages.map(({ folder }) => folder)
const unknown = named.filter((name) => !folders.includes(name))
if (unknown.length > 0) {
  console.error(`Not a package: ${unknown.join(', ')}. There are ${folders.join(', ')}.`)
  process.exit(1)
}

const wanted = named.length > 0 ? named : first
const needed = withNeeded(packages.filter(({ folder }) => wanted.includes(folder)))
console.log('Building and packing, which takes a minute or two the first time …')
const tarballs = await packAll(named.length > 0 ? needed : packages).catch(
  ({ stdout, stderr }: { stdout?: string; stderr?: string }) => {
    console.error(`${stdout ?? ''}${stderr ?? ''}Nothing was packed: the lines above say why.`)
    process.exit(1)
  },
)
const files = needed.map(({ manifest }) => tarballs.get(manifest.name) ?? '')
console.log(`
${tarballs.size} tarballs are in ${dirname(files[0] ?? '')}
For ${wanted.join(' and ')}, type in the folder of your app:

npm install ${[...new Set(needed.flatMap(foreignPeers))].join(' ')} ${files.join(' ')}
`)
if (named.length === 0)
  console.log('For other packages: npm run pack -- fastify storage-mongodb, for instance')

/** These packages and those of ours that they depend on. */
function withNeeded(some: readonly WorkspacePackage[]): WorkspacePackage[] {
  const found = new Set(some)
  // Iterating over a set includes values that are added meanwhile.
  for (const each of found) {
    const { dependencies = {} } = each.manifest
    const names = [...Object.keys(dependencies), ...requiredPeers(each)]
    for (const other of packages) if (names.includes(other.manifest.name)) found.add(other)
  }
  return [...found]
}

function requiredPeers({ manifest }: WorkspacePackage): string[] {
  const { peerDependencies = {}, peerDependenciesMeta = {} } = manifest
  return Object.keys(peerDependencies).filter((name) => !peerDependenciesMeta[name]?.optional)
}

function foreignPeers(each: WorkspacePackage): string[] {
  return requiredPeers(each).filter((name) => !name.startsWith('@kith/'))
}
