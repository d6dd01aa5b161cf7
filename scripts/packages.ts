import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root: string = fileURLToPath(new URL('..', import.meta.url))

/** The fields of a package.json that our tools read. */
export interface Manifest {
  name: string
  version: string
  exports: Record<string, string | Record<string, string>>
  dependencies?: Record<string, string>
  peerDependencies?: Record<string, string>
  peerDependenciesMeta?: Record<string, { optional?: boolean }>
  devDependencies?: Record<string, string>
  [key: string]: unknown
}

/** A package of this repository. */
export interface WorkspacePackage {
  /** The name of its folder. */
  folder: string
  /** Its absolute path. */
  path: string
  manifest: Manifest
}

/** All published packages, by folder name. */
export function listPackages(): WorkspacePackage[] {
  return readdirSync(join(root, 'packages'))
    .sort()
    .map((folder) => {
      const path = join(root, 'packages', folder)
      return {
        folder,
        path,
        manifest: JSON.parse(readFileSync(join(path, 'package.json'), 'utf8')) as Manifest,
      }
    })
}
