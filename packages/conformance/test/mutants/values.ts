/** Bytes that come in chunks. */
export type Stream = AsyncIterable<Uint8Array>

/** Whether something is read in chunks. */
export function isStream(value: unknown): value is Stream {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value
}

/** Whether something is an object with fields of its own. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

/** Whether two values look the same. */
export function isSame(one: unknown, other: unknown): boolean {
  return keyOf(one) === keyOf(other)
}

/** The same for everybody who asks with the same. A stream is like itself alone. */
export function keyOf(value: unknown): string {
  const plain = (_: string, each: unknown): unknown => {
    if (typeof each === 'function') return 'a function'
    return isStream(each) ? nameOf(each) : each
  }
  return JSON.stringify(value, plain) ?? 'undefined'
}

const streams = new WeakMap<object, string>()
let named = 0

function nameOf(stream: object): string {
  const name = streams.get(stream) ?? `stream ${named++}`
  streams.set(stream, name)
  return name
}
