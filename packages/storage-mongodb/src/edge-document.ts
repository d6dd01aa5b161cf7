import { type EdgeCounts, type EdgeKind, edgeKinds, type EdgeRecord } from '@kith/core'
import type { UpdateFilter } from 'mongodb'
import type { Change, Collection, Identified } from './collection.ts'

/** An end of an edge: `out` is the node where it starts. */
export type EdgeEnd = keyof EdgeCounts

/** An edge. Its id is made of what it connects, so there is one of a kind between two nodes. */
export interface EdgeDocument extends Identified, EdgeRecord {
  /** 0 if it is seen, or the sum of the `bit` of its hidden ends. */
  hidden: number
}

/**
 * A node: how many visible edges of each kind start and end at it, and whether it is hidden. A count that is not there is 0. On
 * a standalone there are no counts: they are counted at reading.
 */
export interface NodeDocument extends Identified, Partial<Record<EdgeKind, Partial<EdgeCounts>>> {
  /** How often it changed: a recount raises it as well, so that it and another change of the node meet. */
  changes?: number
  changedAt?: Date
  /** There from the first step of hiding to the last step of showing; `false` while it is on the way back. */
  hidden?: boolean
  /** There as long as `hidden` is. */
  marked?: true
}

/** The end, the field with its node, and what it adds to `hidden` while its node is hidden. */
export const edgeEnds: readonly { end: EdgeEnd; field: 'from' | 'to'; bit: number }[] = Object.freeze([
  { end: 'out', field: 'from', bit: 1 },
  { end: 'in', field: 'to', bit: 2 },
])

/** Where an edge is found. Besides its id this names its start, by which edges may be spread over shards. */
export interface EdgeKey {
  _id: string
  from: string
}

/** The key of an edge. */
export function edgeKey({ kind, from, to }: Omit<EdgeRecord, 'id'>): EdgeKey {
  return { _id: `${kind} ${from} ${to}`, from }
}

/** The keys of several edges, as a condition. */
export function keysOf(rows: readonly EdgeKey[]): { _id: { $in: string[] }; from: { $in: string[] } } {
  const starts = new Set(rows.map((row) => row.from))
  return { _id: { $in: rows.map((row) => row._id) }, from: { $in: [...starts] } }
}

/** An edge from its document. */
export function edgeFrom({ id, kind, from, to }: EdgeRecord): EdgeRecord {
  return { id, kind, from, to }
}

/** `hidden` of edges that an end hides, or does not hide. */
export function hiddenValues(bit: number, isHidden: boolean): { $in: number[] } {
  return { $in: isHidden ? [bit, 3] : [0, 3 - bit] }
}

/** At most `limit` edges of a node that are still to be hidden by it, or to be shown again. */
export async function edgesToTurn(
  edges: Collection<EdgeDocument>,
  { node, hidden }: { node: string; hidden: boolean },
  limit: number,
): Promise<EdgeDocument[]> {
  const found: EdgeDocument[] = []
  for (const { field, bit } of edgeEnds) {
    for (const kind of edgeKinds) {
      if (found.length === limit) return found
      const filter = { [field]: node, kind, hidden: hiddenValues(bit, !hidden) }
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

/** The counts of one kind. */
export function countsFrom(
  node: Partial<Record<EdgeKind, Partial<EdgeCounts>>> | null | undefined,
  kind: EdgeKind,
): EdgeCounts {
  return { out: node?.[kind]?.out ?? 0, in: node?.[kind]?.in ?? 0 }
}

/** The change of the node at one end of an edge that is seen from now on, or no longer. */
export function countChange(kind: EdgeKind, end: EdgeEnd, by: 1 | -1): UpdateFilter<NodeDocument> {
  return { $inc: { [`${kind}.${end}`]: by, changes: 1 }, $set: { changedAt: new Date() } }
}

/** The changes of all nodes at the ends of such edges: one for each node. */
export function countChanges(edges: readonly Omit<EdgeRecord, 'id'>[], by: 1 | -1): Change<NodeDocument>[] {
  const nodes = new Map<string, Record<string, number>>()
  for (const edge of edges) {
    for (const { end, field } of edgeEnds) {
      const counts = nodes.get(edge[field]) ?? { changes: 1 }
      const name = `${edge.kind}.${end}`
      nodes.set(edge[field], { ...counts, [name]: (counts[name] ?? 0) + by })
    }
  }
  return [...nodes].map(([_id, $inc]) => ({
    filter: { _id },
    update: { $inc, $set: { changedAt: new Date() } },
  }))
}
