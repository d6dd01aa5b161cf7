import type * as z from 'zod'

/** The parts of a failed check that {@link optionError} reads. */
export interface OptionProblems {
  readonly issues: readonly z.core.$ZodIssue[]
}

/** The `TypeError` for invalid options: names each by its path, with what to pass instead. */
export function optionError(taker: string, { issues }: OptionProblems): TypeError {
  // Only the first error of each option: those that follow from it are noise.
  const told = new Map<string, string>()
  for (const [path, text] of issues.flatMap(adviceOn)) if (!told.has(path)) told.set(path, text)
  const lines = [...told].map(([path, text]) => (path === '' ? text : `${path}: ${text}`))
  return new TypeError(`${taker}:${lines.length === 1 ? ' ' : '\n'}${lines.join('\n')}`)
}

function adviceOn(issue: z.core.$ZodIssue): [path: string, text: string][] {
  if (issue.code !== 'unrecognized_keys') return [[pathOf(issue.path), advice(issue)]]
  return issue.keys.map((key) => [pathOf([...issue.path, key]), 'no option has this name'])
}

/** As in code: `limits.loginByAddress[0].window`. */
function pathOf(path: readonly PropertyKey[]): string {
  return path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('')
    .replace(/^\./, '')
}

function advice(issue: z.core.$ZodIssue): string {
  // A schema with its own message is more precise.
  if (!/^(Invalid|Too) /.test(issue.message)) return issue.message
  switch (issue.code) {
    case 'invalid_type':
      return `give ${named[issue.expected] ?? issue.expected}`
    case 'invalid_value':
      return `give ${issue.values.map((value) => JSON.stringify(value)).join(' or ')}`
    case 'too_small':
      return `give at least ${countOf(issue.minimum, issue.origin)}`
    case 'too_big':
      return `give at most ${countOf(issue.maximum, issue.origin)}`
    default:
      return issue.message
  }
}

const named: Readonly<Record<string, string>> = {
  object: 'an object with options',
  string: 'a string',
  number: 'a number',
  int: 'a whole number',
  boolean: '`true` or `false`',
  array: 'an array',
  function: 'a function',
}

function countOf(count: number | bigint, origin: string): string {
  const unit = origin === 'string' ? 'character' : origin === 'array' ? 'item' : ''
  return unit === '' ? String(count) : `${count} ${unit}${Number(count) === 1 ? '' : 's'}`
}
