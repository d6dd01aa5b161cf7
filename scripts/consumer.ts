import { execFile } from 'node:child_process'
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { root } from './packages.ts'

const run = promisify(execFile)

/** The versions of TypeScript with which CI checks the packed types, oldest first; docs/getting-started.md names the oldest. */
export const typescriptVersions: readonly string[] = ['5.5', '5.9', '6.0', 'latest']

/** The app for testing tarballs; its other dependencies have the versions of this repository. */
const needed = ['express', 'fastify', 'sharp', 'libheif-js', 'mediabunny', '@types/express', '@types/node']

/** How an app is checked. */
export const compilerOptions: Readonly<Record<string, unknown>> = {
  module: 'NodeNext',
  target: 'ES2023',
  strict: true,
  exactOptionalPropertyTypes: true,
  types: ['node'],
  noEmit: true,
}

/** Creates an app from both quickstarts in an empty folder and installs the tarballs with npm, as a user would. */
export async function installConsumer(folder: string, tarballs: Iterable<string>): Promise<void> {
  const files = ['express', 'fastify'].map((name) => {
    copyFileSync(join(root, 'examples', `${name}-minimal`, 'src', 'server.ts'), join(folder, `${name}.ts`))
    return `${name}.ts`
  })
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'module', private: true }))
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }))
  const versions = needed.map((name) => `${name}@${installedVersion(name)}`)
  await npm(folder, ['install', '--prefer-offline', '--no-audit', '--no-fund', ...versions, ...tarballs])
}

/** Runs npm in a folder. */
export async function npm(folder: string, args: readonly string[]): Promise<void> {
  await run('npm', [...args], { cwd: folder, shell: process.platform === 'win32' })
}

/** The version of a package that this repository uses. */
export function installedVersion(name: string): string {
  const manifest = readFileSync(join(root, 'node_modules', name, 'package.json'), 'utf8')
  return (JSON.parse(manifest) as { version: string }).version
}
