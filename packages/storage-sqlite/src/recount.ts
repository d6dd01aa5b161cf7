import type { CountDifference, RecountResult } from '@kith/core/ports'
import type { Connection } from './database.ts'
import { beforeEveryId } from './keyset.ts'
import { createLongCounts, type CountedList, type KindCounts } from './long-counts.ts'

/** Something that is counted by node. */
export interface Counted {
  /** The first node after this one that has a count or something to count; `null` at the end. */
  following(node: string): string | null
  /** Whether a list of a node has more than `most` entries; reads no more. */
  isLonger(node: string, most: number): boolean
  /** The stored counts of a node, of every kind. */
  stored(node: string): KindCounts
  /** The actual counts of a node, of every kind; takes as long as its lists are. */
  count(node: string): KindCounts
  /** What is counted at a node. */
  readonly lists: readonly CountedList[]
  /** Whether the other stored values of a node are right. A node where only those are wrong has no difference. */
  isSettled(node: string): boolean
  /** Corrects a count by the difference, and the other stored values. */
  correct(difference: CountDifference): void
}

/**
 * Counting this many items costs about as much as comparing one node. A step of `limit` nodes reads this many times as
 * many edges or posts, and a node that has more is counted over several steps.
 */
const thingsForNode = 50

/** Marks a `next` inside a node. No id begins with it. */
const inside = '\n'

/**
 * Compares the counts of the next nodes as they were at one moment, while others continue writing. Wrong ones are
 * compared again under the write lock, and corrected there.
 */
export async function recount(
  connection: Connection,
  counted: Counted,
  { after, limit }: { after: string | null; limit: number },
): Promise<RecountResult> {
  const longCounts = createLongCounts(connection, counted.lists)
  const most = limit * thingsForNode
  if (after?.startsWith(inside)) return goOn(after.slice(inside.length))
  if (after === null) await longCounts.forgetAbandoned()

  const { checked, wrong, last, tooLong } = await connection.consistently(() =>
    compareNext(after ?? beforeEveryId),
  )
  const differences = wrong.length === 0 ? [] : await connection.atomically(() => wrong.flatMap(correctNode))
  if (tooLong === null) return { checked, differences, next: last }
  await longCounts.begin(tooLong)
  return { checked, differences, next: inside + tooLong }

  function compareNext(start: string): {
    checked: number
    wrong: string[]
    last: string | null
    tooLong: string | null
  } {
    const found = { checked: 0, wrong: [] as string[], last: start as string | null, tooLong: null }
    let left = most
    for (let node = counted.following(start); node !== null; node = counted.following(node)) {
      // The next step has room for it, unless it is the first of this one.
      if (counted.isLonger(node, left)) return found.checked > 0 ? found : { ...found, tooLong: node }
      const counts = counted.count(node)
      if (differencesIn(node, counted.stored(node), counts).length > 0) found.wrong.push(node)
      found.checked++
      found.last = node
      left -= thingsForNode
      for (const { out, in: into } of counts.values()) left -= out + into
      if (found.checked === limit || left <= 0) return found
    }
    return { ...found, last: null }
  }

  function differencesIn(node: string, stored: KindCounts, counts: KindCounts): CountDifference[] {
    return differencesOf(node, { stored, counted: counts, isSettled: counted.isSettled(node) })
  }

  function correctNode(node: string): CountDifference[] {
    return correctAll(differencesIn(node, counted.stored(node), counted.count(node)))
  }

  function correctAll(differences: CountDifference[]): CountDifference[] {
    for (const difference of differences) counted.correct(difference)
    return differences
  }

  function goOn(node: string): Promise<RecountResult> {
    return connection.atomically(() => {
      const totals = longCounts.advance(node, most)
      if (totals === 'more') return { checked: 0, differences: [], next: inside + node }
      // Another process that counts as well has finished it.
      if (totals === null) return { checked: 0, differences: [], next: node }
      const differences = correctAll(differencesIn(node, counted.stored(node), totals))
      return { checked: 1, differences, next: node }
    })
  }
}

function differencesOf(
  node: string,
  { stored, counted, isSettled }: { stored: KindCounts; counted: KindCounts; isSettled: boolean },
): CountDifference[] {
  const nothing = { out: 0, in: 0 }
  const differences: CountDifference[] = []
  for (const [kind, counts] of counted) {
    const before = stored.get(kind) ?? nothing
    if (before.out !== counts.out || before.in !== counts.in || !isSettled)
      differences.push({ kind, node, stored: before, counted: counts })
  }
  return differences
}
