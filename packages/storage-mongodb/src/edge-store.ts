import type { EdgeStore } from '@kith/core/ports'
import type { Call, Connection } from './connection.ts'
import type { EdgeChanges } from './edge-changes.ts'
import { edgeFrom, edgeKey } from './edge-document.ts'
import { recountEdges } from './edge-recount.ts'
import { edgeSteps } from './edge-steps.ts'
import { edgeTransactions } from './edge-transactions.ts'
import { below } from './keyset.ts'
import { countsFrom } from './node-counts.ts'

/** Creates the edge store on a connection. */
export function createEdgeStore({ call, longCall }: Connection): EdgeStore {
  return {
    add: (edge) => call('edges.add', (each) => changesOf(each).add(each, edge)),
    remove: (edge) => call('edges.remove', (each) => changesOf(each).remove(each, edge)),
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
        const filter = {
          _id: { $in: keys.map(({ _id }) => _id) },
          from: side === 'out' ? node : { $in: keys.map(({ from }) => from) },
          hidden: 0,
        }
        return (await edges.find(filter, { fields: [far] })).map((edge) => edge[far])
      }),
    counts: (kind, ids) =>
      call('edges.counts', async ({ collections: { nodes } }) => {
        const found = await nodes.find({ _id: { $in: [...ids] } }, { fields: ['_id', kind] })
        const byId = new Map(found.map((node) => [node._id, node]))
        return ids.map((id) => countsFrom(byId.get(id), kind))
      }),
    setHidden: (node, hidden, limit) =>
      call('edges.setHidden', (each) => changesOf(each).setHidden(each, { node, hidden }, limit)),
    hiddenNodes: ({ limit, before }) =>
      call('edges.hiddenNodes', async ({ collections: { nodes } }) => {
        const filter = { marked: true, ...below('_id', before) } as const
        const found = await nodes.find(filter, { fields: ['_id'], sort: { _id: -1 }, limit })
        return found.map(({ _id }) => _id)
      }),
    drop: (node, limit) => call('edges.drop', (each) => changesOf(each).drop(each, node, limit)),
    recount: (after, limit) =>
      longCall('edges.recount', (each) => recountEdges(each, changesOf(each), { after, limit })),
  }
}

function changesOf({ transactional }: Call): EdgeChanges {
  return transactional ? edgeTransactions : edgeSteps
}

/** The field with the node whose edges are listed. */
function near(side: 'out' | 'in'): 'from' | 'to' {
  return side === 'out' ? 'from' : 'to'
}
