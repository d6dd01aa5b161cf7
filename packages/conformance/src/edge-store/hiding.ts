import assert from 'node:assert/strict'
import type { EdgeRecord, EdgeStore } from '@kith/core/ports'
import type { Case } from '../case.ts'
import { race, repeat } from '../race.ts'
import { nextId, sampleEdge } from '../records.ts'
import { untilDone } from '../until-done.ts'
import { assertAgreement, countsOf, listAll } from './agreement.ts'

const nothing = { out: 0, in: 0 }

/** What `setHidden` and `hiddenNodes` promise. */
export const hidingCases: readonly Case<EdgeStore>[] = [
  {
    id: 'edges/hide',
    title: 'a hidden node disappears from every list and count; other edges stay',
    async run(edges) {
      const { node, nodes, others, all, bystander } = await hub(edges, 3)
      await hide(edges, node)
      for (const kind of ['follow', 'like', 'save'] as const) {
        for (const each of [node, ...others]) {
          const expected = each === others[0] && kind === 'follow' ? { out: 1, in: 0 } : nothing
          assert.deepEqual(await countsOf(edges, each, kind), expected)
        }
      }
      assert.deepEqual(await edges.among({ kind: 'follow', side: 'in', node }, others), [])
      for (const { from, to } of all) {
        assert.deepEqual(await edges.among({ kind: 'follow', side: 'out', node: from }, [to]), [])
      }
      assert.deepEqual(await listAll(edges, { side: 'out', node: bystander.from }), [bystander])
      await assertAgreement(edges, nodes)
    },
  },
  {
    id: 'edges/show',
    title: 'a node that is shown again has its edges in their old places',
    async run(edges) {
      const { node, nodes, all } = await hub(edges, 3)
      await hide(edges, node)
      await show(edges, node)
      const [follows, likes] = [all.filter(isKind('follow')), all.filter(isKind('like'))]
      assert.deepEqual(await listAll(edges, { side: 'in', node }), follows.reverse())
      assert.deepEqual(await listAll(edges, { kind: 'like', side: 'out', node }), likes.reverse())
      await assertAgreement(edges, nodes)
    },
  },
  {
    id: 'edges/hide-both-ends',
    title: 'an edge with two hidden ends is visible when both are shown again, and not before',
    async run(edges) {
      await repeat(2, async (round) => {
        const edge = sampleEdge()
        await edges.add(edge)
        const ends = [edge.from, edge.to]
        for (const node of ends) await hide(edges, node)
        if (round === 1) ends.reverse()
        await show(edges, ends[0] ?? '')
        assert.deepEqual(await edges.counts('follow', ends), [nothing, nothing])
        await show(edges, ends[1] ?? '')
        assert.deepEqual(await countsOf(edges, edge.to), { out: 0, in: 1 })
        await assertAgreement(edges, ends)
      })
    },
  },
  {
    id: 'edges/add-while-hidden',
    title: 'an edge that is added to a hidden node appears when the node does, even if it had none before',
    async run(edges) {
      await repeat(2, async (round) => {
        const edge = sampleEdge()
        const hidden = round === 0 ? edge.from : edge.to
        await hide(edges, hidden)
        assert.deepEqual(await edges.add(edge), { outcome: 'added', count: 0 })
        assert.deepEqual(await edges.add(edge), { outcome: 'already', count: 0 })
        assert.deepEqual(await countsOf(edges, edge.from), nothing)
        await assertAgreement(edges, [edge.from, edge.to])
        await show(edges, hidden)
        assert.deepEqual(await listAll(edges, { side: 'in', node: edge.to }), [edge])
        await assertAgreement(edges, [edge.from, edge.to])
      })
    },
  },
  {
    id: 'edges/remove-while-hidden',
    title: 'an edge that is removed while hidden is not restored, and no count changes twice',
    async run(edges) {
      const { node, nodes, all } = await hub(edges, 3)
      await hide(edges, node)
      const [removed, ...kept] = all.filter(isKind('follow'))
      assert.ok(removed)
      assert.deepEqual(await edges.remove(removed), { removed: true, count: 0 })
      assert.deepEqual(await edges.remove(removed), { removed: false, count: 0 })
      await show(edges, node)
      assert.deepEqual(await listAll(edges, { side: 'in', node }), kept.reverse())
      await assertAgreement(edges, nodes)
    },
  },
  {
    id: 'edges/hide-in-steps',
    title: 'setHidden takes at most `limit` edges at a time, and lists and counts agree after each step',
    async run(edges) {
      const { node, nodes, all } = await hub(edges, 4)
      for (const hidden of [true, false]) {
        const total = await untilDone(3, async (limit) => {
          const changed = await edges.setHidden(node, hidden, limit)
          await assertAgreement(edges, nodes)
          return changed
        })
        assert.equal(total, all.length, 'each edge changes once')
        assert.equal(await edges.setHidden(node, hidden, 3), 0, 'once done, it stays done')
      }
    },
  },
  {
    id: 'edges/hide-turned-around',
    title: 'hiding that is reversed midway ends as if it had never begun, and so does showing',
    async run(edges) {
      const { node, nodes, all } = await hub(edges, 4)
      const isSeen = async (): Promise<number> => (await listAll(edges, { side: 'in', node })).length
      for (const step of [1, 2])
        assert.equal(await edges.setHidden(node, true, 3), 3, `step ${step} of hiding`)
      await untilDone(3, (limit) => edges.setHidden(node, false, limit))
      assert.equal(await isSeen(), all.filter(isKind('follow')).length)
      assert.deepEqual(await edges.hiddenNodes({ limit: 5, before: null }), [])
      await assertAgreement(edges, nodes)
      await hide(edges, node)
      assert.equal(await edges.setHidden(node, false, 3), 3)
      await untilDone(3, (limit) => edges.setHidden(node, true, limit))
      assert.equal(await isSeen(), 0)
      await assertAgreement(edges, nodes)
    },
  },
  {
    id: 'edges/hidden-nodes',
    title: 'hiddenNodes names a node from the first step of hiding to the last step of showing',
    async run(edges) {
      const { node } = await hub(edges, 4)
      const named = (): Promise<string[]> => edges.hiddenNodes({ limit: 5, before: null })
      assert.deepEqual(await named(), [])
      await edges.setHidden(node, true, 1)
      assert.deepEqual(await named(), [node])
      await hide(edges, node)
      await edges.setHidden(node, false, 1)
      assert.deepEqual(await named(), [node], 'what is left to show would be forgotten')
      await show(edges, node)
      assert.deepEqual(await named(), [])
      assert.equal(await edges.setHidden(node, false, 1), 0)
    },
  },
  {
    id: 'edges/hidden-nodes-page',
    title: 'hiddenNodes names the highest ids first, at most `limit` that sort before `before`',
    async run(edges) {
      const nodes = Array.from({ length: 5 }, nextId)
      for (const index of [3, 0, 4, 1, 2]) await hide(edges, nodes[index] ?? '')
      nodes.reverse()
      assert.deepEqual(await edges.hiddenNodes({ limit: 2, before: null }), nodes.slice(0, 2))
      assert.deepEqual(await edges.hiddenNodes({ limit: 2, before: nodes[1] ?? '' }), nodes.slice(2, 4))
      assert.deepEqual(await edges.hiddenNodes({ limit: 9, before: nodes[3] ?? '' }), nodes.slice(4))
    },
  },
  {
    id: 'edges/parallel-hides',
    title: 'of 20 parallel hidings each edge is hidden by one, and the same for showing',
    async run(edges) {
      const { node, nodes, all } = await hub(edges, 6)
      for (const hidden of [true, false]) {
        const changed = await race(20, () => untilDone(2, (limit) => edges.setHidden(node, hidden, limit)))
        assert.equal(
          changed.reduce((sum, count) => sum + count),
          all.length,
        )
        await assertAgreement(edges, nodes)
      }
    },
  },
  {
    id: 'edges/add-remove-hide-race',
    title: 'counts equal the lists after adds and removes during hiding and showing',
    async run(edges) {
      await repeat(3, async (round) => {
        const { node, nodes, others, all } = await hub(edges, 5)
        const [from = ''] = others
        await race(30, async (index): Promise<unknown> => {
          // Some edges are removed, some are added although they are there, and some are removed and added.
          const edge = all[index >> 1] ?? sampleEdge()
          if (index % 3 === 0) return untilDone(2, (limit) => edges.setHidden(node, round % 2 === 0, limit))
          return index % 3 === 1 ? edges.remove(edge) : edges.add({ ...edge, id: nextId() })
        })
        await assertAgreement(edges, nodes)
        await hide(edges, from)
        await show(edges, node)
        await show(edges, from)
        await assertAgreement(edges, nodes)
      })
    },
  },
]

