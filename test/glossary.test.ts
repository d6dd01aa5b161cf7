import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { describe, expect, test } from 'vitest'
import { listPages } from '../scripts/markdown.ts'
import { listPackages, root } from '../scripts/packages.ts'
import { exceptions, glossary, glossaryHits, type Place } from './glossary.ts'

/** Strings in the sources that people read: titles, details and field messages of errors, and summaries of routes. */
function messagesOf(source: string): { line: number; text: string }[] {
  const file = ts.createSourceFile('source.ts', source, ts.ScriptTarget.Latest, true)
  const found: { line: number; text: string }[] = []
  const collect = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node)) {
      found.push({ line: file.getLineAndCharacterOfPosition(node.getStart()).line + 1, text: node.text })
    }
    ts.forEachChild(node, collect)
  }
  const visit = (node: ts.Node): void => {
    const isMessage =
      ts.isPropertyAssignment(node) && /^(title|detail|message|summary)$/.test(node.name.getText())
    if (isMessage) collect(node.initializer)
    else ts.forEachChild(node, visit)
  }
  visit(file)
  return found
}

function listSources(): { path: string; text: string }[] {
  // The messages of the conformance kit are assertion messages.
  const packages = listPackages().filter(({ folder }) => folder !== 'conformance')
  return packages.flatMap(({ folder }) =>
    readdirSync(join(root, 'packages', folder, 'src'), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
      .map((name) => `packages/${folder}/src/${name}`)
      .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') })),
  )
}

function listChangesets(): { path: string; text: string }[] {
  return readdirSync(join(root, '.changeset'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `.changeset/${name}`)
    .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }))
}

describe('words that the glossary replaces', () => {
  test('occur in no page and no changeset', () => {
    const pages = [...listPages(), ...listChangesets()]
    expect(pages.length).toBeGreaterThan(100)
    const hits = pages.flatMap(({ path, text }) =>
      glossaryHits(text, { path, kind: 'page' }).map(
        ({ line, words, write }) => `${path}:${line}: "${words}": write ${write}`,
      ),
    )
    expect(hits).toEqual([])
  })

  test('occur in no title, detail or message of an error and no summary of a route', () => {
    const messages = listSources().flatMap(({ path, text }) =>
      messagesOf(text).map((message) => ({ path, ...message })),
    )
    expect(messages.length).toBeGreaterThan(300)
    const hits = messages.flatMap(({ path, line, text }) =>
      glossaryHits(text, { path, kind: 'messages' }).map(
        ({ words, write }) => `${path}:${line}: "${words}": write ${write}`,
      ),
    )
    expect(hits).toEqual([])
  })
})

const page: Place = { path: 'docs/a.md', kind: 'page' }

describe('the search', () => {
  test.each([
    ['It answers `null`.', 'answers'],
    ['Whoever comes first\nwins.', 'Whoever'],
    ['Nobody follows himself.', 'himself'],
    ['A logout counts at\nonce.', 'at once'],
    ['The store takes in a file.', 'takes in'],
    ['The owner is told.', 'told'],
    ['Doing it again does nothing.', 'again does nothing'],
    ['A cache that does not mind `Vary`.', 'does not mind'],
    ['It fails for want of a key.', 'for want of'],
    ['Longer texts are refused.', 'texts'],
    ['The rights of the user.', 'rights'],
    ['The address of a picture.', 'address'],
    ['Codes of six digits are of no more use.', 'of no more use'],
    ['Names are normalised.', 'normalised'],
  ])('finds the wrong words in %j', (text, words) => {
    expect(glossaryHits(text, page).map((hit) => hit.words)).toEqual([words])
  })

  test.each([
    'Text messages and plain text, to an IP address or an email address.',
    'Takes up to 65 MB, in turns.',
    'There is no scan for viruses. All rights reserved.',
    '`at once`, [text](address-at-once.md) and <!-- whoever -->',
    '```ts\nconst answers = himself\n```',
  ])('accepts %j', (text) => {
    expect(glossaryHits(text, page)).toEqual([])
  })

  test('reports the line, and distinguishes titles from pages', () => {
    expect(glossaryHits('One.\n\nTwo, for ever.', page)).toMatchObject([{ line: 3, words: 'for ever' }])
    expect(glossaryHits('There is no such post', { ...page, kind: 'messages' })).toHaveLength(1)
  })

  test('reads titles, details, messages and summaries, including templates and both branches of a conditional', () => {
    const source =
      "const a = { title: 'One', detail: b ? 'two' : `three ${c} four`, name: 'five' }\n\nf({ summary: 'six' })"
    expect(messagesOf(source).map(({ line, text }) => `${line} ${text.trim()}`)).toEqual([
      '1 One',
      '1 two',
      '1 three',
      '1 four',
      '3 six',
    ])
  })
})

test('every exception has a reason and is still needed', () => {
  for (const { says, only, reason } of exceptions) {
    expect(reason.length).toBeGreaterThan(10)
    expect(readFileSync(join(root, only), 'utf8')).toMatch(says)
  }
  expect(exceptions.length).toBeLessThan(glossary.length)
})
