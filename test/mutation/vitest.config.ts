import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { defineConfig, type ViteUserConfig } from 'vitest/config'
import { scopes } from './scopes.ts'
import { variantsOf } from './statement-variants.ts'

/** The copy of the workspace into which Stryker has put its mutants. */
const root = join(import.meta.dirname, '..', '..')

/** The packages by name: the links in `node_modules` lead out of the copy, to sources without mutants. */
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

const broken = process.env['KITH_BROKEN_STATEMENT']

/** Breaks one statement, if the run requests it: see scripts/statement-mutation.ts. */
const breakStatement = {
  name: 'break-statement',
  enforce: 'pre',
  transform(code: string, id: string): string | null {
    if (broken === undefined || !scope.mutate.some((path) => id === join(root, path))) return null
    const variant = variantsOf(code)[Number(broken)]
    if (!variant) throw new Error(`There is no variant ${broken}`)
    return code.slice(0, variant.start) + variant.text + code.slice(variant.end)
  },
} as const

const config: ViteUserConfig = defineConfig({
  root,
  plugins: [breakStatement],
  resolve: { conditions: ['@kith/source', 'node'], alias: sourcesOfPackages() },
  ssr: { resolve: { conditions: ['@kith/source', 'node'] } },
  test: {
    include: [...scope.tests],
    isolate: false,
    // A cache would keep a broken statement for the next run.
    fsModuleCache: broken === undefined,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 10_000 } },
  },
})

export default config
