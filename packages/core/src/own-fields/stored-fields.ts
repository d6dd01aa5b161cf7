import { InvalidInputError } from '../errors.ts'
import type { FieldProblem } from '../field-errors.ts'
import type { UnknownFields } from './app-fields.ts'

/** Any JSON value. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json }

/**
 * The stored own fields of an account or a post: JSON by name. A name consists of letters, digits, underscores and dots
 * and begins with a letter; no value is `null`, but nested values may be any JSON.
 */
export type StoredFields = Readonly<Record<string, Json>>

/** Changes of {@link StoredFields}. Absent ones stay; `null` removes. */
export type FieldChanges = Readonly<Record<string, Json>>

/** The maximum size of the fields of an account or a post, as JSON in UTF-8. */
export const fieldsMaxBytes = 8192

/**
 * The fields after these changes, for a store to save in the step that read them.
 * @throws invalid-input if they are larger than {@link fieldsMaxBytes}
 */
export function mergeFields(stored: StoredFields, changes: FieldChanges): StoredFields {
  const merged = Object.fromEntries(
    Object.entries({ ...stored, ...changes }).filter(([, value]) => value !== null),
  )
  if (!isStorable(merged)) throw new InvalidInputError([{ path: 'fields', ...tooLarge }])
  return merged
}

/** Whether fields are within {@link fieldsMaxBytes}. */
export function isStorable(fields: StoredFields): boolean {
  return Buffer.byteLength(JSON.stringify(fields)) <= fieldsMaxBytes
}

/** The error for fields that are not. */
export const tooLarge: FieldProblem = {
  code: 'too-long',
  maximum: fieldsMaxBytes,
  unit: 'bytes',
  message: `At most ${fieldsMaxBytes} bytes of JSON for all fields together`,
}

/** Prefix of fields that only the owner sees, so that a field that becomes public starts empty. */
export const ownPrefix = 'own.'

/** The stored form of an account's fields, or of changes of them, after validation by the app's schemas. */
export function storedFields({ fields = {}, ownFields = {} }: TwoKinds): FieldChanges {
  const own = Object.entries(ownFields).map(([name, value]) => [`${ownPrefix}${name}`, value])
  return { ...fields, ...Object.fromEntries(own) } as FieldChanges
}

/** The fields of a parsed input, as they were sent: a schema of the app need not accept its own output. */
export function unread(read: TwoKinds, input: TwoKinds): TwoKinds {
  return {
    ...('fields' in read && { fields: input.fields }),
    ...('ownFields' in read && { ownFields: input.ownFields }),
  }
}

interface TwoKinds {
  fields?: UnknownFields | undefined
  ownFields?: UnknownFields | undefined
}
