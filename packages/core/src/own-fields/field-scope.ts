import * as z from 'zod'
import type { FieldError } from '../field-errors.ts'
import type { FieldsSchema, UnknownFields } from './app-fields.ts'
import { createField, type Field, readChange, type ReadField, readGiven } from './read-field.ts'
import { type AnySchema, findNotJson, isSchema } from './schema-parts.ts'
import { type FieldChanges, isStorable, type Json, type StoredFields, tooLarge } from './stored-fields.ts'

/** The app's own fields in one place, such as `accounts.fields`. */
export interface FieldScope {
  /** The app's schema. */
  readonly schema: FieldsSchema
  readonly names: readonly string[]
  /** The names of removable fields. */
  readonly removable: readonly string[]
  /** The names of fields that are always shown, including those newer than the record. */
  readonly always: readonly string[]
  /** Parses the fields of something new. */
  readonly given: z.ZodType<FieldChanges, UnknownFields | undefined>
  /** Parses changes, each field separately. */
  readonly changed: z.ZodType<FieldChanges, UnknownFields | undefined>
  /** The stored fields that are in the schema. */
  show(stored: StoredFields): Record<string, Json>
}

/**
 * Inspects the schema of an app's own fields, which are stored under their names after `prefix`. @throws TypeError with
 * the reason if it is unsuitable
 */
export function createFieldScope(option: string, schema: unknown, prefix = ''): FieldScope {
  const fields = Object.entries(shapeOf(option, schema)).map(([name, part]) => fieldOf(option, name, part))
  const namesOf = (some: readonly Field[]): string[] => some.map(({ name }) => name)

  function read(
    input: unknown,
    wanted: (given: object) => readonly Field[],
    readOne: (field: Field, value: unknown) => ReadField,
  ): { values: FieldChanges; errors: FieldError[] } {
    if (typeof input !== 'object' || input === null || Array.isArray(input))
      return { values: {}, errors: [notObject] }
    const values: Record<string, Json> = {}
    const unknown = Object.keys(input).filter((name) => !names.has(name))
    const errors = unknown.map((name): FieldError => ({ ...unknownField, path: name.slice(0, 60) }))
    for (const field of wanted(input)) {
      const value: unknown = valueOf(input, field.name)
      const result = readOne(field, value)
      if ('errors' in result) errors.push(...result.errors)
      else values[field.name] = result.value
    }
    if (errors.length === 0 && !isStorable(values)) errors.push({ path: '', ...tooLarge })
    return { values, errors }
  }

  const names = new Set(namesOf(fields))
  const named = (given: object): Field[] => fields.filter(({ name }) => valueOf(given, name) !== undefined)
  const given = reading((input) => read(input, () => fields, readGiven))
  const changed = reading((input) => read(input, named, readChange))
  const anything = z.custom<UnknownFields | undefined>(() => true)
  const maybe = anything.optional()
  return Object.freeze({
    schema: schema as FieldsSchema,
    names: namesOf(fields),
    removable: namesOf(fields.filter(({ removable }) => removable)),
    always: namesOf(fields.filter(({ absent }) => absent !== undefined)),
    given: fields.every(({ optional }) => optional) ? maybe.transform(given) : anything.transform(given),
    changed: maybe.transform(changed),
    show(stored: StoredFields) {
      const shown: Record<string, Json> = {}
      for (const { name, absent } of fields) {
        const value = valueOf(stored, `${prefix}${name}`) ?? absent
        if (value !== undefined) shown[name] = value as Json
      }
      return shown
    },
  })
}

const notObject = {
  path: '',
  code: 'wrong-type',
  expected: 'object',
  message: 'This must be of type object',
} as const
const unknownField = { code: 'unknown-field', message: 'Unknown field' } as const

/** An own property of that name, not one that every object inherits. */
function valueOf(fields: object, name: string): unknown {
  return Object.hasOwn(fields, name) ? (fields as Record<string, unknown>)[name] : undefined
}

type Reading = (input: unknown, context: z.core.$RefinementCtx) => FieldChanges

/** Converts errors to issues of our own zod, whatever copy of zod the app has. */
function reading(read: (input: unknown) => { values: FieldChanges; errors: readonly FieldError[] }): Reading {
  return (input = {}, context) => {
    const { values, errors } = read(input)
    for (const { path, message, ...params } of errors)
      context.issues.push({ code: 'custom', path: path === '' ? [] : [path], params, message, input })
    return values
  }
}

/** The fields of a plain object schema. */
function shapeOf(option: string, schema: unknown): Record<string, unknown> {
  if (!isSchema(schema))
    throw new TypeError(`createKith: give ${option} as z.object({ … }) of zod 4 or of zod/mini`)
  const { type, checks = [], catchall, shape } = schema._zod.def
  if (
    type !== 'object' ||
    !(catchall === undefined || (isSchema(catchall) && catchall._zod.def.type === 'never'))
  )
    throw new TypeError(
      `createKith: give ${option} as a plain z.object({ … }) that names each field: nothing around it, and no fields beside`,
    )
  if ((checks as readonly unknown[]).length > 0)
    throw new TypeError(
      `createKith: ${option} has a check of the object as a whole. Fields are edited one by one, even by concurrent calls, so ` +
        'a rule across fields could not hold: check each field separately, or combine related ones into one field',
    )
  return shape as Record<string, unknown>
}

function fieldOf(option: string, name: string, schema: unknown): Field {
  if (!/^[a-z]\w{0,39}$/i.test(name) || name in Object.prototype)
    throw new TypeError(
      `createKith: ${option} cannot have a field called "${name}": use a letter, then letters, digits and underscores, at most 40 in total`,
    )
  const found = findNotJson(schema)
  if (found !== null)
    throw new TypeError(
      `createKith: ${option}.${name} holds a ${found}, and fields are JSON: take z.string(), z.number() or z.iso.datetime() for instance`,
    )
  return createField(option, name, schema as AnySchema)
}
