/** Sorts before every id; not an id itself. */
export const firstId = '00000000-0000-0000-0000-000000000000'
/** Sorts after every id; not an id itself. */
const lastId = 'ffffffff-ffff-ffff-ffff-ffffffffffff'

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/**
 * An id as a statement parameter. The columns have the type `uuid`, for which the server refuses anything else: that is
 * NULL here, which equals no row. It would accept other spellings of a UUID as well, which Kith does not write, so
 * those are NULL too.
 */
export function toId(id: string): string | null
export function toId(id: string | null): string | null
export function toId(id: string | null): string | null {
  return id !== null && uuid.test(id) ? id : null
}

/** Many ids as one parameter, without invalid ones. */
export function toIds(ids: readonly string[]): string[] {
  return ids.filter((id) => uuid.test(id))
}

/** The end of a page that is read backward, so that the first page is the same bounded seek as all others. */
export function beforeOrEnd(before: string | null): string | null {
  return before === null ? lastId : toId(before)
}

/** The start of a page that is read forward. */
export function afterOrStart(after: string | null): string | null {
  return after === null ? firstId : toId(after)
}
