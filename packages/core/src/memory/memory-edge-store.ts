import type { EdgeRecord, EdgeSide, EdgeStore } from '../graph/edge-store.ts'
import { type MemoryState, pageOf } from './memory-state.ts'

/**
 * Edges in a `Map`. The reference counts edges instead of keeping counts, so it cannot be wrong; and hides a node in
 * one step.
 */
export function createMemoryEdgeStore({ edges, hiddenNodes }: MemoryState): EdgeStore {
  const keyOf = ({ kind, from, to }: Pick<EdgeRecord, 'kind' | 'from' | 'to'>) => `${kind} ${from} ${to}`
  const isVisible = (edge: EdgeRecord) => !hiddenNodes.has(edge.from) && !hiddenNodes.has(edge.to)

  function at({ kind, side, node }: EdgeSide): EdgeRecord[] {
    const end = side === 'out' ? 'from' : 'to'
    return [...edges.values()].filter((edge) => edge.kind === kind && edge[end] === node && isVisible(edge))
  }
  const touching = (node: string) =>
    [...edges.entries()].filter(([, edge]) => edge.from === node || edge.to === node)

  return {
    async add(edge) {
      const added = !edges.has(keyOf(edge))
      if (added) edges.set(keyOf(edge), structuredClone(edge))
      return { added, count: at({ kind: edge.kind, side: 'in', node: edge.to }).length }
    },
    async remove(edge) {
      const removed = edges.delete(keyOf(edge))
      return { removed, count: at({ kind: edge.kind, side: 'in', node: edge.to }).length }
    },
    list: async (side, keyset) => pageOf(at(side), keyset),
    async among(side, others) {
      const far = side.side === 'out' ? 'to' : 'from'
      const wanted = new Set(others)
      return at(side)
        .map((edge) => edge[far])
        .filter((node) => wanted.has(node))
    },
    async counts(kind, nodes) {
      return nodes.map((node) => ({
        out: at({ kind, side: 'out', node }).length,
        in: at({ kind, side: 'in', node }).length,
      }))
    },
    async setHidden(node, hidden) {
      if (hiddenNodes.has(node) === hidden) return 0
      if (hidden) hiddenNodes.add(node)
      else hiddenNodes.delete(node)
      return touching(node).length
    },
    async hiddenNodes(keyset) {
      return pageOf(
        [...hiddenNodes].map((id) => ({ id })),
        keyset,
      ).map((node) => node.id)
    },
    async drop(node, limit) {
      const dropped = touching(node).slice(0, limit)
      for (const [key] of dropped) edges.delete(key)
      if (dropped.length === 0) hiddenNodes.delete(node)
      return dropped.length
    },
    async recount() {
      return { checked: 0, differences: [], next: null }
    },
  }
}
