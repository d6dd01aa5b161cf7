import type { EdgeRecord, EdgeStore, OutboxRows } from '@kith/core/ports'
import type { Collections } from './collections.ts'
import type { Call } from './connection.ts'
import { countAt } from './edge-adding.ts'
import {
  countChange,
  countsFrom,
  type EdgeDocument,
  edgeKey,
  edgesOf,
  edgesToTurn,
  hiddenValues,
  keysOf,
  sides,
} from './edge-document.ts'
import { countAll, nodesAt } from './edge-nodes.ts'
import { addToOutbox } from './outbox-rows.ts'

/** A node to hide, or to show again. */
interface Turn {
  node: string
  hidden: boolean
}

/** Removes an edge with its counts. */
export async function removeEdge(
  call: Call,
  edge: Omit<EdgeRecord, 'id'>,
  outbox?: OutboxRows,
): ReturnType<EdgeStore['remove']> {
  const { kind, from, to } = edge
  const [removed, end] = await call.atomically([from, to], async (within, abort) => {
    const row = await within.edges.take(edgeKey(edge))
    if (row) await addToOutbox(within, outbox?.())
    else await abort()
    if (row?.hidden !== 0 || !call.transactional) return [row !== null, null]
    await nodesAt(within, kind, 'from').update({ _id: from }, countChange(kind, 'out', -1))
    return [true, await nodesAt(within, kind, 'to').change({ _id: to }, countChange(kind, 'in', -1))]
  })
  return { removed, count: end ? countsFrom(end, kind).in : await countAt(call, edge) }
}

/** Hides an account or shows it again, one step. */
export function turnNode(call: Call, turn: Turn, limit: number): Promise<number> {
  const { node, hidden } = turn
  const smaller = createShrinking(limit)
  return call.atomically([node], async (within, abort) => {
    const { users, edges } = within
    const state = hidden
      ? await users.change({ _id: node }, { $set: { hidden, marked: true }, $inc: { changes: 1 } })
      : await users.change({ _id: node, marked: true }, { $set: { hidden }, $inc: { changes: 1 } })
    if (!state && call.transactional) {
      await abort()
      return 0
    }
    for (;;) {
      const rows = await edgesToTurn(edges, turn, smaller())
      const turned = await turnAll(call, within, { rows, turn })
      if (turned > 0) return turned
      // None if others were first, on a standalone.
      if (rows.length > 0) continue
      if (!hidden) await users.update({ _id: node, hidden }, { $unset: { hidden: '', marked: '' } })
      return 0
    }
  })
}

/** Removes edges of a node that is gone, one step. */
export function dropEdges(call: Call, node: string, limit: number): Promise<number> {
  const smaller = createShrinking(limit)
  return call.atomically([node], async (within) => {
    for (;;) {
      const rows = await edgesOf(within.edges, node, smaller())
      if (rows.length === 0) {
        await within.users.update({ _id: node, marked: true }, { $unset: { hidden: '', marked: '' } })
        return 0
      }
      const removed = await within.edges.removeAll(keysOf(rows))
      if (call.transactional) await countAll(within, rows.filter(isSeen), -1)
      if (removed > 0) return removed
    }
  })
}

/** Changing many counts often conflicts with others: each attempt takes half as many. */
function createShrinking(limit: number): () => number {
  let next = limit
  return () => {
    const size = next
    next = Math.ceil(next / 2)
    return size
  }
}

function isSeen({ hidden }: EdgeDocument): boolean {
  return hidden === 0
}

/** Turns edges that were found, and returns how many. The condition is checked again for each, for a standalone. */
async function turnAll(
  { transactional }: Call,
  within: Collections,
  { rows, turn: { node, hidden } }: { rows: readonly EdgeDocument[]; turn: Turn },
): Promise<number> {
  const counted: EdgeDocument[] = []
  let turned = 0
  for (const { field, bit } of sides) {
    const wrong = rows.filter((row) => row[field] === node && ((row.hidden & bit) !== 0) !== hidden)
    if (wrong.length === 0) continue
    const filter = { ...keysOf(wrong), hidden: hiddenValues(bit, !hidden) }
    turned += await within.edges.updateAll(filter, { $inc: { hidden: hidden ? bit : -bit } })
    counted.push(...wrong.filter((row) => (hidden ? row.hidden === 0 : row.hidden === bit)))
  }
  if (transactional) await countAll(within, counted, hidden ? -1 : 1)
  return turned
}
