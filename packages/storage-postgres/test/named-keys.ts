/** A step of a plan, as `EXPLAIN (FORMAT JSON)` returns it. */
export interface PlanStep {
  'Node Type': string
  'Relation Name'?: string
  Alias?: string
  'Index Cond'?: string
  Filter?: string
  Plans?: PlanStep[]
}

/**
 * Parameters are numbered from here. Before PostgreSQL 17 a plan also uses `$1` for the result of another part of it.
 */
const shift = 100

/** A statement with parameters, converted to a `PREPARE` with this name and an `EXPLAIN`. */
export function explaining(text: string, parameters: number): { prepare: string; explain: string } {
  const shifted = text.replaceAll(/\$(\d+)/g, (_, number: string) => `$${Number(number) + shift}`)
  const values = Array.from({ length: shift + parameters }, () => 'NULL')
  return {
    prepare: `PREPARE explained (${Array.from({ length: shift }, () => 'int').join(', ')}) AS ${shifted}`,
    explain: `EXPLAIN (FORMAT JSON) EXECUTE explained (${values.join(', ')})`,
  }
}

/** How a scan of a table pins a column: to parameters of the statement, to values that it has found itself, or not at all. */
export type Naming = 'given' | 'found' | 'none'

/** The scans of tables in a plan. An insert is not one: it pins every column by its rows. */
export function scansOf(step: PlanStep): PlanStep[] {
  const own = step['Relation Name'] !== undefined && step['Node Type'].endsWith('Scan') ? [step] : []
  return [...own, ...(step.Plans ?? []).flatMap(scansOf)]
}

/** How the conditions of a scan pin a column: with `=` or with `= ANY`, and not within an OR. */
export function namingOf(scan: PlanStep, column: string): Naming {
  const conditions = [scan['Index Cond'], scan.Filter].flatMap((condition) => conjunctsOf(condition ?? ''))
  const own = [column, `${scan.Alias}.${column}`]
  const values = conditions.flatMap((condition) => {
    const sides = condition.split(' = ')
    if (sides.length !== 2) return []
    const [left = '', right = ''] = sides.map((side) => side.replace(/::[\w[\]]+$/, ''))
    if (own.includes(left)) return [right]
    return own.includes(right) ? [left] : []
  })
  if (values.length === 0) return 'none'
  return values.some((value) => isGiven(value)) ? 'given' : 'found'
}

/** A parameter or a constant: neither a column nor the result of another part of the plan. */
function isGiven(value: string): boolean {
  const rest = value.replace(/'[^']*'|::[\w[\]]+|\$\d+|\bANY\b/g, (found) =>
    found.startsWith('$') && Number(found.slice(1)) <= shift ? found : '',
  )
  return !/[\w$]/.test(rest)
}

/** The parts of a condition that must all be true, without the parentheses around them. */
function conjunctsOf(condition: string): string[] {
  const whole = unwrapped(condition)
  const parts: string[] = []
  let [depth, start] = [0, 0]
  for (let at = 0; at < whole.length; at++) {
    if (whole[at] === '(') depth++
    if (whole[at] === ')') depth--
    if (depth === 0 && whole.startsWith(' AND ', at)) {
      parts.push(whole.slice(start, at))
      start = at + ' AND '.length
    }
  }
  if (parts.length === 0) return [whole]
  return [...parts, whole.slice(start)].flatMap(conjunctsOf)
}

function unwrapped(condition: string): string {
  if (!condition.startsWith('(') || !condition.endsWith(')')) return condition
  let depth = 0
  for (let at = 0; at < condition.length - 1; at++) {
    if (condition[at] === '(') depth++
    if (condition[at] === ')') depth--
    if (depth === 0) return condition
  }
  return unwrapped(condition.slice(1, -1))
}
