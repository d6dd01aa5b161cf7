import type { VisibleConfig } from '@kith/core'
import * as z from 'zod'

type Json = Record<string, unknown>
type FieldScope = NonNullable<VisibleConfig['posts']['fields']>

/** The app's own fields in the OpenAPI document: components made from the app's schemas, and their places. */
export interface FieldDescriptions {
  readonly schemas: Readonly<Record<string, Json>>
  /** The name of the component for an input schema of the app's own fields. */
  inputName(schema: unknown): string | undefined
  /** Describes the fields of a shape, or removes them if the app has none. */
  complete(shape: string, schema: Json): Json
}

/** Describes them for the options of one Kith. */
export function describeFields(
  { accounts, posts }: Pick<VisibleConfig, 'accounts' | 'posts'>,
  referenceTo: (name: string) => string,
): FieldDescriptions {
  const { fields, ownFields } = accounts
  const scopes = { UserFields: fields, OwnFields: ownFields, PostFields: posts.fields }
  const schemas: Record<string, Json> = {}
  const inputNames = new Map<unknown, string>()

  function component(name: string, schema: Json): string {
    schemas[name] = within(referenceTo(name), schema)
    return name
  }

  for (const [name, scope] of Object.entries(scopes)) {
    if (!scope) continue
    component(name, shown(scope))
    inputNames.set(scope.given, component(`${name}Input`, toJsonSchema(scope, 'input')))
    inputNames.set(scope.changed, component(`${name}Changes`, changed(scope)))
  }

  return {
    schemas,
    inputName: (schema) => inputNames.get(schema),
    complete(shape, schema) {
      const { properties, required = [] } = schema as { properties?: Json; required?: string[] }
      if (!properties) return schema
      const { fields: _fields, ownFields: _ownFields, ...others } = properties
      const own = Object.entries({
        fields: shape === 'Post' ? ('PostFields' as const) : ('UserFields' as const),
        ownFields: 'OwnFields' as const,
      }).filter(([place, name]) => place in properties && scopes[name])
      return {
        ...schema,
        properties: {
          ...others,
          ...Object.fromEntries(own.map(([place, name]) => [place, { $ref: referenceTo(name) }])),
        },
        required: [...required, ...own.map(([place]) => place)],
      }
    },
  }
}

/** Records from before a field became required lack it, so only fields that are always shown are promised. */
function shown(scope: FieldScope): Json {
  const { required: _required, ...schema } = toJsonSchema(scope, 'output')
  return { ...schema, ...(scope.always.length > 0 && { required: scope.always }) }
}

/** Each field separately, with `null` for removable ones. */
function changed(scope: FieldScope): Json {
  const { required: _required, properties = {}, ...schema } = toJsonSchema(scope, 'input')
  const changes = Object.entries(properties as Record<string, Json>).map(([name, property]) => {
    const { default: _default, ...value } = property
    return [name, scope.removable.includes(name) ? { anyOf: [value, { type: 'null' }] } : value]
  })
  return { ...schema, properties: Object.fromEntries(changes) as Json }
}

function toJsonSchema(scope: FieldScope, io: 'input' | 'output'): Json {
  // From any copy of zod: the parts of a schema are the same in each.
  const schema = scope.schema as unknown as z.ZodType
  const { $schema: _schema, ...described } = z.toJSONSchema(schema, { io, unrepresentable: 'any' })
  return { ...described, additionalProperties: false }
}

/** A schema refers to its own parts from the root of the document. */
function within(reference: string, schema: Json): Json {
  const text = JSON.stringify(schema).replaceAll(/"\$ref":"#(\/[^"]*)?"/g, (_match, path: string = '') =>
    JSON.stringify({ $ref: reference + path }).slice(1, -1),
  )
  return JSON.parse(text) as Json
}
