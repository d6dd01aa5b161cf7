import type { StoredFields } from '@kith/core/ports'

/**
 * The app's own fields in a document: as JSON, since nested names may be anything, such as `$where` or `_bsontype`, and
 * missing if there are none.
 */
export interface FieldsPart {
  fields?: string
}

/** That part of a new document. */
export function fieldsPart(fields: StoredFields): FieldsPart {
  return Object.keys(fields).length === 0 ? {} : { fields: JSON.stringify(fields) }
}

/** The fields of a document. */
export function fieldsFrom({ fields }: FieldsPart): StoredFields {
  return fields === undefined ? {} : (JSON.parse(fields) as StoredFields)
}

/** The part of an update that writes them. */
export function writingFields(fields: StoredFields): { $set: FieldsPart; $unset: Record<string, ''> } {
  const $set = fieldsPart(fields)
  return { $set, $unset: $set.fields === undefined ? { fields: '' } : {} }
}

/** Matches a document while it has the fields that were read. */
export function sameFields({ fields }: FieldsPart): { fields: string | { $exists: false } } {
  return { fields: fields ?? { $exists: false } }
}
