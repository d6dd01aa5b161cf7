/** A schema from any copy of zod 4 or zod/mini, as far as Kith inspects it. */
export interface AnySchema {
  readonly _zod: { readonly def: Definition }
  safeParse(value: unknown): { success: boolean; data?: unknown; error?: { issues: readonly AppIssue[] } }
}

/** An issue of such a schema. */
interface AppIssue {
  readonly code?: string | undefined
  readonly path: readonly PropertyKey[]
  readonly message: string
}

type Definition = { readonly type: string } & Readonly<Record<string, unknown>>

/** Types whose values JSON does not support. */
const notJson: ReadonlySet<string> = new Set([
  'bigint',
  'date',
  'file',
  'function',
  'map',
  'nan',
  'promise',
  'set',
  'symbol',
])

/** Whether something is a zod 4 schema that can validate values on its own. */
export function isSchema(value: unknown): value is AnySchema {
  const { _zod, safeParse } = Object(value) as { _zod?: { def?: { type?: unknown } }; safeParse?: unknown }
  return typeof _zod?.def?.type === 'string' && typeof safeParse === 'function'
}

/** The first nested type in a schema whose values JSON does not support; `null` if there is none. */
export function findNotJson(schema: unknown, seen: Set<unknown> = new Set()): string | null {
  if (!isPart(schema) || seen.has(schema)) return null
  seen.add(schema)
  const { def } = schema._zod
  if (notJson.has(def.type)) return def.type
  for (const part of partsOf(def)) {
    const found = findNotJson(part, seen)
    if (found !== null) return found
  }
  return null
}

function isPart(value: unknown): value is Pick<AnySchema, '_zod'> {
  return typeof (Object(value) as Partial<AnySchema>)._zod?.def.type === 'string'
}

/** The parts of a definition: schemas, lists and tables of them, and those that a getter returns. */
function partsOf(def: Definition): unknown[] {
  if (def.type === 'lazy') return [(def['getter'] as () => unknown)()]
  return Object.entries(def).flatMap(([name, part]) => {
    if (isPart(part)) return [part]
    if (name === 'shape') return Object.values(part as object)
    return Array.isArray(part) ? (part as unknown[]) : []
  })
}
