import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { createKith, errorTable } from '@kith/core'
import { createMemoryStorage } from '@kith/core/memory'
import { expect, test } from 'vitest'
import { fillGenerated } from '../scripts/generated-docs.ts'
import { fencesOf, listPages } from '../scripts/markdown.ts'
import { listPackages, root } from '../scripts/packages.ts'
import { errorPages } from '../packages/http/src/problem.ts'

const pages = listPages().filter(({ text }) => text.includes('<!-- generated:'))

test.each(pages)(
  'the generated blocks of $path agree with the sources; else: pnpm generate-docs',
  async ({ text }) => {
    expect(await fillGenerated(text)).toBe(text)
  },
)

test('an error code missing from a table is detected', async () => {
  const page = pages.find(({ path }) => path === 'docs/errors.md')
  const stale = page?.text.replace(/^\| \[`busy`\].*\n/m, '') ?? ''
  expect(stale).not.toBe(page?.text)
  expect(await fillGenerated(stale)).toBe(page?.text)
})

test('the page of the services lists every method that host code can call', () => {
  const kith = createKith({ secret: randomBytes(32).toString('hex'), storage: createMemoryStorage() })
  const page = readPage('docs/services.md')
  const missing = Object.entries(kith).flatMap(([name, service]: [string, unknown]) => {
    if (typeof service === 'function') return page.includes(`- **\`${name}`) ? [] : [name]
    // The options have a separate page, and the stores have none.
    if (typeof service !== 'object' || service === null || ['config', 'storage'].includes(name)) return []
    const [, section = ''] = page.split(`\n## kith.${name}\n`)
    const [methods = ''] = section.split('\n## ')
    return Object.entries(service)
      .filter(([method, value]) => typeof value === 'function' && !methods.includes(`- **\`${method}`))
      .map(([method]) => `${name}.${method}`)
  })
  expect(missing).toEqual([])
})

test('every error code has its own page with its meaning, causes and solution', () => {
  const ofCodes = listPages().filter(({ path }) => path.startsWith('docs/errors/'))
  const codes = ofCodes.map(({ path }) => basename(path, '.md'))
  expect(codes.sort()).toEqual(Object.keys(errorTable).sort())
  for (const { path, text } of ofCodes) {
    const parts = ['Meaning', 'Cause', 'Cure'].map((part) => `\\n\\*\\*${part}\\.\\*\\* \\S.{10,}\\n`)
    expect(text, path).toMatch(new RegExp(parts.join('[^]*')))
    expect(text, path).toContain(`<!-- generated: error ${basename(path, '.md')} -->`)
  }
})

test('the type of a problem is the URL of its page in this repository', () => {
  const { url } = listPackages()[0]?.manifest['repository'] as { url: string }
  expect(errorPages).toBe(`${url.replace(/^git\+|\.git$/g, '')}/blob/main/docs/errors/`)
})

test('no page builds a viewer by hand instead of using `kith.viewerOf`', () => {
  const handmade = (code: string): boolean =>
    /\{[^{}]*\buserId\b[^{}]*\bsessionId\s*:(?!\s*string)/.test(code)
  expect(handmade("const viewer = { userId: id, sessionId: '' }")).toBe(true)
  const found = listPages().filter(({ text }) => fencesOf(text).some(({ code }) => handmade(code)))
  expect(found.map(({ path }) => path)).toEqual([])
})

test('every relative link leads to an existing file, and to an existing heading if it names one', () => {
  const lost = listPages().flatMap(({ path, text }) =>
    [...text.matchAll(/\]\((?!\w+:)([^)#\s]*)(?:#([^)\s]*))?\)/g)].flatMap(([link, file = '', heading]) => {
      const target = join(dirname(path), file === '' ? basename(path) : file)
      if (!existsSync(join(root, target))) return [`${path}: ${link}`]
      const isThere = heading === undefined || headingsOf(readPage(target)).includes(heading)
      return isThere ? [] : [`${path}: ${link}`]
    }),
  )
  expect(lost).toEqual([])
})

/** A file, or the README of a folder. */
function readPage(path: string): string {
  const isFolder = statSync(join(root, path)).isDirectory()
  return readFileSync(join(root, path, isFolder ? 'README.md' : ''), 'utf8')
}

/** The anchors that GitHub generates for the headings of a page. */
function headingsOf(text: string): string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )
}

test.each([
  ['README.md', 'express'],
  ['packages/fastify/README.md', 'fastify'],
])('the quickstart of %s is the complete %s example, and short', (path, name) => {
  const example = readFileSync(join(root, `examples/${name}-minimal/src/server.ts`), 'utf8')
  const readme = pages.find((page) => page.path === path)?.text ?? ''
  expect(fencesOf(readme).map(({ code }) => code)).toContain(example)
  expect(example.trim().split('\n').filter(Boolean).length).toBeLessThanOrEqual(20)
})

test('rejects an unknown block', async () => {
  await expect(fillGenerated('<!-- generated: nonsense -->\n<!-- end -->')).rejects.toThrow('nonsense')
})
