import { KithError } from './errors.ts'

/** One page of a list, newest first unless its list says otherwise. */
export interface Page<Item> {
  items: Item[]
  /** Pass it back to read on; `null` at the end. */
  nextCursor: string | null
}

/** Which part of a list is wanted. */
export interface PageInput {
  /** How many items: 1 to 100. @default 20 */
  limit?: number | undefined
  /** The `nextCursor` of the page before. */
  cursor?: string | undefined
}

/** What a store is asked for: at most `limit` rows whose id sorts before `before`, newest first. */
export interface Keyset {
  limit: number
  before: string | null
}

const idPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

/** Reads a page through a keyset query: one row more than the page tells whether there is a next one. */
export async function readPage<Row extends { id: string }>(
  list: string,
  input: PageInput,
  read: (keyset: Keyset) => Promise<Row[]>,
): Promise<Page<Row>> {
  const limit = input.limit ?? 20
  const rows = await read({ limit: limit + 1, before: input.cursor ? openCursor(list, input.cursor) : null })
  const items = rows.slice(0, limit)
  const last = items.at(-1)
  return { items, nextCursor: rows.length > limit && last ? sealCursor(list, last.id) : null }
}

// A cursor names its list, so that one of another list is refused instead of read as a position.
function sealCursor(list: string, id: string): string {
  return Buffer.from(`${list}:${id}`).toString('base64url')
}

function openCursor(list: string, cursor: string): string {
  const text = Buffer.from(cursor, 'base64url').toString()
  const id = text.slice(list.length + 1)
  if (!text.startsWith(`${list}:`) || !idPattern.test(id)) {
    throw new KithError('invalid-cursor', { detail: 'Start again without a cursor.' })
  }
  return id
}
