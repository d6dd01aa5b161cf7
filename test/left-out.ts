import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { root } from '../scripts/packages.ts'

/** The reason why a quick run leaves out a test file. */
export type Reason =
  | 'needs a server'
  | 'needs a browser'
  | 'starts processes'
  | 'breaks adapters on purpose'
  | 'repeats the journeys'
  | 'decodes bombs'
  | 'repeats the kit'
  | 'compiles the documentation'

/** The tests that are slow although they stay within one process. */
const slow: readonly (readonly [RegExp, Reason])[] = [
  [/\/(broken-[\w-]+|mutants)\.test\.ts$/, 'breaks adapters on purpose'],
  [
    /^packages\/(express|fastify)\/test\/journeys\.test\.ts$|\/hono-journeys\.test\.ts$/,
    'repeats the journeys',
  ],
  [/^packages\/media-(sharp|video|heic)\/src\/conformance\.test\.ts$/, 'decodes bombs'],
  [/^packages\/storage-sqlite\/src\/conformance-drivers\.test\.ts$/, 'repeats the kit'],
  [/^test\/docs-fences\.test\.ts$/, 'compiles the documentation'],
]

/** The test files that `npm test -- --quick` leaves out, by their paths in the repository, each with its reason. */
export function leftOut(): Map<string, Reason> {
  const found = new Map<string, Reason>()
  for (const path of globSync(['packages/*/{src,test}/**/*.test.ts', 'test/**/*.test.ts'], { cwd: root })) {
    const reason = slow.find(([pattern]) => pattern.test(path))?.[1] ?? needOf(path, new Set())
    if (reason) found.set(path, reason)
  }
  return found
}

/** What a test file needs according to its own imports, or those of the helpers next to it. */
function needOf(path: string, seen: Set<string>): Reason | null {
  if (seen.has(path)) return null
  seen.add(path)
  if (path.startsWith(join('test', 'servers', ''))) return 'needs a server'
  for (const imported of importsOf(path)) {
    if (imported === 'playwright-core') return 'needs a browser'
    if (imported === 'node:child_process') return 'starts processes'
    const helper = imported.startsWith('.') ? join(dirname(path), imported) : ''
    // The sources of a package may start processes, but for most of its tests they do not.
    if (!/(^|\/)test\/|\.test\.ts$/.test(helper) || !existsSync(join(root, helper))) continue
    const need = needOf(helper, seen)
    if (need) return need
  }
  return null
}

const imports = new Map<string, string[]>()

function importsOf(path: string): string[] {
  const known = imports.get(path)
  if (known) return known
  const text = readFileSync(join(root, path), 'utf8')
  const found = [...text.matchAll(/(?:from|import\()\s*'([^']+)'/g)].flatMap(([, name]) => name ?? [])
  imports.set(path, found)
  return found
}
