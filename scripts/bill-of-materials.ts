import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Installed, installedWith } from './lockfile.ts'
import { type WorkspacePackage, listPackages, root } from './packages.ts'

/** A CycloneDX 1.6 bill of materials, with the fields that we use. */
export interface BillOfMaterials {
  $schema: string
  bomFormat: 'CycloneDX'
  specVersion: '1.6'
  serialNumber: string
  version: 1
  metadata: { timestamp: string; component: Component }
  components: Component[]
  dependencies: { ref: string; dependsOn: string[] }[]
}

interface Component {
  type: 'library'
  'bom-ref': string
  name: string
  version: string
  purl: string
  scope?: 'required' | 'optional'
  hashes?: { alg: 'SHA-512'; content: string }[]
  licenses?: { expression: string }[]
}

/** The dependencies that an app gets with a package: every version and hash that this release was tested with. */
export function billOfMaterials(subject: WorkspacePackage, timestamp: string): BillOfMaterials {
  const installed = installedWith(subject)
  const [first, ...others] = [...installed.values()].map(componentOf)
  if (!first) throw new Error(`${subject.folder} is not in the lockfile`)
  const { scope: _scope, ...component } = first
  const contents = {
    metadata: { timestamp, component },
    components: others.sort((a, b) => (a.purl < b.purl ? -1 : 1)),
    dependencies: [...installed.values()].map((each) => ({
      ref: purlOf(each),
      dependsOn: each.needs.map((key) => purlOf(installed.get(key) as Installed)),
    })),
  }
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: `urn:uuid:${uuidOf(JSON.stringify(contents))}`,
    version: 1,
    ...contents,
  }
}

/** Writes the bill of each package into a folder, as `<folder of the package>.cdx.json`; returns the file names. */
export function writeBills(folder: string, timestamp: string): string[] {
  mkdirSync(folder, { recursive: true })
  return listPackages().map((each) => {
    const name = `${each.folder}.cdx.json`
    writeFileSync(join(folder, name), `${JSON.stringify(billOfMaterials(each, timestamp), null, 2)}\n`)
    return name
  })
}

function componentOf(installed: Installed): Component {
  const { name, version, integrity, optional } = installed
  const license = licenseOf(installed)
  return {
    type: 'library',
    'bom-ref': purlOf(installed),
    name,
    version,
    purl: purlOf(installed),
    scope: optional ? 'optional' : 'required',
    ...(integrity?.startsWith('sha512-') && {
      hashes: [
        { alg: 'SHA-512' as const, content: Buffer.from(integrity.slice(7), 'base64').toString('hex') },
      ],
    }),
    ...(license !== null && { licenses: [{ expression: license }] }),
  }
}

function purlOf({ name, version }: Installed): string {
  return `pkg:npm/${name.replace('@', '%40')}@${encodeURIComponent(version)}`
}

/** The fields from its own manifest, if it is installed here: packages for other platforms are not. */
function licenseOf({ name, version }: Installed): string | null {
  for (const place of ['node_modules', 'node_modules/.pnpm/node_modules']) {
    const path = join(root, place, name, 'package.json')
    if (!existsSync(path)) continue
    const manifest = JSON.parse(readFileSync(path, 'utf8')) as { version: string; license?: unknown }
    const { license } = manifest
    if (manifest.version === version && typeof license === 'string' && !license.startsWith('SEE '))
      return license
  }
  return null
}

// The same contents give the same number, so that a release can be built again and compared.
function uuidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}
