import {
  type CountDifference,
  type EdgeCounts,
  type EdgeEnds,
  edgeEnds,
  type EdgeKind,
  edgeKinds,
  type RecountResult,
} from '@kith/core/ports'
import type { Condition } from 'mongodb'
import type { Identified } from './collection.ts'
import type { Collections } from './collections.ts'
import type { Call } from './connection.ts'
import { type Counters, countsFrom, sides } from './edge-document.ts'
import { type Nodes } from './edge-nodes.ts'
import { recount, within } from './recount.ts'

type Counts = Partial<Record<EdgeKind, EdgeCounts>>

/** The possible ends of an edge. */
type NodeKind = EdgeEnds['to']

/** Compares the counts of accounts with their edges, then those of posts. */
export async function recountEdges(call: Call, after: string | null, limit: number): Promise<RecountResult> {
  const [node = 'user', id = null] = after?.split(' ') ?? []
  const { next, ...result } = await recountNodes(call, node as NodeKind, { after: id, limit })
  if (next !== null) return { ...result, next: `${node} ${next}` }
  return { ...result, next: node === 'user' ? 'post' : null }
}

function recountNodes(
  call: Call,
  node: NodeKind,
  { after, limit }: { after: string | null; limit: number },
): Promise<RecountResult> {
  const fields = ['_id', ...edgeKinds] as const
  return recount<Identified & Counters, Counts>(
    {
      read: (from, size) =>
        nodesOf(call.collections, node).find(
          { _id: within({ after: from, last: null }) },
          { fields, sort: { _id: 1 }, limit: size },
        ),
      count: (range) => countEdges(call.collections, within(range), node),
      compare: compareNode,
      correct: (id) => correct(call, node, id),
    },
    after,
    limit,
  )
}

/** Compares the counts of one node with its edges, even during concurrent changes, and corrects them. */
function correct({ atomically }: Call, node: NodeKind, _id: string): Promise<CountDifference[]> {
  return atomically([_id], async (collections, abort) => {
    const nodes = nodesOf(collections, node)
    // Written first: so a concurrent change of the node is retried, and not this, which takes longer.
    const row = await nodes.change({ _id }, { $inc: { changes: 1 } })
    const differences = row ? compareNode(_id, row, (await countEdges(collections, _id, node)).get(_id)) : []
    const right = differences.map(({ kind, counted }) => [kind, counted] as const)
    if (right.length === 0) await abort()
    else await nodes.update({ _id }, { $set: Object.fromEntries(right) as Counts })
    return differences
  })
}

/**
 * How many visible edges each matching node has, read from the indexes alone: of one kind or all, at one kind of node
 * or all.
 */
export async function countEdges(
  { edges }: Pick<Collections, 'edges'>,
  node: Condition<string>,
  only: NodeKind | EdgeKind,
): Promise<Map<string, Counts>> {
  const byNode = new Map<string, Counts>()
  for (const { side, field } of sides) {
    const kinds = edgeKinds.filter((kind) => kind === only || edgeEnds[kind][field] === only)
    if (kinds.length === 0) continue
    const rows = await edges.aggregate<{ _id: { node: string; kind: EdgeKind }; edges: number }>([
      { $match: { [field]: node, kind: { $in: kinds }, hidden: 0 } },
      { $group: { _id: { node: `$${field}`, kind: '$kind' }, edges: { $sum: 1 } } },
    ])
    for (const { _id, edges: count } of rows) {
      const counts = byNode.get(_id.node) ?? {}
      byNode.set(_id.node, { ...counts, [_id.kind]: { ...countsFrom(counts, _id.kind), [side]: count } })
    }
  }
  return byNode
}

function nodesOf({ users, posts }: Collections, node: NodeKind): Nodes {
  return (node === 'user' ? users : posts) as unknown as Nodes
}

function compareNode(node: string, row: Counters, counts: Counts | undefined): CountDifference[] {
  return edgeKinds.flatMap((kind) => {
    const [stored, counted] = [countsFrom(row, kind), countsFrom(counts, kind)]
    const same = stored.out === counted.out && stored.in === counted.in
    return same ? [] : [{ kind, node, stored, counted }]
  })
}
