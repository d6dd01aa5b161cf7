import * as z from 'zod'
import { KithError } from './errors.ts'

/** One page of a list, newest first. */
export interface Page<Item> {
  items: Item[]
  /** Pass it back to continue; `null` at the end. */
  nextCursor: string | null
}

/** Which part of a list to return. */
export interface PageInput {
  /** How many items: 1 to 100. @default 20 @reason A screen or two of a phone; 100 limits the work of one request. */
  limit?: number | undefined
  /** The `nextCursor` of the previous page. */
  cursor?: string | undefined
}

/** The schema of {@link PageInput}; `limit` may be a string, as in a query string. */
export const pageInput: z.ZodType<PageInput> = z.strictObject({
  limit: z.coerce.number().int().min(1).max(100).optional(),
  cursor: z.string().max(200).optional(),
})

/** A request to a store: at most `limit` rows whose id sorts before `before`, newest first. */
export interface Keyset {
  limit: number
  before: string | null
}

/** How a list is read. */
export interface List<Row, Item> {
  /** Identifies the list: a cursor of another list is refused. */
  name: string
  read(keyset: Keyset): Promise<Row[]>
  /** The items of these rows, in the same order; `null` for a row that the viewer must not see. */
  present(rows: Row[]): Promise<(Item | null)[]>
}

/** After this many reads, a page is returned as it is: short, but with a cursor to continue. */
const maxReads = 10

/**
 * Reads a page. Hidden rows do not make it shorter: it reads on until the page is full or the list ends. The cursor is
 * the id of a row, so it stays valid when that row is deleted.
 */
export async function readPage<Row extends { id: string }, Item>(
  list: List<Row, Item>,
  input: PageInput,
): Promise<Page<Item>> {
  const limit = input.limit ?? 20
  let before = input.cursor === undefined ? null : openCursor(list.name, input.cursor)
  const items: Item[] = []
  for (let reads = 0; reads < maxReads; reads++) {
    // One extra row shows whether the list continues.
    const wanted = limit - items.length
    const rows = await list.read({ limit: wanted + 1, before })
    const shown = rows.slice(0, wanted)
    for (const item of await list.present(shown)) if (item !== null) items.push(item)
    const last = shown.at(-1)
    if (rows.length <= wanted || !last) return { items, nextCursor: null }
    before = last.id
    if (items.length === limit) break
  }
  return { items, nextCursor: before === null ? null : sealCursor(list.name, before) }
}

const idPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[78][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

/** The cursor to continue below this id. */
export function sealCursor(list: string, id: string): string {
  return Buffer.from(`${list}:${id}`).toString('base64url')
}

/** The id in a cursor. @throws invalid-cursor, also for a cursor of another list */
export function openCursor(list: string, cursor: string): string {
  const text = Buffer.from(cursor, 'base64url').toString()
  const id = text.slice(list.length + 1)
  if (!text.startsWith(`${list}:`) || !idPattern.test(id)) {
    throw new KithError('invalid-cursor', { detail: 'Start again without a cursor.' })
  }
  return id
}
