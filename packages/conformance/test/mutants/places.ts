import { isRecord } from './values.ts'
import type { SeenCall } from './verb.ts'

/** What a field is changed to that is left out. */
export const absent: unique symbol = Symbol('absent')

/** A place in the arguments or the response of a verb: an argument, a field of it, or of each element of a list. */
interface Place {
  /** As in `1.limit`, `0[].alt`. */
  name: string
  get(root: unknown): unknown
  /** A copy in which the value is another one. */
  set(root: unknown, change: (value: unknown) => unknown): unknown
}

const whole: Place = { name: '', get: (root) => root, set: (root, change) => change(root) }

function field(within: Place, key: string): Place {
  return {
    name: `${within.name}.${key}`,
    get: (root) => (within.get(root) as Record<string, unknown> | null | undefined)?.[key],
    set: (root, change) =>
      within.set(root, (value) => {
        if (!isRecord(value) || !(key in value)) return value
        const { [key]: before, ...others } = value
        const after = change(before)
        return after === absent ? others : { ...value, [key]: after }
      }),
  }
}

function element(within: Place): Place {
  const list = (root: unknown): unknown[] => {
    const value = within.get(root)
    return Array.isArray(value) ? value : []
  }
  return {
    name: `${within.name}[]`,
    get: (root) => list(root)[0],
    set: (root, change) => within.set(root, (value) => (Array.isArray(value) ? value.map(change) : value)),
  }
}

function position(index: number): Place {
  return {
    name: String(index),
    get: (root) => (root as unknown[])[index],
    set: (root, change) => (root as unknown[]).map((value, at) => (at === index ? change(value) : value)),
  }
}

/** The values that stood at a place. */
export interface SeenPlace extends Place {
  values: readonly unknown[]
  /** Whether it is a field that some records leave out. */
  isOptional: boolean
}

/** The app's own fields: JSON that a store keeps as it is and never looks into. */
const opaque = '.fields'

/** Every place below one at which something stood, itself included. */
function below(place: Place, roots: readonly unknown[], records = 0): SeenPlace[] {
  const values = roots.map((root) => place.get(root)).filter((value) => value !== undefined)
  if (values.length === 0) return []
  const keys = new Set(values.filter(isRecord).flatMap((value) => Object.keys(value)))
  const inner = place.name.endsWith(opaque) ? [] : [...keys].map((key) => field(place, key))
  if (values.some((value) => Array.isArray(value) && value.length > 0)) inner.push(element(place))
  const own = values.filter(isRecord).length
  return [
    { ...place, values, isOptional: values.length < records },
    ...inner.flatMap((each) => below(each, roots, own)),
  ]
}

/** The places of the arguments of a verb. */
export function argumentPlaces(calls: readonly SeenCall[]): SeenPlace[] {
  const count = Math.max(0, ...calls.map(({ args }) => args.length))
  const roots = calls.map(({ args }) => args)
  return Array.from({ length: count }, (_, index) => below(position(index), roots)).flat()
}

/** The places of the responses of a verb. */
export function answerPlaces(calls: readonly SeenCall[]): SeenPlace[] {
  return below(
    whole,
    calls.filter(({ rejected }) => !rejected).map(({ answer }) => answer),
  )
}
