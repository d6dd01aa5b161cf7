import type { StoredFields } from '@kith/core/ports'

/** The app's own fields as their column has them: NULL where there are none, so that they cost nothing. */
export function toFieldsText(fields: StoredFields): string | null {
  return Object.keys(fields).length === 0 ? null : JSON.stringify(fields)
}

/** The app's own fields from their column. */
export function fromFieldsText(text: string | null): StoredFields {
  return text === null ? {} : (JSON.parse(text) as StoredFields)
}
