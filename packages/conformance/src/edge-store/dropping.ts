import assert from 'node:assert/strict'
import type { EdgeRecord, EdgeStore } from '@kith/core/ports'
import type { Case } from '../case.ts'
import { race } from '../race.ts'
import { nextId, sampleEdge } from '../records.ts'
import { untilDone } from '../until-done.ts'
import { assertAgreement, countsOf, listAll } from './agreement.ts'

/** What `drop` and `recount` promise. */
export const droppingCases: readonly Case<EdgeStore>[] = [
  {
    id: 'edges/drop-in-steps',
    title: 'drop removes the edges at both sides of a node in steps, with their counts at the other ends',
    async run(edges) {
      const { node, others, all } = await star(edges, 4)
      const other = sampleEdge({ from: others[0] ?? '', to: others[1] ?? '' })
      await edges.add(other)
      const dropped = await untilDone(3, async (limit) => {
        const count = await edges.drop(node, limit)
        await assertAgreement(edges, [node, ...others])
        return count
      })
      assert.equal(dropped, all.length)
      assert.deepEqual(await countsOf(edges, node), { out: 0, in: 0 })
      for (const each of others) assert.deepEqual(await countsOf(edges, each, 'like'), { out: 0, in: 0 })
      assert.deepEqual(await listAll(edges, { side: 'out', node: other.from }), [other])
      assert.equal(await edges.drop(nextId(), 3), 0, 'an unknown node has nothing to drop')
    },
  },
  {
    id: 'edges/parallel-drops',
    title: 'of 20 parallel drops of one node each edge is dropped by one',
    async run(edges) {
      const { node, others, all } = await star(edges, 8)
      const dropped = await race(20, () => untilDone(2, (limit) => edges.drop(node, limit)))
      assert.equal(
        dropped.reduce((sum, count) => sum + count),
        all.length,
      )
      await assertAgreement(edges, [node, ...others])
    },
  },
  {
    id: 'edges/drop-hidden',
    title: 'dropping hidden edges changes no count',
    async run(edges) {
      const { node, others } = await star(edges, 3)
      const [far = '', near = ''] = others
      await untilDone(100, (limit) => edges.setHidden(far, true, limit))
      await edges.setHidden(node, true, 2)
      await untilDone(3, (limit) => edges.drop(node, limit))
      await assertAgreement(edges, [node, ...others])
      await untilDone(100, (limit) => edges.setHidden(far, false, limit))
      assert.deepEqual(await edges.counts('follow', [far, near]), [
        { out: 0, in: 0 },
        { out: 0, in: 0 },
      ])
    },
  },
  {
    id: 'edges/drop-forgets-hidden',
    title: 'a completely dropped node is no longer hidden',
    async run(edges) {
      const { node } = await star(edges, 2)
      await untilDone(100, (limit) => edges.setHidden(node, true, limit))
      await untilDone(3, (limit) => edges.drop(node, limit))
      assert.deepEqual(await edges.hiddenNodes({ limit: 5, before: null }), [])
    },
  },
  {
    id: 'edges/recount',
    title: 'recount ends and finds no difference after a long history',
    async run(edges) {
      const [first, second, third] = [await star(edges, 5), await star(edges, 3), await star(edges, 2)]
      for (const edge of first.all.slice(3, 8)) await edges.remove(edge)
      await edges.setHidden(second.node, true, 4)
      await untilDone(4, (limit) => edges.drop(third.node, limit))
      let after: string | null = null
      for (let step = 0; step < 100; step++) {
        const result = await edges.recount(after, 2)
        assert.deepEqual(result.differences, [])
        assert.ok(result.checked <= 2, 'a step compares at most `limit` nodes')
        after = result.next
        if (after === null) return
      }
      assert.fail('recount did not come to its end')
    },
  },
  {
    id: 'edges/recount-while-changing',
    title:
      'recount of a node with many edges finds no difference although edges are added, removed and hidden between its steps',
    async run(edges) {
      const { node, others, all } = await star(edges, 60)
      const changes = Array.from({ length: 8 }, (_, index) => async () => {
        // From the beginning and from the end, because a step may have counted up to anywhere.
        for (const edge of [all[2 * index], all.at(-2 * index - 1)]) if (edge) await edges.remove(edge)
        await edges.add(sampleEdge({ from: node, to: others[index] ?? '' }))
        await edges.setHidden(others[index + 20] ?? '', true, 9)
      })
      let after: string | null = null
      for (let step = 0; step < 1_000; step++) {
        const result = await edges.recount(after, 1)
        assert.deepEqual(result.differences, [])
        after = result.next
        if (after === null) break
        await changes.shift()?.()
      }
      assert.equal(after, null, 'recount comes to its end')
      const { length } = await listAll(edges, { side: 'out', node })
      assert.deepEqual(await countsOf(edges, node), { out: length, in: 0 })
    },
  },
]

/** A node with `size` edges of each of two kinds, one at each side. */
async function star(
  edges: EdgeStore,
  size: number,
): Promise<{ node: string; others: string[]; all: EdgeRecord[] }> {
  const node = nextId()
  const others = Array.from({ length: size }, nextId)
  const all = others.flatMap((other) => [
    sampleEdge({ from: node, to: other }),
    sampleEdge({ kind: 'like', from: other, to: node }),
  ])
  for (const edge of all) await edges.add(edge)
  return { node, others, all }
}
