/** Sorts before every id, and is none. */
export const firstId = '00000000-0000-0000-0000-000000000000'
/** Sorts after every id, and is none. */
const lastId = 'ffffffff-ffff-ffff-ffff-ffffffffffff'

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/**
 * An id as a statement takes it. The columns are of the type `uuid`, for which the server refuses what is none: that is NULL here, which
 * equals no row. It would take other spellings of a UUID as well, which are not the text that Kith writes, so those are NULL too.
 */
export function toId(id: string): string | null
export function toId(id: string | null): string | null
export function toId(id: string | null): string | null {
  return id !== null && uuid.test(id) ? id : null
}

/** Many ids as one parameter, without what is none. */
export function toIds(ids: readonly string[]): string[] {
  return ids.filter((id) => uuid.test(id))
}

/** The end of a page that is read backwards, so that the first page is the same bounded seek as all others. */
export function beforeOrEnd(before: string | null): string | null {
  return before === null ? lastId : toId(before)
}

/** The start of a page that is read forwards. */
export function afterOrStart(after: string | null): string | null {
  return after === null ? firstId : toId(after)
}
