import type { CountDifference, RecountResult } from '@kith/core'
import type { Connection } from './database.ts'
import { beforeEveryId } from './keyset.ts'

/** Something that is counted by node. */
export interface Counted {
  /** The first node after this one that has a count or something to count; `null` at the end. */
  following(node: string): string | null
  /** The counts of a node that are not what they should be. */
  compare(node: string): CountDifference[]
  /** Sets such a count right. */
  correct(difference: CountDifference): void
}

/**
 * Compares the counts of the next nodes as they were at one moment, while others go on writing. What is found wrong is
 * compared again under the write lock, and corrected there.
 */
export async function recount(
  { consistently, atomically }: Connection,
  { following, compare, correct }: Counted,
  { after, limit }: { after: string | null; limit: number },
): Promise<RecountResult> {
  const { checked, wrong, last } = await consistently(() => {
    const found = { checked: 0, wrong: [] as string[], last: null as string | null }
    let node = following(after ?? beforeEveryId)
    while (node !== null) {
      found.checked++
      if (compare(node).length > 0) found.wrong.push(node)
      if (found.checked === limit) return { ...found, last: node }
      node = following(node)
    }
    return found
  })
  if (wrong.length === 0) return { checked, differences: [], next: last }
  const differences = await atomically(() => {
    const found = wrong.flatMap(compare)
    for (const difference of found) correct(difference)
    return found
  })
  return { checked, differences, next: last }
}
