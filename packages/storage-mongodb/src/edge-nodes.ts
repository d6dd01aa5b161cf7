import { type EdgeEnds, edgeEnds, type EdgeKind, type EdgeRecord } from '@kith/core/ports'
import type { Change, Collection, Identified } from './collection.ts'
import type { Collections } from './collections.ts'
import { type Counters, sides } from './edge-document.ts'

/** The possible starts and ends of edges: an account or a post. */
export type Nodes = Collection<Identified & Counters>

/** Where the nodes at one end of a kind are stored. */
export function nodesAt(collections: Collections, kind: EdgeKind, field: keyof EdgeEnds): Nodes {
  return (edgeEnds[kind][field] === 'post' ? collections.posts : collections.users) as unknown as Nodes
}

/** Counts edges at all nodes at their ends, each node once. */
export async function countAll(
  collections: Collections,
  edges: readonly Omit<EdgeRecord, 'id'>[],
  by: 1 | -1,
): Promise<void> {
  const changes = new Map<Nodes, Map<string, Record<string, number>>>()
  for (const edge of edges) {
    for (const { side, field } of sides) {
      const nodes = nodesAt(collections, edge.kind, field)
      const byId = changes.get(nodes) ?? new Map<string, Record<string, number>>()
      const counts = byId.get(edge[field]) ?? { changes: 1 }
      const name = `${edge.kind}.${side}`
      changes.set(nodes, byId.set(edge[field], { ...counts, [name]: (counts[name] ?? 0) + by }))
    }
  }
  for (const [nodes, byId] of changes) {
    await nodes.updateEach(
      [...byId].map(([_id, $inc]): Change<Identified & Counters> => ({ filter: { _id }, update: { $inc } })),
    )
  }
}
