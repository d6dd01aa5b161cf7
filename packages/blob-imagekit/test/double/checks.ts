import { Refusal } from './refusal.ts'

/** The values that checks can use. */
export interface Checked {
  'file.size': number
  'file.mime': string
}

const clause = /^"(file\.size|file\.mime)" (=|:|<=|<|>=|>) (?:"([^"]*)"|(\d+))$/

/**
 * Evaluates the `checks` of an upload: clauses about size and type, joined by `AND`. The rest of that language is not supported,
 * and is refused like an error.
 */
export function runChecks(checks: string, file: Checked): void {
  for (const text of checks.split(' AND ')) {
    const [, field, operator = '', word, digits] = clause.exec(text) ?? []
    if (field === undefined)
      throw new Refusal(400, 'Your request contains invalid syntax for the checks parameter.')
    const value = file[field as keyof Checked]
    if (!holds(value, operator, word ?? Number(digits)))
      throw new Refusal(400, `Your request did not pass the check on ${field}.`)
  }
}

function holds(value: string | number, operator: string, wanted: string | number): boolean {
  if (typeof value !== typeof wanted)
    throw new Refusal(400, 'Your request contains invalid syntax for the checks parameter.')
  if (operator === '=') return value === wanted
  if (typeof value === 'string') return operator === ':' && value.startsWith(String(wanted))
  const number = Number(wanted)
  const orders: Record<string, boolean> = {
    '<': value < number,
    '<=': value <= number,
    '>': value > number,
    '>=': value >= number,
  }
  return orders[operator] ?? false
}
