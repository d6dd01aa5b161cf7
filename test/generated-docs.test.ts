import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { fillGenerated } from '../scripts/generated-docs.ts'
import { fencesOf, listPages } from '../scripts/markdown.ts'
import { root } from '../scripts/packages.ts'

const pages = listPages().filter(({ text }) => text.includes('<!-- generated:'))

test.each(pages)(
  'the generated blocks of $path agree with the sources; else: pnpm generate-docs',
  async ({ text }) => {
    expect(await fillGenerated(text)).toBe(text)
  },
)

test('an error code that a table lacks is seen', async () => {
  const page = pages.find(({ path }) => path === 'docs/errors.md')
  const stale = page?.text.replace(/^\| `busy`.*\n/m, '') ?? ''
  expect(stale).not.toBe(page?.text)
  expect(await fillGenerated(stale)).toBe(page?.text)
})

test.each([
  ['README.md', 'express'],
  ['packages/fastify/README.md', 'fastify'],
])('the quickstart of %s is the %s example, whole and short', (path, name) => {
  const example = readFileSync(join(root, `examples/${name}-minimal/src/server.ts`), 'utf8')
  const readme = pages.find((page) => page.path === path)?.text ?? ''
  expect(fencesOf(readme).map(({ code }) => code)).toContain(example)
  expect(example.trim().split('\n').filter(Boolean).length).toBeLessThanOrEqual(20)
})

test('an unknown block is refused', async () => {
  await expect(fillGenerated('<!-- generated: nonsense -->\n<!-- end -->')).rejects.toThrow('nonsense')
})