interface Hub {
  node: string
  others: string[]
  /** The node, the others, and the end of the bystander. */
  nodes: string[]
  all: EdgeRecord[]
  /** A follow by one of the others that does not involve the node. */
  bystander: EdgeRecord
}

/** A node with `size` edges of each kind: followed, liking, and saved. */
async function hub(edges: EdgeStore, size: number): Promise<Hub> {
  const node = nextId()
  const others = Array.from({ length: size }, nextId)
  const all = others.flatMap((other) => [
    sampleEdge({ from: other, to: node }),
    sampleEdge({ kind: 'like', from: node, to: other }),
    sampleEdge({ kind: 'save', from: other, to: node }),
  ])
  for (const edge of all) await edges.add(edge)
  const bystander = sampleEdge({ from: others[0] ?? '' })
  await edges.add(bystander)
  return { node, others, nodes: [node, ...others, bystander.to], all, bystander }
}

function isKind(kind: EdgeRecord['kind']): (edge: EdgeRecord) => boolean {
  return (edge) => edge.kind === kind
}

/** Hides a node completely. */
async function hide(edges: EdgeStore, node: string): Promise<void> {
  await untilDone(100, (limit) => edges.setHidden(node, true, limit))
}

/** Shows a node again completely. */
async function show(edges: EdgeStore, node: string): Promise<void> {
  await untilDone(100, (limit) => edges.setHidden(node, false, limit))
}
