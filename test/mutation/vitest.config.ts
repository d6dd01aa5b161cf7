import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { defineConfig, type ViteUserConfig } from 'vitest/config'
import { scopes } from './scopes.ts'

/** The copy of the workspace in which Stryker has put its mutants. */
const root = join(import.meta.dirname, '..', '..')

/** The packages by their names: the links in `node_modules` lead out of the copy, to sources without mutants. */
function sourcesOfPackages(): { find: RegExp; replacement: string }[] {
  return globSync('packages/*/package.json', { cwd: root }).flatMap((path) => {
    const manifest = JSON.parse(readFileSync(join(root, path), 'utf8')) as {
      name: string
      exports?: Record<string, string | { '@kith/source'?: string }>
    }
    return Object.entries(manifest.exports ?? {}).flatMap(([entry, target]) => {
      const source = typeof target === 'object' ? target['@kith/source'] : undefined
      if (!source) return []
      const name = manifest.name + entry.slice(1)
      return [{ find: new RegExp(`^${name}$`), replacement: join(root, path, '..', source) }]
    })
  })
}

const scope = scopes[process.env['KITH_MUTATION_SCOPE'] ?? '']
if (!scope) throw new Error('KITH_MUTATION_SCOPE names no scope: see test/mutation/scopes.ts')

const config: ViteUserConfig = defineConfig({
  root,
  resolve: { conditions: ['@kith/source', 'node'], alias: sourcesOfPackages() },
  ssr: { resolve: { conditions: ['@kith/source', 'node'] } },
  test: {
    include: [...scope.tests],
    isolate: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 10_000 } },
  },
})

export default config
