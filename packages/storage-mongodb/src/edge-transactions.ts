import type { EdgeRecord } from '@kith/core/ports'
import type { Collections } from './collections.ts'
import type { EdgeChanges, Turn } from './edge-changes.ts'
import { type EdgeDocument, edgeEnds, edgeKey, edgesOf, edgesToTurn } from './edge-document.ts'
import { compareCounts } from './edge-recount.ts'
import { countAt, countChange, countChanges, countsFrom } from './node-counts.ts'
import { isDuplicate } from './storage-error.ts'

/** Changes edges and counts together in one transaction. */
export const edgeTransactions: EdgeChanges = {
  async add({ atomically, collections }, edge) {
    const count = await atomically(
      [edge.from, edge.to],
      async (within, abort) => {
        if (await inserted(within, edge)) return await countNew(within, edge)
        await abort()
        return null
      },
      async () => (await collections.edges.first(edgeKey(edge)))?.id === edge.id,
    )
    if (count !== null) return { added: true, count }
    return { added: false, count: await countAt(collections.nodes, edge.kind, edge.to) }
  },

  async remove({ atomically, collections }, edge) {
    const { kind, from, to } = edge
    const [removed, seen] = await atomically([from, to], async ({ edges, nodes }, abort) => {
      const row = await edges.take(edgeKey(edge))
      if (!row) await abort()
      if (row?.hidden !== 0) return [row !== null, null]
      await nodes.update({ _id: from }, countChange(kind, 'out', -1))
      return [true, await nodes.change({ _id: to }, countChange(kind, 'in', -1))]
    })
    const count = seen ? countsFrom(seen, kind).in : await countAt(collections.nodes, kind, to)
    return { removed, count }
  },

  async setHidden({ atomically }, turn, limit) {
    const smaller = createShrinking(limit)
    return atomically([turn.node], async (within, abort) => {
      const { nodes, edges } = within
      const { node, hidden } = turn
      const found = hidden
        ? await nodes.upsert({ _id: node }, { $set: { hidden, marked: true }, $inc: { changes: 1 } })
        : await nodes.change({ _id: node, marked: true }, { $set: { hidden }, $inc: { changes: 1 } })
      if (!found) await abort()
      const rows = found ? (await edgesToTurn(edges, turn, smaller())).filter(isWhole) : []
      if (rows.length > 0) await turnAll(within, rows, turn)
      else if (found && !hidden) await nodes.update({ _id: node }, { $unset: { hidden: '', marked: '' } })
      return rows.length
    })
  },

  async drop({ atomically }, node, limit) {
    const smaller = createShrinking(limit)
    return atomically([node], async ({ edges, nodes }) => {
      const rows = await edgesOf(edges, node, smaller())
      const seen = rows.filter((row) => row.hidden === 0)
      if (rows.length > 0) await edges.removeAll(keysOf(rows))
      else await nodes.remove({ _id: node })
      if (seen.length > 0) await nodes.updateEach(countChanges(seen, -1))
      return rows.length
    })
  },

  correct: ({ atomically }, node) =>
    atomically([node], async (within, abort) => {
      const row = await within.nodes.first({ _id: node })
      const { differences, update } = await compareCounts(within, node, row)
      if (differences.length > 0) await within.nodes.upsert({ _id: node }, update)
      else await abort()
      return differences
    }),
}

/** Not left over from when the server had no transactions: `migrate()` finishes those. */
function isWhole({ pending }: EdgeDocument): boolean {
  return pending === undefined
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
  const hidden = (start.hidden ? 1 : 0) + (end.hidden ? 2 : 0)
  if (hidden === 0) return count
  await edges.update(edgeKey(edge), { $set: { hidden } })
  await nodes.updateEach(countChanges([edge], -1))
  return count - 1
}

async function turnAll(
  { edges, nodes }: Collections,
  rows: readonly EdgeDocument[],
  { node, hidden }: Turn,
): Promise<void> {
  const counted: EdgeDocument[] = []
  for (const { field, bit } of edgeEnds) {
    const turned = rows.filter((row) => row[field] === node && ((row.hidden & bit) !== 0) !== hidden)
    if (turned.length === 0) continue
    await edges.updateAll(keysOf(turned), { $inc: { hidden: hidden ? bit : -bit } })
    counted.push(...turned.filter((row) => (hidden ? row.hidden === 0 : row.hidden === bit)))
  }
  if (counted.length > 0) await nodes.updateEach(countChanges(counted, hidden ? -1 : 1))
}

function keysOf(rows: readonly EdgeDocument[]): { _id: { $in: string[] }; from: { $in: string[] } } {
  const starts = new Set(rows.map((row) => row.from))
  return { _id: { $in: rows.map((row) => row._id) }, from: { $in: [...starts] } }
}
