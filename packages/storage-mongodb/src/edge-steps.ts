import type { EdgeRecord } from '@kith/core/ports'
import type { Collections } from './collections.ts'
import type { EdgeChanges } from './edge-changes.ts'
import { allOf } from './all-of.ts'
import { arriving, type EdgeDocument, edgeKey, edgesOf, edgesToTurn } from './edge-document.ts'
import { compareCounts } from './edge-recount.ts'
import { type EdgeChange, removeEdge, turnEdge } from './edge-turns.ts'
import { countAt, countsFrom } from './node-counts.ts'
import {
  type CountedEnds,
  hiddenBy,
  isPending,
  pendingChange,
  readEnds,
  settleEdge,
  settleEdges,
} from './pending-edges.ts'
import { ensureCounters } from './operation.ts'
import { isDuplicate } from './storage-error.ts'

/** Each edge takes several commands here, so that a step takes no more edges. */
const atOnce = 50

/**
 * Changes edges and counts on a server without transactions: a change that is seen is first noted in the edge, then
 * counted by both ends, then made. Whoever meets a change that is not finished finishes it.
 */
export const edgeSteps: EdgeChanges = {
  async add({ collections }, edge) {
    const { nodes } = collections
    const inserted = await insertSettled(collections, edge)
    if (!inserted) return { added: false, count: await countAt(nodes, edge.kind, edge.to) }
    return { added: true, count: countsFrom(inserted.in, edge.kind).in }
  },

  async remove({ collections }, edge) {
    const removed = await removeEdge(collections, edgeKey(edge))
    const count = removed?.ends
      ? countsFrom(removed.ends.in, edge.kind).in
      : await countAt(collections.nodes, edge.kind, edge.to)
    return { removed: removed !== null, count }
  },

  async setHidden({ collections }, turn, limit) {
    const { nodes, edges } = collections
    const { node, hidden } = turn
    const found = hidden
      ? await nodes.upsert({ _id: node }, { $set: { hidden, marked: true }, $inc: { turns: 1 } })
      : await nodes.change({ _id: node, marked: true }, { $set: { hidden } })
    if (!found) return 0
    const turned = await untilSome(
      () => edgesToTurn(edges, turn, Math.min(limit, atOnce)),
      (row) => turnEdge(collections, row, { bit: row.from === node ? 1 : 2, hidden }),
    )
    if (turned === 0 && !hidden) {
      const asFound = { _id: node, hidden, turns: found.turns ?? { $exists: false } }
      await nodes.update(asFound, { $unset: { hidden: '', marked: '' } })
    }
    return turned
  },

  async drop({ collections }, node, limit) {
    const { nodes, edges } = collections
    const dropped = await untilSome(
      () => edgesOf(edges, node, Math.min(limit, atOnce)),
      (row) => removeEdge(collections, row),
    )
    if (dropped > 0) return dropped
    await nodes.update({ _id: node }, { $unset: { hidden: '', marked: '' } })
    // A late command may still count an edge here; the second purge comes when none can.
    const minuteAgo = new Date(Date.now() - 60_000)
    await nodes.remove({ _id: node, changedAt: { $not: { $gte: minuteAgo } } })
    return 0
  },

  async correct({ collections }, node) {
    const { nodes } = collections
    for (let attempt = 0; attempt < 5; attempt++) {
      const row = await nodes.first({ _id: node })
      // After this the edges have what the node had counted by then.
      await settleEdges(collections)
      const { differences, update } = await compareCounts(collections, node, row)
      if (differences.length === 0) return []
      try {
        await nodes.upsert({ _id: node, changes: row?.changes ?? { $exists: false } }, update)
        return differences
      } catch (error) {
        if (!isDuplicate(error)) throw error
      }
    }
    // A node that changes all the time is left to the next recount.
    return []
  },
}

/** Takes some edges and changes each, until at least one was changed by this call or none is left. Answers how many were. */
async function untilSome(
  some: () => Promise<EdgeDocument[]>,
  change: (row: EdgeDocument) => Promise<EdgeChange | null>,
): Promise<number> {
  for (;;) {
    const rows = await some()
    const changed = (await allOf(rows.map(change))).filter((each) => each !== null).length
    if (changed > 0 || rows.length === 0) return changed
  }
}

/** Inserts an edge. Answers its ends after that; `null` if there is one. */
async function insertSettled(collections: Collections, edge: EdgeRecord): Promise<CountedEnds | null> {
  const { edges, nodes } = collections
  for (;;) {
    const before = await readEnds(nodes, edge)
    const missing = [...(before.out ? [] : [edge.from]), ...(before.in ? [] : [edge.to])]
    await ensureCounters(nodes, missing)
    const pending = pendingChange({ by: hiddenBy(before) === 0 ? 1 : 0, next: 0 })
    const arrival = { ...edgeKey(edge), ...edge, hidden: arriving, pending }
    try {
      await edges.insert(arrival)
      return await settleEdge(collections, arrival)
    } catch (error) {
      if (!isDuplicate(error)) throw error
    }
    const found = await edges.first(edgeKey(edge))
    if (found && !isPending(found)) return null
    if (found) await settleEdge(collections, found)
  }
}
