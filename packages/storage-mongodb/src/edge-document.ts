import { type EdgeCounts, type EdgeKind, edgeKinds, type EdgeRecord } from '@kith/core/ports'
import type { Collection, Identified } from './collection.ts'

/** An end of an edge: `out` is the node where it starts. */
export type EdgeEnd = keyof EdgeCounts

/**
 * A change of an edge that is not finished: it is on its way through the counts of both ends, or nobody has looked yet
 * whether they are hidden. There is one only on a server without transactions.
 */
export interface PendingChange {
  id: string
  /** The name of the operation by which each end counts it. */
  names: Record<EdgeEnd, string>
  /** What each counts; with 0 nothing is counted. */
  by: 1 | -1 | 0
  /** What `hidden` becomes once both have; with `null` the edge goes. Of one that is {@link turning} or {@link arriving} its ends say so. */
  next: number | null
  since: Date
}

/** An edge. Its id is made of what it connects, so there is one of a kind between two nodes. */
export interface EdgeDocument extends Identified, EdgeRecord {
  /** 0 if it is seen, or the sum of {@link hiddenBy} of its hidden ends, or {@link turning} or {@link arriving}. */
  hidden: number
  pending?: PendingChange
}

/** The end, the field with its node, and what it adds to `hidden` while its node is hidden. */
export const edgeEnds: readonly { end: EdgeEnd; field: 'from' | 'to'; bit: number }[] = Object.freeze([
  { end: 'out', field: 'from', bit: 1 },
  { end: 'in', field: 'to', bit: 2 },
])

/** `hidden` of an edge that is hidden or shown, until it is known what hides it. */
export const turning = 4

/** `hidden` of a new edge until it is known what hides it. */
export const arriving = 8

/** Where an edge is found. Besides its id this names its start, by which edges may be spread over shards. */
export interface EdgeKey {
  _id: string
  from: string
}

/** The key of an edge. */
export function edgeKey({ kind, from, to }: Omit<EdgeRecord, 'id'>): EdgeKey {
  return { _id: `${kind} ${from} ${to}`, from }
}

/** An edge from its document. */
export function edgeFrom({ id, kind, from, to }: EdgeRecord): EdgeRecord {
  return { id, kind, from, to }
}

/** At most `limit` edges of a node that it hides, or that it does not hide, and new ones that may go either way. */
export async function edgesToTurn(
  edges: Collection<EdgeDocument>,
  { node, hidden }: { node: string; hidden: boolean },
  limit: number,
): Promise<EdgeDocument[]> {
  const found: EdgeDocument[] = []
  for (const { field, bit } of edgeEnds) {
    const values = hidden ? [0, 3 - bit, turning, arriving] : [bit, 3, turning, arriving]
    for (const kind of edgeKinds as readonly EdgeKind[]) {
      if (found.length === limit) return found
      const filter = { [field]: node, kind, hidden: { $in: values } }
      found.push(...(await edges.find(filter, { limit: limit - found.length })))
    }
  }
  return found
}

/** At most `limit` edges of a node. */
export async function edgesOf(
  edges: Collection<EdgeDocument>,
  node: string,
  limit: number,
): Promise<EdgeDocument[]> {
  const starting = await edges.find({ from: node }, { limit })
  if (starting.length === limit) return starting
  return [...starting, ...(await edges.find({ to: node }, { limit: limit - starting.length }))]
}
