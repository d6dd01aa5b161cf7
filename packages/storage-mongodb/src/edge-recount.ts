import {
  type CountDifference,
  type EdgeCounts,
  type EdgeKind,
  edgeKinds,
  type RecountResult,
} from '@kith/core'
import type { Condition } from 'mongodb'
import type { Collections } from './collections.ts'
import type { Call } from './connection.ts'
import { countsFrom, edgeEnds, type NodeDocument } from './edge-document.ts'
import { recount, within } from './recount.ts'

type Counts = Partial<Record<EdgeKind, EdgeCounts>>

/** Compares the counts of nodes with their edges. */
export function recountEdges(call: Call, after: string | null, limit: number): Promise<RecountResult> {
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

/** Compares the counts of one node with its edges, whatever goes on meanwhile, and sets them right. */
function correct({ atomically }: Call, node: string): Promise<CountDifference[]> {
  return atomically([node], async (within, abort) => {
    // Written first: so whoever changes the node meanwhile begins again, and not this, which takes longer than they do.
    const row = await within.nodes.change({ _id: node }, { $inc: { changes: 1 } })
    const counts = await countEdges(within, node)
    const differences = compareNode(node, row ?? undefined, counts.get(node))
    const right = differences.map(({ kind, counted }) => [kind, counted] as const)
    if (right.length === 0) await abort()
    else await within.nodes.upsert({ _id: node }, { $set: Object.fromEntries(right) })
    return differences
  })
}

/** How many edges of some kinds are seen at each node that a condition takes, read from the indexes alone. */
export async function countEdges(
  { edges }: Pick<Collections, 'edges'>,
  node: Condition<string>,
  kind: Condition<EdgeKind> = { $in: [...edgeKinds] },
): Promise<Map<string, Counts>> {
  const byNode = new Map<string, Counts>()
  for (const { end, field } of edgeEnds) {
    const rows = await edges.aggregate<{ _id: { node: string; kind: EdgeKind }; edges: number }>([
      { $match: { [field]: node, kind, hidden: 0 } },
      { $group: { _id: { node: `$${field}`, kind: '$kind' }, edges: { $sum: 1 } } },
    ])
    for (const { _id, edges: count } of rows) {
      const counts = byNode.get(_id.node) ?? {}
      byNode.set(_id.node, { ...counts, [_id.kind]: { ...countsFrom(counts, _id.kind), [end]: count } })
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
    const [stored, counted] = [countsFrom(row, kind), countsFrom(counts, kind)]
    const same = stored.out === counted.out && stored.in === counted.in
    return same ? [] : [{ kind, node, stored, counted }]
  })
}
