import type { Json } from './stored-fields.ts'

/** Deeper values are refused before a recursive schema processes them. */
const maxDepth = 32

/** Whether a value is not nested too deeply to be traversed. */
export function isShallow(value: unknown, depth = 0): boolean {
  if (typeof value !== 'object' || value === null) return true
  return depth < maxDepth && Object.values(value).every((part) => isShallow(part, depth + 1))
}

/** A copy of a value as JSON preserves it, without `undefined` properties; `undefined` if it is not JSON. */
export function jsonCopy(value: unknown): Json | undefined {
  return isJson(value) ? (JSON.parse(JSON.stringify(value)) as Json) : undefined
}

function isJson(value: unknown, depth = 0): boolean {
  if (value === null) return true
  if (typeof value !== 'object')
    return typeof value === 'number' ? Number.isFinite(value) : ['string', 'boolean'].includes(typeof value)
  if (depth === maxDepth) return false
  if (Array.isArray(value)) return value.every((item) => isJson(item, depth + 1))
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) return false
  return Object.values(value).every((part) => part === undefined || isJson(part, depth + 1))
}
