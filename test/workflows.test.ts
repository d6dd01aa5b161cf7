import { join } from 'node:path'
import { expect, test } from 'vitest'
import { root } from '../scripts/packages.ts'
import { readFiles } from './imports.ts'

const workflows = [...readFiles(join(root, '.github', 'workflows'), ['.yml'])]

test.each(workflows)('%s runs only actions pinned by hash, and starts without permissions', (_file, text) => {
  const uses = text.split('\n').filter((line) => /\buses:/.test(line))
  expect(uses.length).toBeGreaterThan(0)
  expect(uses.filter((line) => !/@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(line))).toEqual([])
  expect(text).toMatch(/^permissions: \{\}$/m)
})
