import type { EdgeCounts, EdgeKind, EdgeRecord } from '@kith/core/ports'
import type { UpdateFilter } from 'mongodb'
import type { Change, Collection } from './collection.ts'
import type { NodeDocument } from './counter-documents.ts'
import { type EdgeEnd, edgeEnds } from './edge-document.ts'

/** The counts of one kind. */
export function countsFrom(node: NodeDocument | null | undefined, kind: EdgeKind): EdgeCounts {
  return { out: node?.[kind]?.out ?? 0, in: node?.[kind]?.in ?? 0 }
}

/** How many edges of a kind end at a node. */
export async function countAt(
  nodes: Collection<NodeDocument>,
  kind: EdgeKind,
  node: string,
): Promise<number> {
  return countsFrom(await nodes.first({ _id: node }), kind).in
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
