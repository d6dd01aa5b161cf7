import type { StoredAge, StoredFields } from '@kith/core/ports'

/** The app's own fields as their column has them: NULL where there are none, so that they cost nothing. */
export function toFieldsText(fields: StoredFields): string | null {
  return Object.keys(fields).length === 0 ? null : JSON.stringify(fields)
}

/** The app's own fields from their column. */
export function fromFieldsText(text: string | null): StoredFields {
  return text === null ? {} : (JSON.parse(text) as StoredFields)
}

/** An age as its column has it. */
export function toAgeText(age: StoredAge | null): string | null {
  return age && JSON.stringify({ ...age, at: age.at.getTime() })
}

/** An age from its column. */
export function fromAgeText(text: string | null): StoredAge | null {
  if (text === null) return null
  const { at, ...age } = JSON.parse(text) as Omit<StoredAge, 'at'> & { at: number }
  return { ...age, at: new Date(at) }
}
