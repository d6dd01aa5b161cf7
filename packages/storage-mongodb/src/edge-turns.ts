import type { Collections } from './collections.ts'
import { type EdgeDocument, type EdgeKey, turning } from './edge-document.ts'
import { type CountedEnds, isPending, pendingChange, settleEdge } from './pending-edges.ts'

/** What a call changed: the ends of the edge, if they counted it. */
export interface EdgeChange {
  ends: CountedEnds | null
}

/** Takes an edge away. Answers `null` if it was not this call that did. */
export function removeEdge(
  collections: Collections,
  edge: EdgeKey | EdgeDocument,
): Promise<EdgeChange | null> {
  return changeEdge(collections, edge, () => null)
}

/** Hides an edge at one end, or shows it there again. Answers `null` if it was not this call that did. */
export function turnEdge(
  collections: Collections,
  edge: EdgeKey | EdgeDocument,
  { bit, hidden }: { bit: number; hidden: boolean },
): Promise<EdgeChange | null> {
  return changeEdge(collections, edge, (before) => (hidden ? before | bit : before & ~bit))
}

/**
 * Changes `hidden` of an edge, or removes it, on a server without transactions: by compare-and-set, and a change of another
 * caller is finished first. Where the edge is no longer seen, or is from now on, its ends count that.
 */
async function changeEdge(
  collections: Collections,
  start: EdgeKey | EdgeDocument,
  nextOf: (hidden: number) => number | null,
): Promise<EdgeChange | null> {
  const { edges } = collections
  const key = { _id: start._id, from: start.from }
  let edge = 'hidden' in start ? start : await edges.first(key)
  for (; edge; edge = await edges.first(key)) {
    if (isPending(edge)) {
      await settleEdge(collections, edge)
      continue
    }
    const next = nextOf(edge.hidden)
    if (next === edge.hidden) return null
    const asFound = { ...key, id: edge.id, hidden: edge.hidden, pending: { $exists: false } }
    const isSeen = edge.hidden === 0
    if (next === null && !isSeen) {
      if (await edges.remove(asFound)) return { ends: null }
      continue
    }
    const pending = pendingChange({ by: isSeen ? -1 : next === 0 ? 1 : 0, next })
    // What it becomes is decided by its ends, because whoever turned one of them may be turned round by now.
    const noted = await edges.change(asFound, {
      $set: { pending, ...(next !== null && { hidden: turning }) },
    })
    if (noted && isPending(noted)) return { ends: await settleEdge(collections, noted) }
  }
  return null
}
