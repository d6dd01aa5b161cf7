import type { StoredAge } from '../accounts/user-store.ts'
import type { StoredFields } from './stored-fields.ts'

/** The app's own fields as one table column: NULL if there are none, so that they cost nothing. */
export function toFieldsText(fields: StoredFields): string | null {
  return Object.keys(fields).length === 0 ? null : JSON.stringify(fields)
}

/** The app's own fields from their column. */
export function fromFieldsText(text: string | null): StoredFields {
  return text === null ? {} : (JSON.parse(text) as StoredFields)
}

/** An age as its column value. */
export function toAgeText(age: StoredAge | null): string | null {
  return age && JSON.stringify({ ...age, at: age.at.getTime() })
}

/** An age from its column. */
export function fromAgeText(text: string | null): StoredAge | null {
  if (text === null) return null
  const { at, ...age } = JSON.parse(text) as Omit<StoredAge, 'at'> & { at: number }
  return { ...age, at: new Date(at) }
}
