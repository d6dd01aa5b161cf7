import { randomBytes } from 'node:crypto'
import type { Filter, UpdateFilter } from 'mongodb'
import type { Collection } from './collection.ts'
import type { CounterDocument } from './counter-documents.ts'
import { isDuplicate } from './storage-error.ts'

/** A change of one counter, on a server without transactions. Whoever finds it applies it; it counts once. */
export interface Operation {
  counter: string
  /** Its name, which the document that waits for it has as well. */
  name: string
  /** What is added to which fields. */
  add: Readonly<Record<string, number>>
  /**
   * Gives it another name, in the document that waits for it, unless it has one by now. Answers the name that it has;
   * `null` if nothing waits for it any more.
   */
  rename(before: string, name: string): Promise<string | null>
}

/** Names sort by the time of making. This one sorts after `after` too. */
export function operationName(after?: string): string {
  const earliest = after === undefined ? 0 : parseInt(after.slice(0, 12), 16) + 1
  const time = Math.max(Date.now(), earliest).toString(16).padStart(12, '0')
  return `${time}${randomBytes(10).toString('hex')}`
}

/**
 * Applies an operation if it was not yet. Answers the counter after it, or as it was found where another had applied it.
 *
 * The counter names the operations that it counts, so an operation that is applied again changes nothing. Names that
 * nothing waits for are taken off in the end, and `floor` is raised to them: what comes late with such a name is refused.
 * An operation that was refused although it was never applied gets a new name, above the floor.
 */
export async function apply<Counter extends CounterDocument>(
  counters: Collection<Counter>,
  { counter, name, add, rename }: Operation,
): Promise<Counter | null> {
  const found = { _id: counter } as Filter<Counter>
  for (let current: string | null = name; current !== null;) {
    const fresh = { ...found, applied: { $ne: current }, floor: { $not: { $gte: current } } }
    const applied = await counters.change(fresh, counted(add, current) as UpdateFilter<Counter>)
    if (applied) return applied
    const row: Counter | null = await counters.first(found)
    if (row?.applied?.includes(current)) return row
    if (!row) await ensureCounters(counters, [counter])
    else if (row.floor !== undefined && row.floor >= current) {
      current = await rename(current, operationName(row.floor))
    }
  }
  return await counters.first(found)
}

/** Makes counters that are not there. */
export async function ensureCounters<Counter extends CounterDocument>(
  counters: Collection<Counter>,
  ids: readonly string[],
): Promise<void> {
  for (const _id of ids) {
    try {
      await counters.insert({ _id, changes: 0 } as Counter)
    } catch (error) {
      if (!isDuplicate(error)) throw error
    }
  }
}

function counted(add: Operation['add'], name: string): object {
  return { $inc: { ...add, changes: 1 }, $push: { applied: name }, $set: { changedAt: new Date() } }
}

/** From so many names on, those that nothing waits for are taken off. */
const manyNames = 64

/** Keeps the list of names short. `waiting` tells which operations some document still waits for. */
export async function forgetApplied<Counter extends CounterDocument>(
  counters: Collection<Counter>,
  counter: Counter | null,
  waiting: () => Promise<ReadonlySet<string>>,
): Promise<void> {
  const applied = counter?.applied ?? []
  if (!counter || applied.length === 0 || applied.length % manyNames > 0) return
  const still = await waiting()
  const done = applied.filter((name) => !still.has(name)).sort()
  if (done.length === 0) return
  const forget = { $pull: { applied: { $in: done } }, $max: { floor: done.at(-1) } }
  await counters.update({ _id: counter._id } as Filter<Counter>, forget as unknown as UpdateFilter<Counter>)
}
