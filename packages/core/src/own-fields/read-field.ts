import type * as z from 'zod'
import type { FieldError } from '../field-errors.ts'
import { fieldErrors } from '../input.ts'
import { isShallow, jsonCopy } from './json.ts'
import type { AnySchema } from './schema-parts.ts'
import type { Json } from './stored-fields.ts'

/** One field of an app. */
export interface Field {
  /** Its path in the options, for error messages: `accounts.fields.pronouns`. */
  readonly option: string
  readonly name: string
  readonly schema: AnySchema
  /** Whether an input may omit it. */
  readonly optional: boolean
  readonly removable: boolean
  /** The default to show if nothing is stored, if there is one. */
  readonly absent: Json | undefined
}

/** The value to store, where `null` is nothing; or what is wrong with it. */
export type ReadField = { value: Json } | { errors: FieldError[] }

/** Determines how a schema treats a missing value. */
export function createField(option: string, name: string, schema: AnySchema): Field {
  const [ofNothing, ofNull] = [undefined, null].map((value) => tried(schema, value))
  const optional = ofNothing?.success === true || (schema._zod as { optin?: unknown }).optin !== undefined
  return {
    option: `${option}.${name}`,
    name,
    schema,
    optional,
    removable: optional || ofNull?.success === true,
    absent: optional ? jsonCopy(ofNothing?.data) : ofNull?.success ? null : undefined,
  }
}

/** Parses a field of something new. */
export function readGiven(field: Field, value: unknown): ReadField {
  const result = checked(field, value)
  return 'errors' in result && value === undefined && field.optional ? { value: null } : result
}

/** Parses a change of a field. */
export function readChange(field: Field, value: unknown): ReadField {
  if (value !== null) return checked(field, value)
  if (field.removable) return { value }
  return { errors: [{ path: field.name, code: 'required', message: 'This field cannot be removed' }] }
}

function tried(schema: AnySchema, value: unknown): ReturnType<AnySchema['safeParse']> | null {
  try {
    return schema.safeParse(value)
  } catch {
    return null
  }
}

function checked({ option, name, schema }: Field, value: unknown): ReadField {
  if (!isShallow(value))
    return { errors: [{ path: name, code: 'malformed', message: 'This value is nested too deeply' }] }
  const { success, data, error } = run(option, schema, value)
  if (!success) {
    const errors = (error?.issues ?? []).flatMap((issue): FieldError[] => {
      const path = [name, ...issue.path]
      return issue.code === 'invalid_type' && isMissing(value, issue.path)
        ? [{ path: path.join('.'), code: 'required', message: 'This field is required' }]
        : fieldErrors({ ...issue, path } as z.core.$ZodIssue)
    })
    return { errors }
  }
  if (data === undefined) return { value: null }
  const copy = jsonCopy(data)
  if (copy === undefined) throw new TypeError(`${option}: its schema produced a value that is not JSON`)
  return { value: copy }
}

function run(option: string, schema: AnySchema, value: unknown): ReturnType<AnySchema['safeParse']> {
  try {
    return schema.safeParse(value)
  } catch (cause) {
    throw new TypeError(`${option}: its schema threw; no check of it may throw or be asynchronous`, { cause })
  }
}

/** Messages contain it only if the app's copy of zod does. */
function isMissing(value: unknown, path: readonly PropertyKey[]): boolean {
  return path.reduce<unknown>((part, key) => Object(part)[key] as unknown, value) === undefined
}
