import {
  type AddEdgeResult,
  edgeEnds,
  type EdgeRecord,
  type EdgeSide,
  type EdgeStore,
} from '../graph/edge-store.ts'
import type { OutboxRows } from '../outbox/outbox-store.ts'
import { addToOutbox } from './memory-outbox-store.ts'
import { lives, type MemoryEdge, type MemoryState, pageOf } from './memory-state.ts'

/** Edges in a `Map`. The reference counts edges instead of storing counts, so they cannot differ. */
export function createMemoryEdgeStore(state: MemoryState): EdgeStore {
  const { edges, hiddenNodes, posts, users } = state
  const keyOf = ({ kind, from, to }: Pick<EdgeRecord, 'kind' | 'from' | 'to'>) => `${kind} ${from} ${to}`

  function at({ kind, side, node }: EdgeSide): EdgeRecord[] {
    const end = side === 'out' ? 'from' : 'to'
    return [...edges.values()]
      .filter((edge) => edge.kind === kind && edge[end] === node && edge.hiddenBy.length === 0)
      .map(({ hiddenBy: _, ...edge }) => edge)
  }
  const countIn = ({ kind, to }: Pick<EdgeRecord, 'kind' | 'to'>) => at({ kind, side: 'in', node: to }).length
  const touching = (node: string): MemoryEdge[] =>
    [...edges.values()].filter((edge) => edge.from === node || edge.to === node)

  function add(edge: EdgeRecord, outbox?: OutboxRows): AddEdgeResult {
    const owner = edgeEnds[edge.kind].to === 'post' ? posts.get(edge.to)?.authorId : edge.to
    if (!lives(state, owner ?? '')) return { outcome: 'gone', end: 'to' }
    if (!lives(state, edge.from)) return { outcome: 'gone', end: 'from' }
    const outcome = edges.has(keyOf(edge)) ? 'already' : 'added'
    const hiddenBy = [edge.from, edge.to].filter((node) => hiddenNodes.get(node))
    if (outcome === 'added') {
      addToOutbox(state.queues, outbox?.() ?? [])
      edges.set(keyOf(edge), { ...edge, hiddenBy })
    }
    return { outcome, count: countIn(edge) }
  }

  return {
    add: async (edge, outbox) => add(edge, outbox),
    async follow({ id, from, username }, outbox) {
      const to = [...users.values()].find((user) => user.username === username)?.id
      if (to === undefined || !lives(state, to)) return { outcome: 'gone', end: 'to' }
      if (to === from) return { outcome: 'self' }
      const result = add({ id, kind: 'follow', from, to }, outbox && (() => outbox(to)))
      return result.outcome === 'gone' ? result : { ...result, to }
    },
    async remove(edge, outbox) {
      const removed = edges.has(keyOf(edge))
      if (removed) addToOutbox(state.queues, outbox?.() ?? [])
      edges.delete(keyOf(edge))
      return { removed, count: countIn(edge) }
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
    async setHidden(node, hidden, limit) {
      if (!hidden && !hiddenNodes.has(node)) return 0
      hiddenNodes.set(node, hidden)
      const turned = touching(node)
        .filter((edge) => edge.hiddenBy.includes(node) !== hidden)
        .slice(0, limit)
      for (const edge of turned) {
        edge.hiddenBy = hidden ? [...edge.hiddenBy, node] : edge.hiddenBy.filter((other) => other !== node)
      }
      if (!hidden && turned.length === 0) hiddenNodes.delete(node)
      return turned.length
    },
    async hiddenNodes(keyset) {
      return pageOf(
        [...hiddenNodes.keys()].map((id) => ({ id })),
        keyset,
      ).map((node) => node.id)
    },
    async drop(node, limit) {
      const dropped = touching(node).slice(0, limit)
      for (const edge of dropped) edges.delete(keyOf(edge))
      if (dropped.length === 0) hiddenNodes.delete(node)
      return dropped.length
    },
    async recount() {
      return { checked: 0, differences: [], next: null }
    },
  }
}
