import type { Filter } from 'mongodb'
import type { Collection } from './collection.ts'
import type { Collections } from './collections.ts'
import type { NodeDocument } from './counter-documents.ts'
import {
  arriving,
  type EdgeDocument,
  type EdgeEnd,
  edgeEnds,
  edgeKey,
  type PendingChange,
  turning,
} from './edge-document.ts'
import { apply, forgetApplied, operationName } from './operation.ts'
import { never } from './removal.ts'

/** The nodes at the ends of an edge, as they were when they had counted it. */
export type CountedEnds = Record<EdgeEnd, NodeDocument | null>

/** An edge whose change is not finished. */
type PendingEdge = EdgeDocument & { pending: PendingChange }

/** A change that both ends of an edge have to count, if there is something to count. */
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
 *
 * An edge that is new, hidden or shown becomes what its ends say now that it can be found: whoever turns one of them afterwards
 * finds it.
 */
export async function settleEdge(
  collections: Pick<Collections, 'edges' | 'nodes'>,
  found: PendingEdge,
): Promise<CountedEnds> {
  const { edges, nodes } = collections
  let ends: CountedEnds = { out: null, in: null }
  for (let edge: EdgeDocument | null = found; edge && isSame(edge, found);) {
    ends = edge.pending.by === 0 ? await readEnds(nodes, edge) : await countedBy(collections, edge)
    const next = isOpen(edge) ? hiddenBy(ends) : edge.pending.next
    const isCounted = edge.pending.by === 1
    if (isOpen(edge) && isCounted !== (next === 0)) {
      edge = await recounted(edges, edge, { by: isCounted ? -1 : 1, next })
    } else if (await finish(edges, edge, next)) break
    else edge = await edges.first(edgeKey(edge))
  }
  for (const { end } of edgeEnds) await forgetApplied(nodes, ends[end], () => namesWaiting(edges))
  return ends
}

/** The nodes at the ends of an edge. */
export async function readEnds(
  nodes: Collection<NodeDocument>,
  { from, to }: Pick<EdgeDocument, 'from' | 'to'>,
): Promise<CountedEnds> {
  const found = await nodes.find({ _id: { $in: [from, to] } })
  const byId = new Map(found.map((node) => [node._id, node]))
  return { out: byId.get(from) ?? null, in: byId.get(to) ?? null }
}

/** What `hidden` of an edge between these nodes has to be. */
export function hiddenBy({ out, in: into }: CountedEnds): number {
  return (out?.hidden ? 1 : 0) + (into?.hidden ? 2 : 0)
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

/** Whether it is the change that was found; of a new edge, any until the edge is what it has to be. */
function isSame(edge: EdgeDocument, found: PendingEdge): edge is PendingEdge {
  if (!isPending(edge)) return false
  return edge.pending.id === found.pending.id || (isOpen(edge) && edge.id === found.id)
}

/** Whether its ends decide what it becomes. */
function isOpen({ hidden }: EdgeDocument): boolean {
  return hidden === arriving || hidden === turning
}

async function countedBy(
  collections: Pick<Collections, 'edges' | 'nodes'>,
  edge: PendingEdge,
): Promise<CountedEnds> {
  return { out: await count(collections, edge, 'out'), in: await count(collections, edge, 'in') }
}

/** Lets another change follow the one that was counted. Answers the edge as it is then. */
async function recounted(
  edges: Collection<EdgeDocument>,
  edge: PendingEdge,
  change: Pick<PendingChange, 'by' | 'next'>,
): Promise<EdgeDocument | null> {
  const changed = await edges.change(asCounted(edge), { $set: { pending: pendingChange(change) } })
  return changed ?? (await edges.first(edgeKey(edge)))
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
function finish(edges: Collection<EdgeDocument>, edge: PendingEdge, next: number | null): Promise<boolean> {
  if (next === null) return edges.remove(asCounted(edge))
  return edges.update(asCounted(edge), { $set: { hidden: next }, $unset: { pending: '' } })
}

function asCounted(edge: PendingEdge): Filter<EdgeDocument> {
  const { names } = edge.pending
  return { ...edgeKey(edge), 'pending.names.out': names.out, 'pending.names.in': names.in }
}
