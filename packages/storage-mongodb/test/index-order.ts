import type { Document } from 'mongodb'
import { type Selection, valuesOf } from './selections.ts'

/**
 * The problem of an index for a selection; none if its fields first serve the equalities, then the order, then the
 * ranges, and `except` lists each condition that it cannot serve.
 */
export function orderProblems(
  { filter, sort }: Selection,
  key: Document,
  except: readonly string[] = [],
): string[] {
  const isEqual = (field: string): boolean => field in filter && valuesOf(filter[field]) !== null
  // A document that is selected by its id is one key, whatever the other conditions are.
  if (Object.keys(key).join() === '_id' && isEqual('_id')) return []
  const rest = Object.keys(key)
  const served = new Set<string>()
  const take = (field: string): void => {
    served.add(field)
    rest.shift()
  }
  for (let field = rest[0]; field !== undefined && isEqual(field); field = rest[0]) take(field)
  const problems: string[] = []
  const wanted = Object.entries((sort ?? {}) as Record<string, number>).filter(
    ([field]) => !(field in filter) || valuesOf(filter[field])?.length !== 1,
  )
  const turned = wanted.map(([field, direction]) => direction * Number(key[field]))
  if (wanted.some(([field], place) => rest[place] !== field) || new Set(turned).size > 1) {
    problems.push(`does not give the order ${JSON.stringify(sort)}`)
  } else {
    for (const [field] of wanted) take(field)
  }
  for (let field = rest[0]; field !== undefined && field in filter; field = rest[0]) take(field)
  if (served.size === 0) problems.push('serves no condition')
  for (const field of Object.keys(filter)) {
    if (!served.has(field) && !except.includes(field)) problems.push(`does not serve ${field}`)
  }
  return problems
}

/** Whether an index contains every field that a selection uses and returns, so that no document is read. */
export function isReadFromIndex({ filter, sort }: Selection, key: Document, wanted?: Document): boolean {
  if (!wanted) return false
  const fields = Object.keys(wanted).filter((field) => wanted[field] === 1)
  if (wanted['_id'] !== 0) fields.push('_id')
  return [...fields, ...Object.keys(filter), ...Object.keys(sort ?? {})].every((field) => field in key)
}
