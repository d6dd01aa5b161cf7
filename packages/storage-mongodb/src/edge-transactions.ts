import type { EdgeRecord, EdgeStore } from '@kith/core'
import type { Collections } from './collections.ts'
import type { Call } from './connection.ts'
import {
  countChange,
  countChanges,
  countsFrom,
  type EdgeDocument,
  edgeEnds,
  edgeKey,
  edgesOf,
  edgesToTurn,
  hiddenValues,
  keysOf,
  type NodeDocument,
} from './edge-document.ts'
import { countEdges } from './edge-recount.ts'
import { isDuplicate } from './storage-error.ts'

/** A node that is to be hidden, or shown again. */
interface Turn {
  node: string
  hidden: boolean
}

/** Adds an edge with its counts. On a standalone it is seen first, and then hidden if an end is. */
export async function addEdge(call: Call, edge: EdgeRecord): ReturnType<EdgeStore['add']> {
  const { from, to } = edge
  const count = await call.atomically([from, to], async (within, abort) => {
    if (!(await inserted(within, edge))) {
      await abort()
      return null
    }
    if (call.transactional) return await countNew(within, edge)
    await hideNew(within, edge)
    return await countAt(call, edge)
  })
  return { added: count !== null, count: count ?? (await countAt(call, edge)) }
}

/** Removes an edge with its counts. */
export async function removeEdge(call: Call, edge: Omit<EdgeRecord, 'id'>): ReturnType<EdgeStore['remove']> {
  const { kind, from, to } = edge
  const [removed, end] = await call.atomically([from, to], async ({ edges, nodes }, abort) => {
    const row = await edges.take(edgeKey(edge))
    if (!row) await abort()
    if (row?.hidden !== 0 || !call.transactional) return [row !== null, null]
    await nodes.update({ _id: from }, countChange(kind, 'out', -1))
    return [true, await nodes.change({ _id: to }, countChange(kind, 'in', -1))]
  })
  return { removed, count: end ? countsFrom(end, kind).in : await countAt(call, edge) }
}

/** Hides a node or shows it again, one step. */
export function turnNode(call: Call, turn: Turn, limit: number): Promise<number> {
  const { node, hidden } = turn
  const smaller = createShrinking(limit)
  return call.atomically([node], async (within, abort) => {
    const { nodes, edges } = within
    const found = hidden
      ? await nodes.upsert({ _id: node }, { $set: { hidden, marked: true }, $inc: { changes: 1 } })
      : await nodes.change({ _id: node, marked: true }, { $set: { hidden }, $inc: { changes: 1 } })
    if (!found && call.transactional) {
      await abort()
      return 0
    }
    for (;;) {
      const rows = await edgesToTurn(edges, turn, smaller())
      const turned = await turnAll(call, within, { rows, turn })
      if (turned > 0) return turned
      // None where others were first, on a standalone.
      if (rows.length > 0) continue
      if (!hidden) await nodes.update({ _id: node, hidden }, { $unset: { hidden: '', marked: '' } })
      return 0
    }
  })
}

/** Removes edges of a node that is gone, one step. */
export function dropEdges(call: Call, node: string, limit: number): Promise<number> {
  const smaller = createShrinking(limit)
  return call.atomically([node], async ({ edges, nodes }) => {
    for (;;) {
      const rows = await edgesOf(edges, node, smaller())
      if (rows.length === 0) {
        await nodes.remove({ _id: node })
        return 0
      }
      const removed = await edges.removeAll(keysOf(rows))
      const seen = rows.filter((row) => row.hidden === 0)
      if (call.transactional && seen.length > 0) await nodes.updateEach(countChanges(seen, -1))
      if (removed > 0) return removed
    }
  })
}

/** Whoever changes many counts at once is often in the way of others: with each attempt he takes half as many. */
function createShrinking(limit: number): () => number {
  let next = limit
  return () => {
    const size = next
    next = Math.ceil(next / 2)
    return size
  }
}

/** How many edges of its kind end where an edge ends. */
async function countAt(
  { collections, transactional }: Call,
  { kind, to }: Pick<EdgeRecord, 'kind' | 'to'>,
): Promise<number> {
  const counts = transactional
    ? await collections.nodes.first({ _id: to })
    : (await countEdges(collections, to, kind)).get(to)
  return countsFrom(counts, kind).in
}

async function inserted({ edges }: Collections, edge: EdgeRecord): Promise<boolean> {
  try {
    await edges.insert({ ...edgeKey(edge), ...edge, hidden: 0 })
    return true
  } catch (error) {
    if (isDuplicate(error)) return false
    throw error
  }
}

/** Counts an edge that was just inserted; where an end is hidden it is hidden and not counted. Answers the count at its end. */
async function countNew({ edges, nodes }: Collections, edge: EdgeRecord): Promise<number> {
  const { kind, from, to } = edge
  const start = await nodes.upsert({ _id: from }, countChange(kind, 'out', 1))
  // Last, because this one may be wanted by many.
  const end = await nodes.upsert({ _id: to }, countChange(kind, 'in', 1))
  const count = countsFrom(end, kind).in
  const hidden = hiddenBy(start, end)
  if (hidden === 0) return count
  await edges.update(edgeKey(edge), { $set: { hidden } })
  await nodes.updateEach(countChanges([edge], -1))
  return count - 1
}

/**
 * On a standalone: hides a new edge as its ends are, until it is what they say after that. Whoever turns an end later finds
 * the edge.
 */
async function hideNew({ edges, nodes }: Collections, edge: EdgeRecord): Promise<void> {
  for (let before = 0; ;) {
    const ends = await nodes.find({ _id: { $in: [edge.from, edge.to] } })
    const [start, end] = [edge.from, edge.to].map((node) => ends.find(({ _id }) => _id === node))
    const hidden = hiddenBy(start, end)
    if (hidden === before) return
    await edges.update({ ...edgeKey(edge), id: edge.id, hidden: before }, { $set: { hidden } })
    before = hidden
  }
}

/** What `hidden` of an edge between these nodes has to be. */
function hiddenBy(start: NodeDocument | undefined, end: NodeDocument | undefined): number {
  return (start?.hidden ? 1 : 0) + (end?.hidden ? 2 : 0)
}

/** Turns edges that were found, and answers how many. The condition is looked at again for each, for a standalone. */
async function turnAll(
  { transactional }: Call,
  { edges, nodes }: Collections,
  { rows, turn: { node, hidden } }: { rows: readonly EdgeDocument[]; turn: Turn },
): Promise<number> {
  const counted: EdgeDocument[] = []
  let turned = 0
  for (const { field, bit } of edgeEnds) {
    const wrong = rows.filter((row) => row[field] === node && ((row.hidden & bit) !== 0) !== hidden)
    if (wrong.length === 0) continue
    const filter = { ...keysOf(wrong), hidden: hiddenValues(bit, !hidden) }
    turned += await edges.updateAll(filter, { $inc: { hidden: hidden ? bit : -bit } })
    counted.push(...wrong.filter((row) => (hidden ? row.hidden === 0 : row.hidden === bit)))
  }
  if (transactional && counted.length > 0) await nodes.updateEach(countChanges(counted, hidden ? -1 : 1))
  return turned
}
