import { edgeEnds, type EdgeKind, type EdgeStore } from '@kith/core/ports'
import type { Identified } from './collection.ts'
import type { Collections } from './collections.ts'
import type { Connection } from './connection.ts'
import { addEdge, follow } from './edge-adding.ts'
import { type Counters, countsFrom, edgeFrom, edgeKey, keysOf } from './edge-document.ts'
import { countEdges, recountEdges } from './edge-recount.ts'
import { dropEdges, removeEdge, turnNode } from './edge-transactions.ts'
import { below } from './keyset.ts'
import { nothingToRecount } from './recount.ts'

/** Creates the edge store on a connection. */
export function createEdgeStore({ call, longCall }: Connection): EdgeStore {
  return {
    add: (edge, outbox) => call('edges.add', (each) => addEdge(each, edge, outbox)),
    follow: (edge, outbox) => call('edges.follow', (each) => follow(each, edge, outbox)),
    remove: (edge, outbox) => call('edges.remove', (each) => removeEdge(each, edge, outbox)),
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
          ? await storedCounts(collections, wanted, kind)
          : await countEdges(collections, wanted, kind)
        return ids.map((id) => countsFrom(byId.get(id), kind))
      }),
    setHidden: (node, hidden, limit) =>
      call('edges.setHidden', (each) => turnNode(each, { node, hidden }, limit)),
    hiddenNodes: ({ limit, before }) =>
      call('edges.hiddenNodes', async ({ collections: { users } }) => {
        const filter = { marked: true, ...below('_id', before) } as const
        const reading = { fields: ['_id'], sort: { _id: -1 }, limit, index: 'hidden' } as const
        return (await users.find(filter, reading)).map(({ _id }) => _id)
      }),
    drop: (node, limit) => call('edges.drop', (each) => dropEdges(each, node, limit)),
    recount: (after, limit) =>
      longCall('edges.recount', async (each) =>
        each.transactional ? await recountEdges(each, after, limit) : nothingToRecount,
      ),
  }
}

/** The stored counts of one kind, in one command even if a node may be an account or a post. */
async function storedCounts(
  { users, posts }: Collections,
  wanted: { $in: string[] },
  kind: EdgeKind,
): Promise<Map<string, Counters>> {
  const counts = [{ $match: { _id: wanted } }, { $project: { [kind]: 1 } }]
  const others = { $unionWith: { coll: users.name, pipeline: counts } }
  const isOfPosts = edgeEnds[kind].to === 'post'
  const found = isOfPosts
    ? await posts.aggregate<Counters & Identified>([...counts, others])
    : await users.find({ _id: wanted }, { fields: ['_id', kind] })
  const byId = new Map<string, Counters>()
  for (const { _id, ...row } of found) {
    const [one, other] = [countsFrom(byId.get(_id), kind), countsFrom(row, kind)]
    byId.set(_id, { [kind]: { out: one.out + other.out, in: one.in + other.in } })
  }
  return byId
}

/** The field with the node whose edges are listed. */
function near(side: 'out' | 'in'): 'from' | 'to' {
  return side === 'out' ? 'from' : 'to'
}
