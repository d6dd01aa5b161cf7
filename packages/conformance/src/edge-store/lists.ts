import assert from 'node:assert/strict'
import type { EdgeRecord, EdgeStore } from '@kith/core/ports'
import type { Case } from '../case.ts'
import { nextId, sampleEdge } from '../records.ts'
import { listAll } from './agreement.ts'

/** What `list` and `among` promise. */
export const listCases: readonly Case<EdgeStore>[] = [
  {
    id: 'edges/list-newest-first',
    title: 'lists are newest first by id, whatever the order of insertion',
    async run(edges) {
      const node = nextId()
      const all = await addMany(edges, { to: node }, [3, 0, 4, 1, 2])
      assert.deepEqual(
        await edges.list({ kind: 'follow', side: 'in', node }, { limit: 10, before: null }),
        all,
      )
    },
  },
  {
    id: 'edges/list-page',
    title: 'a page holds at most `limit` edges that sort before `before`',
    async run(edges) {
      const node = nextId()
      const all = await addMany(edges, { from: node }, [0, 1, 2, 3, 4])
      const side = { kind: 'follow', side: 'out', node } as const
      assert.deepEqual(await edges.list(side, { limit: 2, before: null }), all.slice(0, 2))
      assert.deepEqual(await edges.list(side, { limit: 2, before: all[1]?.id ?? '' }), all.slice(2, 4))
      assert.deepEqual(await edges.list(side, { limit: 2, before: all[3]?.id ?? '' }), all.slice(4))
      assert.deepEqual(await edges.list(side, { limit: 2, before: all[4]?.id ?? '' }), [])
    },
  },
  {
    id: 'edges/list-after-removed',
    title: 'a list continues from a removed edge',
    async run(edges) {
      const node = nextId()
      const all = await addMany(edges, { from: node }, [0, 1, 2, 3])
      const [, removed] = all
      assert.ok(removed)
      await edges.remove(removed)
      const side = { kind: 'follow', side: 'out', node } as const
      assert.deepEqual(await edges.list(side, { limit: 5, before: removed.id }), all.slice(2))
    },
  },
  {
    id: 'edges/list-sides',
    title: 'the two sides of a node are separate lists',
    async run(edges) {
      const node = nextId()
      const out = await addMany(edges, { from: node }, [0, 1, 2])
      const into = await addMany(edges, { to: node }, [0, 1])
      assert.deepEqual(await listAll(edges, { side: 'out', node }), out)
      assert.deepEqual(await listAll(edges, { side: 'in', node }), into)
      assert.deepEqual(await listAll(edges, { side: 'out', node: nextId() }), [])
      assert.deepEqual(await listAll(edges, { kind: 'save', side: 'out', node }), [])
    },
  },
  {
    id: 'edges/among',
    title: 'among returns those of the given nodes that are at the other end, each once',
    async run(edges) {
      const node = nextId()
      const [out, into] = [
        await addMany(edges, { from: node }, [0, 1, 2]),
        await addMany(edges, { to: node }, [0, 1]),
      ]
      const [first = '', second = ''] = out.map((edge) => edge.to)
      const [follower = ''] = into.map((edge) => edge.from)
      const others = [nextId(), second, follower, first, second]
      const among = async (side: 'out' | 'in'): Promise<string[]> =>
        (await edges.among({ kind: 'follow', side, node }, others)).sort()
      assert.deepEqual(await among('out'), [first, second].sort())
      assert.deepEqual(await among('in'), [follower])
      assert.deepEqual(await edges.among({ kind: 'like', side: 'out', node }, others), [])
    },
  },
  {
    id: 'edges/among-many',
    title: 'among accepts no nodes and thousands of nodes',
    async run(edges) {
      const edge = sampleEdge()
      await edges.add(edge)
      const side = { kind: 'follow', side: 'out', node: edge.from } as const
      assert.deepEqual(await edges.among(side, []), [])
      assert.deepEqual(await edges.among(side, [...Array.from({ length: 2000 }, nextId), edge.to]), [edge.to])
    },
  },
  {
    id: 'edges/copies',
    title: 'the store copies edges on the way in and out',
    async run(edges) {
      const edge = sampleEdge()
      const given = { ...edge }
      await edges.add(given)
      given.id = nextId()
      const [answered] = await listAll(edges, { side: 'out', node: edge.from })
      assert.deepEqual(answered, edge)
      answered.id = nextId()
      assert.deepEqual(await listAll(edges, { side: 'in', node: edge.to }), [edge])
    },
  },
]

/** Adds edges whose ids sort as the numbers do. Returns them newest first. */
async function addMany(
  edges: EdgeStore,
  fields: Partial<EdgeRecord>,
  order: readonly number[],
): Promise<EdgeRecord[]> {
  const all = order.map(() => sampleEdge(fields))
  for (const index of order) {
    const edge = all[index]
    if (edge) await edges.add(edge)
  }
  return all.reverse()
}
