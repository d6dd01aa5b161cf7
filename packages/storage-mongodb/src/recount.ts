import type { CountDifference, RecountResult } from '@kith/core/ports'

/** The ids after one of them, up to another one that is included; `null` for no bound. */
export interface Range {
  after: string | null
  last: string | null
}

/** What is counted, by id. */
export interface Counted<Counter extends { _id: string }, Counts> {
  /** The next counters in the order of their ids. */
  read(after: string | null, limit: number): Promise<Counter[]>
  /** What there is to count in a range of ids. */
  count(range: Range): Promise<Map<string, Counts>>
  /** How a counter differs from what was counted; either may be missing. */
  compare(id: string, counter: Counter | undefined, counts: Counts | undefined): CountDifference[]
  /** Compares one of them whatever goes on meanwhile, and sets it right. */
  correct(id: string): Promise<CountDifference[]>
}

/** Compares the next counters while others go on writing. What seems wrong is compared again by itself. */
export async function recount<Counter extends { _id: string }, Counts>(
  counted: Counted<Counter, Counts>,
  after: string | null,
  limit: number,
): Promise<RecountResult> {
  const counters = await counted.read(after, limit)
  const last = counters.length < limit ? null : (counters.at(-1)?._id ?? null)
  const counts = await counted.count({ after, last })
  const byId = new Map(counters.map((counter) => [counter._id, counter]))
  // What is counted has a counter, unless somebody took it away.
  const ids = [...new Set([...byId.keys(), ...counts.keys()])].sort()
  const checked = ids.slice(0, limit)
  const wrong = checked.filter((id) => counted.compare(id, byId.get(id), counts.get(id)).length > 0)
  const differences: CountDifference[] = []
  for (const id of wrong) differences.push(...(await counted.correct(id)))
  const next = checked.length < ids.length || last !== null ? (checked.at(-1) ?? null) : null
  return { checked: checked.length, differences, next }
}

/** The condition that an id lies in a range. */
export function within({ after, last }: Range): { $gt: string; $lte?: string } {
  return { $gt: after ?? '', ...(last !== null && { $lte: last }) }
}
