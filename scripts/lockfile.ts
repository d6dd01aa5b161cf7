import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { type WorkspacePackage, listPackages, root } from './packages.ts'

/** A package that is installed together with another one. */
export interface Installed {
  name: string
  version: string
  /** npm's hash of the tarball; null for a package of this repository. */
  integrity: string | null
  /** Whether installing works without it: a package for another platform, or an optional peer. */
  optional: boolean
  /** `name@version` of its own dependencies. */
  needs: readonly string[]
}

type Versions = Readonly<Record<string, string>>

interface Snapshot {
  dependencies?: Versions
  optionalDependencies?: Versions
}

interface Lockfile {
  importers: Record<string, Record<string, Record<string, { version: string }>>>
  packages: Record<string, { resolution: { integrity?: string } }>
  snapshots: Record<string, Snapshot | null>
}

interface Edge {
  name: string
  /** As the lockfile writes it: with its peers in parentheses, or `link:…`. */
  version: string
  optional: boolean
}

let parsed: Lockfile | null = null

/** Parsed once, because that takes a second. */
function readLockfile(): Lockfile {
  return (parsed ??= parse(readFileSync(join(root, 'pnpm-lock.yaml'), 'utf8')) as Lockfile)
}

/** Everything that an app gets with a package, with peers as this repository tests them, by `name@version`. */
export function installedWith(start: WorkspacePackage): Map<string, Installed> {
  const lockfile = readLockfile()
  const ours = new Map(listPackages().map((each) => [each.manifest.name, each]))
  const found = new Map<string, Installed>()

  function visit({ name, version, optional }: Edge): string {
    const own = ours.get(name)
    const snapshot = /^\d/.test(version) ? `${name}@${version}` : version
    const key = own ? `${name}@${own.manifest.version}` : snapshot.replace(/\(.*$/, '')
    const before = found.get(key)
    if (before && (optional || !before.optional)) return key
    const edges = own ? edgesOf(own, lockfile) : edgesIn(lockfile.snapshots[snapshot] ?? {})
    const entry: Installed = {
      name: key.slice(0, key.lastIndexOf('@')),
      version: key.slice(key.lastIndexOf('@') + 1),
      integrity: own ? null : (lockfile.packages[key]?.resolution.integrity ?? null),
      optional,
      needs: [],
    }
    found.set(key, entry)
    const needs = edges.map((edge) => visit({ ...edge, optional: optional || edge.optional }))
    entry.needs = [...new Set(needs)].sort()
    return key
  }

  visit({ name: start.manifest.name, version: 'link:.', optional: false })
  return found
}

function edgesIn({ dependencies = {}, optionalDependencies = {} }: Snapshot): Edge[] {
  const edge = (optional: boolean) => (entry: [string, string]) => ({
    name: entry[0],
    version: entry[1],
    optional,
  })
  return [
    ...Object.entries(dependencies).map(edge(false)),
    ...Object.entries(optionalDependencies).map(edge(true)),
  ]
}

function edgesOf({ folder, manifest }: WorkspacePackage, { importers }: Lockfile): Edge[] {
  const groups = importers[`packages/${folder}`] ?? {}
  const locked = Object.assign({}, ...Object.values(groups)) as Record<string, { version: string }>
  const { dependencies = {}, peerDependencies = {}, peerDependenciesMeta = {} } = manifest
  return Object.keys({ ...dependencies, ...peerDependencies }).flatMap((name) => {
    const version = locked[name]?.version
    if (version === undefined) throw new Error(`pnpm-lock.yaml has no ${name} for packages/${folder}`)
    return { name, version, optional: peerDependenciesMeta[name]?.optional === true }
  })
}
