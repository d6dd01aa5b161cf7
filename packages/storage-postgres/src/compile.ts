import { createHash } from 'node:crypto'
import type { Value, Values } from './values.ts'
import type { Query } from './drivers/driver.ts'

/** A statement in the form that the server accepts. */
interface Compiled {
  readonly text: string
  readonly name: string
  /** The names of its values, in the order of their numbers. */
  readonly names: readonly string[]
}

/**
 * Converts statements written for a schema named `kith` and with named values to what the server accepts, each once.
 */
export function createCompiler(schema: string, prepare: boolean): (sql: string, values: Values) => Query {
  const known = new Map<string, Compiled>()
  return (sql, values) => {
    let compiled = known.get(sql)
    if (!compiled) known.set(sql, (compiled = compile(sql, schema)))
    const { text, name, names } = compiled
    return { text, name: prepare ? name : null, values: names.map((each) => valueOf(values, each)) }
  }
}

/** A name in a statement. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** Statements without values, for a schema with that name. */
export function inSchema(sql: string, schema: string): string {
  return sql.replaceAll(/\bkith\./g, () => `${quoted(schema)}.`)
}

function compile(sql: string, schema: string): Compiled {
  const names: string[] = []
  const text = inSchema(sql, schema).replaceAll(/@(\w+)/g, (_, name: string) => {
    if (!names.includes(name)) names.push(name)
    return `$${names.indexOf(name) + 1}`
  })
  return { text, name: `kith_${createHash('sha256').update(text).digest('hex').slice(0, 20)}`, names }
}

function valueOf(values: Values, name: string): string | null {
  const value = values[name]
  if (value === undefined) throw new TypeError(`The statement has no value for @${name}`)
  return textOf(value)
}

function textOf(value: Value): string | null {
  if (value === null || typeof value === 'string') return value
  if (typeof value === 'object') return `{${value.map(elementOf).join(',')}}`
  return String(value)
}

/** An array element in the server's syntax: https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO. */
function elementOf(value: string): string {
  return `"${value.replaceAll(/["\\]/g, String.raw`\$&`)}"`
}
