import { type StoredId, toStored } from './ids.ts'

/** Sorts before every id, since text sorts before bytes: the start of a walk through all of them. */
export const beforeEveryId = ''

/** Sorts after every id, so that the first page is the same bounded seek as all others. */
const afterEveryId: StoredId = new Uint8Array(17).fill(255)

/** The end of a page that is read backward, as a statement parameter. */
export function beforeOrEnd(before: string | null): StoredId {
  return before === null ? afterEveryId : toStored(before)
}

/** The start of a page that is read forward. */
export function afterOrStart(after: string | null): StoredId {
  return after === null ? beforeEveryId : toStored(after)
}
