import type { CountDifference, EdgeCounts, EdgeKind, RecountResult } from '@kith/core'
import type { Connection } from './database.ts'
import { beforeEveryId } from './keyset.ts'
import { createLongCounts, type CountedList } from './long-counts.ts'

/** What is stored of a node and what there is, of one kind. */
export interface Comparison {
  kind: EdgeKind | 'post'
  stored: EdgeCounts
  counted: EdgeCounts
}

/** Something that is counted by node. */
export interface Counted {
  /** The first node after this one that has a count or something to count; `null` at the end. */
  following(node: string): string | null
  /** What is stored and what there is, of every kind; of each list no more than `most` are counted. */
  compare(node: string, most: number): Comparison[]
  /** What is counted at a node. */
  readonly lists: readonly CountedList[]
  /** Sets a count right by what it is off. */
  correct(difference: CountDifference): void
}

/**
 * So many things to count cost about as much as comparing one node. A step of `limit` nodes looks at so many times as many
 * edges or posts, and a node that has more is counted over several steps.
 */
const thingsForNode = 50

/** Marks a `next` that lies inside a node. No id begins with it. */
const inside = '\n'

/**
 * Compares the counts of the next nodes as they were at one moment, while others go on writing. What is found wrong is
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
      const comparisons = counted.compare(node, left + 1)
      const things = comparisons.flatMap((each) => [each.counted.out, each.counted.in])
      if (things.some((count) => count > left)) {
        // The next step has room for it, unless it is the first of this one.
        return found.checked > 0 ? found : { ...found, tooLong: node }
      }
      if (differencesOf(node, comparisons).length > 0) found.wrong.push(node)
      found.checked++
      found.last = node
      left -= thingsForNode + things.reduce((sum, count) => sum + count)
      if (found.checked === limit || left <= 0) return found
    }
    return { ...found, last: null }
  }

  /** Under the write lock, so that it may take as long as the node was when it was compared before. */
  function correctNode(node: string): CountDifference[] {
    const differences = differencesOf(node, counted.compare(node, Number.MAX_SAFE_INTEGER))
    for (const difference of differences) counted.correct(difference)
    return differences
  }

  function goOn(node: string): Promise<RecountResult> {
    return connection.atomically(() => {
      const totals = longCounts.advance(node, most)
      if (totals === 'more') return { checked: 0, differences: [], next: inside + node }
      // Another process that counts as well has finished it.
      if (totals === null) return { checked: 0, differences: [], next: node }
      const comparisons = counted.compare(node, 0).map((each) => ({ ...each, counted: totals(each.kind) }))
      const differences = differencesOf(node, comparisons)
      for (const difference of differences) counted.correct(difference)
      return { checked: 1, differences, next: node }
    })
  }
}

function differencesOf(node: string, comparisons: readonly Comparison[]): CountDifference[] {
  return comparisons
    .filter(({ stored, counted }) => stored.out !== counted.out || stored.in !== counted.in)
    .map(({ kind, stored, counted }) => ({ kind, node, stored, counted }))
}
