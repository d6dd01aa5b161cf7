/** A command of a `console` block, and what the block shows after it. */
export interface Step {
  command: string
  shown: string
}

/** The steps of a `console` block: a line with a `$` starts a command, and a backslash continues it. */
export function stepsOf(block: string): Step[] {
  const steps: Step[] = []
  for (const line of block.split('\n')) {
    const last = steps.at(-1)
    if (line.startsWith('$ ')) steps.push({ command: line.slice(2), shown: '' })
    else if (last && last.shown === '' && last.command.endsWith('\\')) last.command += `\n${line}`
    else if (last) last.shown += `${line}\n`
  }
  return steps
}

/**
 * How the real output differs from the documented one. The status line and documented headers must be present, other headers may be;
 * bodies are compared as JSON. `…` matches any text, a large number any other, `"…": "…"` further fields.
 */
export function differences(shown: string, real: string): string[] {
  const wanted = split(shown)
  const got = split(real)
  const missing = wanted.head.filter((line) => !got.head.some((other) => matches(line, other)))
  return [
    ...missing.map((line) => `no line like "${line}"`),
    ...jsonDifferences('body', wanted.body, got.body),
  ]
}

function split(output: string): { head: string[]; body: unknown } {
  const start = output.search(/^\{/m)
  const head = (start < 0 ? output : output.slice(0, start)).split(/\r?\n/).filter(Boolean)
  return {
    head: head.map((line) => line.replace(/^[\w-]+:/, (name) => name.toLowerCase())),
    body: parse(output, start),
  }
}

function parse(output: string, start: number): unknown {
  return start < 0 ? null : JSON.parse(output.slice(start))
}

function jsonDifferences(path: string, wanted: unknown, got: unknown): string[] {
  if (typeof wanted === 'string' && typeof got === 'string' && matches(wanted, got)) return []
  if (typeof wanted === 'number' && typeof got === 'number' && wanted >= 600 && got >= 600) return []
  if (!isObject(wanted) || !isObject(got)) return wanted === got ? [] : [`${path}: ${JSON.stringify(got)}`]
  const { '…': further, ...named } = wanted
  const keys = new Set([...Object.keys(named), ...(further === undefined ? Object.keys(got) : [])])
  return [...keys].flatMap((key) => jsonDifferences(`${path}.${key}`, wanted[key], got[key]))
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

function matches(pattern: string, text: string): boolean {
  const parts = pattern.split('…').map((part) => part.replace(/[$()*+.?[\\\]^{|}]/g, '\\$&'))
  return new RegExp(`^${parts.join('.*')}$`).test(text)
}
