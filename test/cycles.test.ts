import { dirname, join, posix } from 'node:path'
import { expect, test } from 'vitest'
import { listPackages } from '../scripts/packages.ts'
import { importsOf, readFiles } from './imports.ts'

/** The first import cycle in a source folder, as the files in it, or `null`. */
function findCycle(sources: Map<string, string>): string[] | null {
  const done = new Set<string>()
  const path: string[] = []
  function visit(file: string): string[] | null {
    if (done.has(file)) return null
    const start = path.indexOf(file)
    if (start >= 0) return [...path.slice(start), file]
    path.push(file)
    for (const specifier of importsOf(sources.get(file) ?? '')) {
      if (!specifier.startsWith('.')) continue
      const cycle = visit(posix.normalize(posix.join(dirname(file), specifier)))
      if (cycle) return cycle
    }
    path.pop()
    done.add(file)
    return null
  }
  for (const file of sources.keys()) {
    const cycle = visit(file)
    if (cycle) return cycle
  }
  return null
}

test.each(listPackages())('no import cycle inside $folder', ({ path }) => {
  expect(findCycle(readFiles(join(path, 'src'), ['.ts']))).toBeNull()
})

test('finds a cycle, including across folders and through types', () => {
  const sources = new Map([
    ['index.ts', "export { a } from './a/a.ts'"],
    ['a/a.ts', "import type { B } from '../b.ts'"],
    ['b.ts', "import { c } from './c.ts'"],
    ['c.ts', "export * from './a/a.ts'"],
  ])
  expect(findCycle(sources)).toEqual(['a/a.ts', 'b.ts', 'c.ts', 'a/a.ts'])
})
