import { basename, dirname, join } from 'node:path'
import ts from 'typescript'
import { expect, test } from 'vitest'
import { type Page, fencesOf, fileNameOf, listPages } from '../scripts/markdown.ts'
import { root } from '../scripts/packages.ts'

interface Module {
  page: string
  code: string
  /** The line in the page for each line of the code. */
  lines: number[]
}

/**
 * Each `ts` fence is a separate module next to its page, so that it sees what a reader can import there.
 * A fence marked `ts continued` continues the one before it. One that begins with its file name, as a comment,
 * can be imported by the others of its page; of two versions of a file, the later one is imported.
 */
function place({ path, text }: Page): Map<string, Module> {
  const modules = new Map<string, Module>()
  let current: Module | undefined
  for (const { info, code, line } of fencesOf(text)) {
    const [language, mark] = info.split(' ')
    if (language !== 'ts') continue
    if (!current || mark !== 'continued') {
      current = { page: path, code: '', lines: [] }
      const folder = join(root, dirname(path), `fences-of-${basename(path, '.md')}`)
      const named = join(folder, fileNameOf(code) ?? `${line}.ts`)
      const earlier = modules.get(named)
      if (earlier) modules.set(join(folder, `${earlier.lines[0]}.ts`), earlier)
      modules.set(named, current)
    }
    const count = code.split('\n').length - 1
    current.code += code
    current.lines.push(...Array.from({ length: count }, (_, index) => line + index))
  }
  return modules
}

/** Everything except the fences is parsed once for all programs. */
const sources = new Map<string, ts.SourceFile>()

function typeCheck(pages: readonly Page[]): string[] {
  const fences = new Map(pages.flatMap((page) => [...place(page)]))
  const { config } = ts.readConfigFile(join(root, 'tsconfig.base.json'), ts.sys.readFile) as {
    config: { compilerOptions: object }
  }
  const json = { ...config.compilerOptions, isolatedDeclarations: false, moduleDetection: 'force' }
  const { options } = ts.convertCompilerOptionsFromJson(json, root)
  const host = ts.createCompilerHost(options)
  const { readFile, fileExists, directoryExists } = host
  const folders = new Set([...fences.keys()].map((file) => dirname(file)))
  const readSource = host.getSourceFile
  host.getSourceFile = (file, ...how) => {
    const source = sources.get(file) ?? readSource(file, ...how)
    if (source && !fences.has(file)) sources.set(file, source)
    return source
  }
  host.readFile = (file) => fences.get(file)?.code ?? readFile(file)
  host.fileExists = (file) => fences.has(file) || fileExists(file)
  host.directoryExists = (folder) => folders.has(folder) || (directoryExists?.(folder) ?? false)
  const program = ts.createProgram([...fences.keys()], options, host)
  return [...fences].flatMap(([file, { page, lines }]) => {
    const source = program.getSourceFile(file)
    return ts
      .getPreEmitDiagnostics(program, source)
      .filter((diagnostic) => diagnostic.file === source)
      .map(({ start, messageText }) => {
        const { line = 0 } = source?.getLineAndCharacterOfPosition(start ?? 0) ?? {}
        return `${page}:${lines[line]} ${ts.flattenDiagnosticMessageText(messageText, '\n')}`
      })
  })
}

test('every ts fence of the documentation type-checks', () => {
  expect(typeCheck(listPages())).toEqual([])
})

test('a broken fence is reported with its page and line', () => {
  const text = [
    '# Title',
    '```ts',
    "import { createKith } from '@kith/core'",
    'createKith({ storage: 1 })',
    '```',
    '```ts continued',
    'export const made: string = createKith',
    '```',
    '```ts',
    'createKith',
    '```',
    '```ts',
    '// values.ts',
    'export const seven = 7',
    '```',
    '```ts',
    "import { seven } from './values.ts'",
    'export const eight: string = seven',
    '```',
    '```json',
    '{ broken',
    '```',
  ].join('\n')
  expect(typeCheck([{ path: 'docs/broken.md', text }]).map((problem) => problem.split(' ')[0])).toEqual([
    'docs/broken.md:4',
    'docs/broken.md:7',
    'docs/broken.md:10',
    'docs/broken.md:18',
  ])
})

test('each extension point in extending.md takes ten lines at most, not counting imports, declarations and blank lines', () => {
  const page = listPages().find(({ path }) => path === 'docs/extending.md') ?? expect.unreachable()
  const lengths = fencesOf(page.text).map(({ code }) => {
    const lines = code.split('\n')
    return lines.filter((line) => line !== '' && !/^(import|declare|type|\/\*\*) /.test(line)).length
  })
  expect(lengths.length).toBeGreaterThan(8)
  expect(Math.max(...lengths)).toBeLessThanOrEqual(10)
})
