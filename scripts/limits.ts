import { readFileSync, readdirSync } from 'node:fs'
import { join, relative } from 'node:path'
import ts from 'typescript'
import { listPackages, root } from './packages.ts'

/** A number that limits something, with its reason from the source. */
export interface LimitRow {
  name: string
  value: string
  /** Empty if the source has none. */
  reason: string
  /** The file, relative to the repository. */
  path: string
}

/** All limits of the published sources. */
export interface LimitRows {
  /** The entries of `defaultLimits`: how often something may be done. Their reason is the comment above each. */
  attempts: LimitRow[]
  /** Options that are numbers or durations. Their reason is the tag `@reason`. */
  options: LimitRow[]
  /** Constants that no option changes. Their reason is their comment, or that of the object they are in. */
  fixed: LimitRow[]
}

/** The names of constants that limit something: `maxDepth`, `longestSeconds`, `patienceMillis`, `passwordMaxLength`. */
const bounding =
  /^(max|most|longest|least|patience|deadline|signed|grant|remembered|unattached)([A-Z]|$)|Max[A-Z]/
/** Objects whose members are limits. */
const boundingObject = /(limits|budgets?|ceilings?|bounds)$/i

/** Reads the limits from the sources of every package except the test kit. */
export function readLimits(): LimitRows {
  const rows: LimitRows = { attempts: [], options: [], fixed: [] }
  for (const { folder, path } of listPackages()) {
    if (folder === 'conformance') continue
    for (const name of readdirSync(join(path, 'src'), { recursive: true, encoding: 'utf8' }).sort()) {
      if (!name.endsWith('.ts') || /\.test(-d)?\.ts$/.test(name)) continue
      const file = join(path, 'src', name)
      readLimitsOf(relative(root, file).replaceAll('\\', '/'), readFileSync(file, 'utf8'), rows)
    }
  }
  return rows
}

/** Adds the limits of one file to the rows. */
export function readLimitsOf(path: string, text: string, rows: LimitRows): void {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true)
  for (const statement of source.statements) {
    if (ts.isInterfaceDeclaration(statement)) {
      rows.options.push(
        ...statement.members.flatMap((member) => optionRow(path, statement.name.text, member)),
      )
    }
    if (!ts.isVariableStatement(statement)) continue
    for (const { name, initializer } of statement.declarationList.declarations) {
      const members = membersOf(initializer)
      if (name.getText() === 'defaultLimits') {
        rows.attempts.push(...members.map((member) => memberRow(path, '', member)))
      } else if (isNumber(initializer) && bounding.test(name.getText())) {
        rows.fixed.push({
          name: name.getText(),
          value: initializer.getText(),
          reason: commentOn(statement),
          path,
        })
      } else if (boundingObject.test(name.getText())) {
        const numbers = members.filter((member) => isNumber(member.initializer))
        const ofAll = commentOn(statement)
        for (const row of numbers.map((member) => memberRow(path, `${name.getText()}.`, member)))
          rows.fixed.push({ ...row, reason: row.reason || ofAll })
      }
    }
  }
}

function optionRow(path: string, owner: string, member: ts.TypeElement): LimitRow[] {
  if (!ts.isPropertySignature(member) || !/^(number|Duration)\b/.test(member.type?.getText() ?? '')) return []
  const [fallback, reason] = ['default', 'reason'].map((wanted) => {
    const tag = ts.getJSDocTags(member).find(({ tagName }) => tagName.text === wanted)
    return oneLine(ts.getTextOfJSDocComment(tag?.comment) ?? '')
  })
  if (!fallback || (!/^'?\d/.test(fallback) && !reason)) return []
  return [{ name: `${owner}.${member.name.getText()}`, value: fallback, reason: reason ?? '', path }]
}

function memberRow(path: string, owner: string, member: ts.PropertyAssignment): LimitRow {
  const text = member.initializer.getText()
  const value = isNumber(member.initializer)
    ? text
    : [...text.matchAll(/limit: ([\d_]+), windowSeconds: ([\d_]+)/g)]
        .map(
          ([, limit, seconds]) =>
            `${limit?.replaceAll('_', '') ?? ''} in ${spoken(Number(seconds?.replaceAll('_', '')))}`,
        )
        .join(', ')
  return { name: `${owner}${member.name.getText()}`, value: value || 'none', reason: commentOn(member), path }
}

function membersOf(initializer: ts.Expression | undefined): ts.PropertyAssignment[] {
  let value = initializer
  while (
    value &&
    (ts.isCallExpression(value) || ts.isAsExpression(value) || ts.isSatisfiesExpression(value))
  ) {
    value = ts.isCallExpression(value) ? value.arguments[0] : value.expression
  }
  return value && ts.isObjectLiteralExpression(value) ? value.properties.filter(ts.isPropertyAssignment) : []
}

function isNumber(initializer: ts.Expression | undefined): initializer is ts.Expression {
  return initializer !== undefined && /^[\d_][\d_\s*+-]*$/.test(initializer.getText())
}

function commentOn(node: ts.Node): string {
  const text = node.getSourceFile().text
  const ranges = ts.getLeadingCommentRanges(text, node.getFullStart()) ?? []
  // The last comment describes what follows, with the lines directly above it; earlier ones describe the file.
  const apart = ranges.findLastIndex(
    ({ end }, index) => !/^\r?\n?[ \t]*$/.test(text.slice(end, ranges[index + 1]?.pos ?? end)),
  )
  return oneLine(
    ranges
      .slice(ranges.at(-1)?.kind === ts.SyntaxKind.MultiLineCommentTrivia ? -1 : apart + 1)
      .map(({ pos, end }) => text.slice(pos, end).replace(/^\/\*\*?|\*\/$|^\/\//g, ''))
      .join(' '),
  )
}

function oneLine(text: string): string {
  return text
    .replace(/^\s*\* /gm, ' ')
    .replace(/\{@link (\w+)\}/g, '`$1`')
    .replace(/\s+/g, ' ')
    .replaceAll('|', '\\|')
    .trim()
}

function spoken(seconds: number): string {
  const [size, unit] = (
    [
      [86_400, 'day'],
      [3_600, 'hour'],
      [60, 'minute'],
      [1, 'second'],
    ] as const
  ).find(([each]) => seconds % each === 0) ?? [1, 'second']
  const count = seconds / size
  return count === 1 ? (unit === 'hour' ? 'an hour' : `a ${unit}`) : `${count} ${unit}s`
}
