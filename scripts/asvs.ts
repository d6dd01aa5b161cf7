import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { type AsvsItem, asvsItems, asvsSections } from './asvs-items.ts'
import { listPackages, root } from './packages.ts'

/** A test that covers ASVS items: the comment `// asvs: 6.2.1, 6.2.8` is above it, or at the top of a case that is data. */
export interface AsvsTag {
  items: string[]
  /** The file, relative to the repository. */
  path: string
  /** The title of the test. */
  title: string
}

const tagLine = /^[ \t]*\/\/ asvs: (.+)$/gm

let read: readonly AsvsTag[] | undefined

/** The tags of all tests, by path. */
export function readAsvsTags(): readonly AsvsTag[] {
  return (read ??= readAll())
}

function readAll(): AsvsTag[] {
  const folders = ['test', ...listPackages().map(({ folder }) => `packages/${folder}`)]
  return folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .map((name) => `${folder}/${name.replaceAll('\\', '/')}`)
      .filter((path) => path.endsWith('.ts') && !/\/(node_modules|dist)\//.test(path))
      .sort()
      .flatMap((path) => readAsvsTagsOf(path, readFileSync(join(root, path), 'utf8'))),
  )
}

/** Reads the tags of one file. @throws TypeError for a tag without a test, or with one that does not run */
export function readAsvsTagsOf(path: string, text: string): AsvsTag[] {
  const written = [...text.matchAll(tagLine)]
  if (written.length === 0) return []
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true)
  const found = new Map<number, AsvsTag>()
  const visit = (node: ts.Node): void => {
    const own = titleOf(node)
    const title = [...groupsOf(node), own].join(': ')
    if (own !== null)
      for (const [position, items] of tagsAbove(node, text)) found.set(position, { items, path, title })
    ts.forEachChild(node, visit)
  }
  visit(source)
  const lost = written.find(({ index, 0: line }) => !found.has(index + line.indexOf('//')))
  if (lost) throw new TypeError(`${path}: "${lost[0].trim()}" stands above no test that always runs`)
  return [...found.values()]
}

/** The comments right above a test, by their position: those of its statement, and of the first member of a case. */
function tagsAbove(node: ts.Node, text: string): [position: number, items: string[]][] {
  const first = ts.isObjectLiteralExpression(node) ? node.properties[0] : node
  const ranges = ts.getLeadingCommentRanges(text, (first ?? node).getFullStart()) ?? []
  return ranges.flatMap(({ pos, end }): [number, string[]][] => {
    const [, items] = /^\/\/ asvs: (.+)$/.exec(text.slice(pos, end)) ?? []
    return items === undefined ? [] : [[pos, items.split(', ')]]
  })
}

/** The title of `test('…')`, `test.each(…)('…')` and of `{ id, title: '…' }`; `null` for anything else. */
function titleOf(node: ts.Node): string | null {
  if (ts.isExpressionStatement(node) && ts.isCallExpression(node.expression)) {
    const { expression, arguments: given } = node.expression
    return /^test(\.each\b[^]*)?$/.test(expression.getText()) ? textOf(given[0]) : null
  }
  if (!ts.isObjectLiteralExpression(node)) return null
  const title = node.properties.find((member) => member.name?.getText() === 'title')
  return title && ts.isPropertyAssignment(title) ? textOf(title.initializer) : null
}

/** The titles of the `describe('…')` groups that contain a test. */
function groupsOf(node: ts.Node): string[] {
  const groups: string[] = []
  for (let at: ts.Node | undefined = node.parent as ts.Node | undefined; at; at = at.parent as typeof at) {
    if (!ts.isCallExpression(at) || !/^describe\b/.test(at.expression.getText())) continue
    const title = textOf(at.arguments[0])
    if (title !== null) groups.unshift(title)
  }
  return groups
}

function textOf(node: ts.Node | undefined): string | null {
  return node && ts.isStringLiteralLike(node) ? node.text : null
}

const standard = 'https://github.com/OWASP/ASVS/blob/v5.0.0_release/5.0/en/'

/** The items of a chapter, section by section: the requirement and the status of each. */
export function asvsChapter(chapter: string, tags: readonly AsvsTag[] = readAsvsTags()): string {
  const [file = '', sections = {}] = asvsSections[chapter] ?? []
  return Object.entries(sections)
    .map(([number, title]) => {
      const rows = asvsItems
        .filter(({ id }) => id.startsWith(`${number}.`))
        .flatMap((item) => [
          `- **${item.id}** (level ${item.level}) ${item.asks} ${verdictOf(item, tags)}`,
          ...testsOf(item.id, tags).map(({ path, title }) => `  - [${title}](../${path})`),
        ])
      return [`### [V${number} ${title}](${standard}${file}#${anchorOf(number, title)})`, '', ...rows].join(
        '\n',
      )
    })
    .join('\n\n')
}

/** The anchor of a section on GitHub. */
function anchorOf(number: string, title: string): string {
  const words = title.toLowerCase().replace(/[^a-z -]/g, '')
  return `v${number.replace('.', '')}-${words.replaceAll(' ', '-')}`
}

/** How many items have each verdict. */
export function asvsSummary(tags: readonly AsvsTag[] = readAsvsTags()): string {
  const isHeld = ({ id }: AsvsItem): boolean => testsOf(id, tags).length > 0
  const rows = Object.entries(verdictWords).map(([verdict, words]) => {
    const items = asvsItems.filter((item) => (isHeld(item) ? 'held' : item.verdict) === verdict)
    const atLevel = (level: number): number => items.filter((item) => item.level === level).length
    return `| ${words} | ${atLevel(1)} | ${atLevel(2)} |`
  })
  return ['| Verdict | Level 1 | Level 2 |', '| --- | --- | --- |', ...rows].join('\n')
}

const verdictWords = {
  held: '**Held by tests**',
  duty: '**The duty of the app**',
  'not-applicable': '**Does not apply**',
  'not-yet': '**Not yet**',
}

function testsOf(id: string, tags: readonly AsvsTag[]): AsvsTag[] {
  return tags.filter(({ items }) => items.includes(id))
}

function verdictOf({ id, verdict, note = '' }: AsvsItem, tags: readonly AsvsTag[]): string {
  const words = verdict ? `${verdictWords[verdict]}: ${note}` : note
  if (testsOf(id, tags).length > 0) return `${verdictWords.held}. ${words}`.trim()
  return words === '' ? `${verdictWords['not-yet']}.` : words
}
