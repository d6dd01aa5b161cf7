import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { listPackages, root } from './packages.ts'

/** A fenced block of a Markdown file. */
export interface Fence {
  /** The text after the backticks, such as `ts` or `ts continued`. */
  info: string
  code: string
  /** The line of the file on which the code starts, counted from 1. */
  line: number
}

/** A documentation file, by path relative to the repository. */
export interface Page {
  path: string
  text: string
}

/** All documentation for users: the README, the guides, and the README of each package. */
export function listPages(): Page[] {
  const guides = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .sort()
  const ofPackages = listPackages().flatMap(({ folder, path }) =>
    readdirSync(path).includes('README.md') ? [`packages/${folder}/README.md`] : [],
  )
  const paths = [
    'README.md',
    'CONTRIBUTING.md',
    'SECURITY.md',
    ...guides.map((name) => `docs/${name}`),
    ...ofPackages,
  ]
  return paths.map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }))
}

/** The file that a fence shows, if its first line names one: `// server.ts`. A later fence with the same name replaces it. */
export function fileNameOf(code: string): string | null {
  return /^\/\/ ([\w.-]+\.(?:ts|js|json))\n/.exec(code)?.[1] ?? null
}

/** The fenced blocks of a page, in order. */
export function fencesOf(text: string): Fence[] {
  const fences: Fence[] = []
  let open: Fence | null = null
  for (const [index, line] of text.split('\n').entries()) {
    if (!line.startsWith('```')) {
      if (open) open.code += `${line}\n`
    } else if (open) {
      fences.push(open)
      open = null
    } else {
      open = { info: line.slice(3).trim(), code: '', line: index + 2 }
    }
  }
  return fences
}
