import type { CountDifference, RecountResult } from '@kith/core/ports'
import { firstId } from './stored-ids.ts'

/** The ids after one of them, up to and including another one; `null` for no bound. */
export interface Range {
  after: string | null
  last: string | null
}

/** The counts, by id. */
export interface Counted<Counter extends { _id: string }, Counts> {
  /** The next documents with counts, in the order of their ids. */
  read(after: string | null, limit: number): Promise<Pick<Counter, '_id'>[]>
  /** The actual counts in a range of ids. */
  count(range: Range): Promise<Map<string, Counts>>
  /** How the counts of a document differ from the actual ones. */
  compare(id: string, counter: Counter, counts: Counts | undefined): CountDifference[]
  /** Compares one of them during concurrent changes, and corrects it. */
  correct(id: string): Promise<CountDifference[]>
}

/** The result of a standalone, which stores no counts that could be wrong. */
export const nothingToRecount: RecountResult = Object.freeze({ checked: 0, differences: [], next: null })

/** Compares the next counts while others continue writing. What seems wrong is compared again separately. */
export async function recount<Counter extends { _id: string }, Counts>(
  { read, count, compare, correct }: Counted<Counter, Counts>,
  after: string | null,
  limit: number,
): Promise<RecountResult> {
  const counters = (await read(after, limit)) as Counter[]
  const last = counters.at(-1)?._id ?? null
  if (last === null) return { checked: 0, differences: [], next: null }
  const counts = await count({ after, last })
  const differences: CountDifference[] = []
  for (const counter of counters) {
    const { _id } = counter
    if (compare(_id, counter, counts.get(_id)).length > 0) differences.push(...(await correct(_id)))
  }
  return { checked: counters.length, differences, next: counters.length < limit ? null : last }
}

/** The condition that an id is in a range. */
export function within({ after, last }: Range): { $gt: string; $lte?: string } {
  return { $gt: after ?? firstId, ...(last !== null && { $lte: last }) }
}
