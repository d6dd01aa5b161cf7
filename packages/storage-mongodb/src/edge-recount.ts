import {
  type CountDifference,
  type EdgeCounts,
  type EdgeKind,
  edgeKinds,
  type RecountResult,
} from '@kith/core/ports'
import type { Condition, UpdateFilter } from 'mongodb'
import type { Collections } from './collections.ts'
import type { Call } from './connection.ts'
import type { NodeDocument } from './counter-documents.ts'
import type { EdgeChanges } from './edge-changes.ts'
import { edgeEnds } from './edge-document.ts'
import { countsFrom } from './node-counts.ts'
import { type Range, recount, within } from './recount.ts'

type Counts = Partial<Record<EdgeKind, EdgeCounts>>

/** Compares the counts of nodes with their edges. */
export function recountEdges(
  call: Call,
  { correct }: EdgeChanges,
  { after, limit }: { after: string | null; limit: number },
): Promise<RecountResult> {
  const { nodes } = call.collections
  return recount<NodeDocument, Counts>(
    {
      read: (from, size) =>
        nodes.find({ _id: within({ after: from, last: null }) }, { sort: { _id: 1 }, limit: size }),
      count: (range) => countEdges(call.collections, within(range)),
      compare: compareNode,
      correct: (node) => correct(call, node),
    },
    after,
    limit,
  )
}

/** What is wrong with the counts of a node, and the update that sets them right. */
export async function compareCounts(
  collections: Collections,
  node: string,
  row: NodeDocument | null,
): Promise<{ differences: CountDifference[]; update: UpdateFilter<NodeDocument> }> {
  const counts = await countEdges(collections, node)
  const differences = compareNode(node, row ?? undefined, counts.get(node))
  const right = differences.map(({ kind, counted }) => [kind, counted] as const)
  return { differences, update: { $set: Object.fromEntries(right), $inc: { changes: 1 } } }
}

/** How many edges are seen at each node that a condition takes, by kind and end. */
async function countEdges({ edges }: Collections, node: Condition<string>): Promise<Map<string, Counts>> {
  const byNode = new Map<string, Counts>()
  for (const { end, field } of edgeEnds) {
    const rows = await edges.aggregate<{ _id: { node: string; kind: EdgeKind }; edges: number }>([
      { $match: { [field]: node, hidden: 0 } },
      { $group: { _id: { node: `$${field}`, kind: '$kind' }, edges: { $sum: 1 } } },
    ])
    for (const { _id, edges: count } of rows) {
      const counts = byNode.get(_id.node) ?? {}
      const before = counts[_id.kind] ?? { out: 0, in: 0 }
      byNode.set(_id.node, { ...counts, [_id.kind]: { ...before, [end]: count } })
    }
  }
  return byNode
}

function compareNode(
  node: string,
  row: NodeDocument | undefined,
  counts: Counts | undefined,
): CountDifference[] {
  return edgeKinds.flatMap((kind) => {
    const stored = countsFrom(row, kind)
    const counted = counts?.[kind] ?? { out: 0, in: 0 }
    const same = stored.out === counted.out && stored.in === counted.in
    return same ? [] : [{ kind, node, stored, counted }]
  })
}
