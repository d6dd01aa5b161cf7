import { readFileSync } from 'node:fs'

const page = new URL('../docs/scale.md', import.meta.url)

/** The cells of the table in docs/scale.md whose first column has this heading, row by row and without quotes. */
export function scaleTable(heading: string): string[][] {
  const lines = readFileSync(page, 'utf8').split('\n')
  const start = lines.findIndex((line) => cellsOf(line)[0] === heading)
  if (start === -1) throw new Error(`docs/scale.md has no table of "${heading}"`)
  const rows = lines.slice(start + 2)
  return rows
    .slice(
      0,
      rows.findIndex((line) => !line.startsWith('|')),
    )
    .map(cellsOf)
}

function cellsOf(line: string): string[] {
  return line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim().replaceAll('`', ''))
}
