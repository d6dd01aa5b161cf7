import { type EdgeCounts, type EdgeEnds, type EdgeKind, edgeKinds, type EdgeRecord } from '@kith/core/ports'
import type { UpdateFilter } from 'mongodb'
import type { Collection, Identified } from './collection.ts'

/** An edge. Its id consists of what it connects, so there is one of a kind between two nodes. */
export interface EdgeDocument extends Identified, EdgeRecord {
  /** 0 if it is visible, or the sum of the `bit` of its hidden ends. */
  hidden: number
}

/**
 * The counts of edges that accounts and posts store: how many visible ones of each kind start and end there. A missing
 * count is 0. On a standalone there are no counts: edges are counted on reading.
 */
export interface Counters extends Partial<Record<EdgeKind, Partial<EdgeCounts>>> {
  /** How often it changed: a recount raises it as well, so that it conflicts with any other change. */
  changes?: number
}

/** A side of a node, the field of an edge with that node, and what it adds to `hidden` while the node is hidden. */
interface Side {
  side: keyof EdgeCounts
  field: keyof EdgeEnds
  bit: number
}

/** Both sides: edges that start at a node are `out`. */
export const sides: readonly Side[] = Object.freeze([
  { side: 'out', field: 'from', bit: 1 },
  { side: 'in', field: 'to', bit: 2 },
])

/** The key of an edge. Besides its id this includes its start, which can serve as a shard key. */
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

/** At most `limit` edges of a node that it still has to hide, or to show again. */
export async function edgesToTurn(
  edges: Collection<EdgeDocument>,
  { node, hidden }: { node: string; hidden: boolean },
  limit: number,
): Promise<EdgeDocument[]> {
  const found: EdgeDocument[] = []
  for (const { field, bit } of sides) {
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
export function countsFrom(node: Counters | null | undefined, kind: EdgeKind): EdgeCounts {
  return { out: node?.[kind]?.out ?? 0, in: node?.[kind]?.in ?? 0 }
}

/** The change of the node on one side of an edge that becomes visible, or no longer is. */
export function countChange(
  kind: EdgeKind,
  side: keyof EdgeCounts,
  by: 1 | -1,
): UpdateFilter<Identified & Counters> {
  return { $inc: { [`${kind}.${side}`]: by, changes: 1 } } as object
}
