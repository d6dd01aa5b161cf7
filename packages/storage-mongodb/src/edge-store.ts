import type { EdgeStore } from '@kith/core'
import type { Connection } from './connection.ts'
import { countsFrom, edgeFrom, edgeKey, keysOf } from './edge-document.ts'
import { countEdges, recountEdges } from './edge-recount.ts'
import { addEdge, dropEdges, removeEdge, turnNode } from './edge-transactions.ts'
import { below } from './keyset.ts'
import { nothingToRecount } from './recount.ts'

/** Creates the edge store on a connection. */
export function createEdgeStore({ call, longCall }: Connection): EdgeStore {
  return {
    add: (edge) => call('edges.add', (each) => addEdge(each, edge)),
    remove: (edge) => call('edges.remove', (each) => removeEdge(each, edge)),
    list: ({ kind, side, node }, { limit, before }) =>
      call('edges.list', async ({ collections: { edges } }) => {
        const filter = { [near(side)]: node, kind, hidden: 0, ...below('id', before) }
        const fields = ['id', 'kind', 'from', 'to'] as const
        return (await edges.find(filter, { fields, sort: { id: -1 }, limit })).map(edgeFrom)
      }),
    among: ({ kind, side, node }, others) =>
      call('edges.among', async ({ collections: { edges } }) => {
        const far = side === 'out' ? 'to' : 'from'
        const keys = [...new Set(others)].map((other) =>
          edgeKey(side === 'out' ? { kind, from: node, to: other } : { kind, from: other, to: node }),
        )
        const found = await edges.find({ ...keysOf(keys), hidden: 0 }, { fields: [far], index: '_id_' })
        return found.map((edge) => edge[far])
      }),
    counts: (kind, ids) =>
      call('edges.counts', async ({ collections, transactional }) => {
        const wanted = { $in: [...new Set(ids)] }
        const byId = transactional
          ? new Map(
              (await collections.nodes.find({ _id: wanted }, { fields: ['_id', kind] })).map((node) => [
                node._id,
                node,
              ]),
            )
          : await countEdges(collections, wanted, kind)
        return ids.map((id) => countsFrom(byId.get(id), kind))
      }),
    setHidden: (node, hidden, limit) =>
      call('edges.setHidden', (each) => turnNode(each, { node, hidden }, limit)),
    hiddenNodes: ({ limit, before }) =>
      call('edges.hiddenNodes', async ({ collections: { nodes } }) => {
        const filter = { marked: true, ...below('_id', before) } as const
        const reading = { fields: ['_id'], sort: { _id: -1 }, limit, index: 'hidden' } as const
        return (await nodes.find(filter, reading)).map(({ _id }) => _id)
      }),
    drop: (node, limit) => call('edges.drop', (each) => dropEdges(each, node, limit)),
    recount: (after, limit) =>
      longCall('edges.recount', async (each) =>
        each.transactional ? await recountEdges(each, after, limit) : nothingToRecount,
      ),
  }
}

/** The field with the node whose edges are listed. */
function near(side: 'out' | 'in'): 'from' | 'to' {
  return side === 'out' ? 'from' : 'to'
}
