import { InvalidInputError } from '../errors.ts'
import type { FieldProblem } from '../field-errors.ts'
import type { UnknownFields } from './app-fields.ts'

/** What JSON can say. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json }

/**
 * The app's own fields of an account or a post as they are stored: JSON by name. A name is made of letters, digits, underscores and dots
 * and begins with a letter; no value is `null`, but inside of a value any JSON may stand.
 */
export type StoredFields = Readonly<Record<string, Json>>

/** Changes of {@link StoredFields}. What is not named stays; `null` removes. */
export type FieldChanges = Readonly<Record<string, Json>>

/** How many bytes the fields of an account or a post may have, as JSON in UTF-8. */
export const fieldsMaxBytes = 8192

/**
 * The fields as they are after these changes, for a store to save in the step that read them.
 * @throws invalid-input where they are larger than {@link fieldsMaxBytes}
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

/** What is wrong with those that are not. */
export const tooLarge: FieldProblem = {
  code: 'too-long',
  maximum: fieldsMaxBytes,
  unit: 'bytes',
  message: `At most ${fieldsMaxBytes} bytes of JSON for all fields together`,
}

/** Before the names of fields that only the owner sees, so that a field which becomes public begins empty. */
export const ownPrefix = 'own.'

/** The fields of an account, or changes of them, as they are stored; the schemas of the app have read them. */
export function storedFields({ fields = {}, ownFields = {} }: TwoKinds): FieldChanges {
  const own = Object.entries(ownFields).map(([name, value]) => [`${ownPrefix}${name}`, value])
  return { ...fields, ...Object.fromEntries(own) } as FieldChanges
}

/** The fields of an input that was read, as they were given: a schema of the app need not take what it has made. */
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
