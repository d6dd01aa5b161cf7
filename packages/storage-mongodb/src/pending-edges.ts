import type { Collection } from './collection.ts'
import type { Collections } from './collections.ts'
import type { NodeDocument } from './counter-documents.ts'
import { type EdgeDocument, type EdgeEnd, edgeEnds, edgeKey, type PendingChange } from './edge-document.ts'
import { apply, forgetApplied, operationName } from './operation.ts'
import { never } from './removal.ts'

/** The nodes at the ends of an edge, as they were when they had counted it. */
export type CountedEnds = Record<EdgeEnd, NodeDocument | null>

/** An edge whose change is not finished. */
type PendingEdge = EdgeDocument & { pending: PendingChange }

/** A change that both ends of an edge have to count. */
export function pendingChange({ by, next }: Pick<PendingChange, 'by' | 'next'>): PendingChange {
  const id = operationName()
  return { id, names: { out: id, in: id }, by, next, since: new Date() }
}

/** Whether a change of this edge is not finished. */
export function isPending(edge: EdgeDocument): edge is PendingEdge {
  return edge.pending !== undefined
}

/**
 * Finishes the change of an edge: both ends count it, then it takes effect. Any number of callers may do so at once, and
 * again after a crash. Answers the ends.
 */
export async function settleEdge(
  { edges, nodes }: Pick<Collections, 'edges' | 'nodes'>,
  found: PendingEdge,
): Promise<CountedEnds> {
  const ends: CountedEnds = { out: null, in: null }
  for (
    let edge: EdgeDocument | null = found;
    edge && isPending(edge) && edge.pending.id === found.pending.id;
  ) {
    for (const { end } of edgeEnds) ends[end] = await count({ edges, nodes }, edge, end)
    if (await finish(edges, edge)) break
    edge = await edges.first(edgeKey(edge))
  }
  for (const { end } of edgeEnds) await forgetApplied(nodes, ends[end], () => namesWaiting(edges))
  return ends
}

/** Finishes every change that has begun. */
export async function settleEdges(collections: Pick<Collections, 'edges' | 'nodes'>): Promise<void> {
  for (const edge of await pendingEdges(collections.edges)) await settleEdge(collections, edge)
}

/** The edges whose change is not finished. */
async function pendingEdges(edges: Collection<EdgeDocument>): Promise<PendingEdge[]> {
  return (await edges.find({ 'pending.since': { $gt: never } })).filter(isPending)
}

async function namesWaiting(edges: Collection<EdgeDocument>): Promise<Set<string>> {
  return new Set((await pendingEdges(edges)).flatMap(({ pending: { names } }) => [names.out, names.in]))
}

function count(
  { edges, nodes }: Pick<Collections, 'edges' | 'nodes'>,
  edge: PendingEdge,
  end: EdgeEnd,
): Promise<NodeDocument | null> {
  const { id, names, by } = edge.pending
  const field = `pending.names.${end}`
  return apply(nodes, {
    counter: end === 'out' ? edge.from : edge.to,
    name: names[end],
    add: { [`${edge.kind}.${end}`]: by },
    async rename(before, name) {
      const renamed = { ...edgeKey(edge), 'pending.id': id, [field]: before }
      if (await edges.update(renamed, { $set: { [field]: name } })) return name
      const now = await edges.first(edgeKey(edge))
      return now?.pending?.id === id ? now.pending.names[end] : null
    },
  })
}

/** Lets the change take effect, if it is still counted by these names. */
function finish(edges: Collection<EdgeDocument>, edge: PendingEdge): Promise<boolean> {
  const { names, next } = edge.pending
  const counted = { ...edgeKey(edge), 'pending.names.out': names.out, 'pending.names.in': names.in }
  if (next === null) return edges.remove(counted)
  return edges.update(counted, { $set: { hidden: next }, $unset: { pending: '' } })
}
