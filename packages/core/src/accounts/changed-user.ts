import { mergeFields } from '../own-fields/stored-fields.ts'
import type { UpdateUserResult, UserChanges, UserRecord } from './user-store.ts'

/**
 * The account that `UserStore.update` produces, without checking for taken names: a store calls this in the step that
 * read the account. Changes neither of its arguments.
 * @throws invalid-input if the app's own fields would be too large
 */
export function changedUser(
  before: UserRecord | null,
  changes: UserChanges,
): Exclude<UpdateUserResult, { outcome: 'taken' }> {
  if (!before) return { outcome: 'gone' }
  const {
    endSessions = false,
    mayLackLogin = false,
    expected = {},
    fields: own,
    ...fields
  } = structuredClone(changes)
  if (!isAsExpected(before, expected)) return { outcome: 'differs' }
  const user = { ...before, ...fields, sessionEpoch: before.sessionEpoch + (endSessions ? 1 : 0) }
  const givesUp = !mayLackLogin && (fields.username === null || fields.email === null)
  if (givesUp && user.username === null && user.email === null) return { outcome: 'needs-login' }
  if (own) user.fields = mergeFields(before.fields, own)
  return { outcome: 'updated', user }
}

type Expected = NonNullable<UserChanges['expected']>

function isAsExpected(user: UserRecord, expected: Expected): boolean {
  return (Object.keys(expected) as (keyof Expected)[]).every(
    (name) => expected[name] === undefined || plain(expected[name]) === plain(user[name]),
  )
}

function plain(value: Date | string | number | null): number | string | null {
  return value instanceof Date ? value.getTime() : value
}
