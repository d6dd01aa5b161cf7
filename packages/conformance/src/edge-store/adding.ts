import assert from 'node:assert/strict'
import type { AddEdgeResult, EdgeStore } from '@kith/core/ports'
import type { Case } from '../case.ts'
import { race, repeat } from '../race.ts'
import { nextId, sampleEdge } from '../records.ts'
import { assertAgreement, countsOf, listAll } from './agreement.ts'

/** What `add`, `remove` and `counts` promise. */
export const addingCases: readonly Case<EdgeStore>[] = [
  {
    id: 'edges/add',
    title: 'add puts an edge between two nodes and counts it at both',
    async run(edges) {
      const edge = sampleEdge()
      assert.deepEqual(await edges.add(edge), { outcome: 'added', count: 1 })
      assert.deepEqual(await listAll(edges, { side: 'out', node: edge.from }), [edge])
      assert.deepEqual(await listAll(edges, { side: 'in', node: edge.to }), [edge])
      assert.deepEqual(await edges.counts('follow', [edge.from, edge.to]), [
        { out: 1, in: 0 },
        { out: 0, in: 1 },
      ])
    },
  },
  {
    id: 'edges/add-again',
    title: 'adding an existing edge changes nothing, and the first id stays',
    async run(edges) {
      const edge = sampleEdge()
      await edges.add(edge)
      assert.deepEqual(await edges.add({ ...edge, id: nextId() }), { outcome: 'already', count: 1 })
      assert.deepEqual(await listAll(edges, { side: 'out', node: edge.from }), [edge])
      assert.deepEqual(await countsOf(edges, edge.to), { out: 0, in: 1 })
    },
  },
  {
    id: 'edges/remove',
    title: 'remove removes an edge and its counts, and is idempotent',
    async run(edges) {
      const [edge, other] = [sampleEdge(), sampleEdge()]
      await edges.add(edge)
      await edges.add({ ...other, to: edge.to })
      assert.deepEqual(await edges.remove(edge), { removed: true, count: 1 })
      assert.deepEqual(await edges.remove(edge), { removed: false, count: 1 })
      assert.deepEqual(await countsOf(edges, edge.from), { out: 0, in: 0 })
      assert.deepEqual(await listAll(edges, { side: 'out', node: edge.from }), [])
      await assertAgreement(edges, [edge.from, other.from, edge.to])
    },
  },
  {
    id: 'edges/remove-unknown',
    title: 'removing an edge that never existed changes nothing',
    async run(edges) {
      const edge = sampleEdge()
      assert.deepEqual(await edges.remove(edge), { removed: false, count: 0 })
      await edges.add(edge)
      assert.deepEqual(await edges.remove({ ...edge, from: nextId() }), { removed: false, count: 1 })
      await assertAgreement(edges, [edge.from, edge.to])
    },
  },
  {
    id: 'edges/add-after-remove',
    title: 'an edge that is added again takes its new place',
    async run(edges) {
      const node = nextId()
      const [first, second, again] = [nextId(), nextId(), nextId()]
      const [one, other] = [sampleEdge({ from: node, id: first }), sampleEdge({ from: node, id: second })]
      for (const edge of [one, other]) await edges.add(edge)
      await edges.remove(one)
      await edges.add({ ...one, id: again })
      const listed = await listAll(edges, { side: 'out', node })
      assert.deepEqual(
        listed.map((edge) => edge.id),
        [again, second],
      )
    },
  },
  {
    id: 'edges/kinds-apart',
    title: 'kinds and directions are independent',
    async run(edges) {
      const [a, b] = [nextId(), nextId()]
      const all = [
        sampleEdge({ from: a, to: b }),
        sampleEdge({ from: b, to: a }),
        sampleEdge({ kind: 'like', from: a, to: b }),
        sampleEdge({ kind: 'save', from: a, to: b }),
      ]
      for (const edge of all) assert.deepEqual(await edges.add(edge), { outcome: 'added', count: 1 })
      for (const { kind, from, ...edge } of all) {
        assert.deepEqual(await listAll(edges, { kind, side: 'out', node: from }), [{ kind, from, ...edge }])
      }
      assert.equal((await edges.remove({ kind: 'like', from: a, to: b })).removed, true)
      assert.deepEqual(await countsOf(edges, a), { out: 1, in: 1 })
      assert.deepEqual(await countsOf(edges, b, 'like'), { out: 0, in: 0 })
      assert.deepEqual(await countsOf(edges, b, 'save'), { out: 0, in: 1 })
    },
  },
  {
    id: 'edges/counts-in-order',
    title: 'counts returns in the requested order, for unknown nodes and for thousands too',
    async run(edges) {
      const edge = sampleEdge()
      await edges.add(edge)
      await edges.add({ ...sampleEdge(), to: edge.to })
      const nothing = { out: 0, in: 0 }
      assert.deepEqual(await edges.counts('follow', [edge.to, nextId(), edge.from, edge.to]), [
        { out: 0, in: 2 },
        nothing,
        { out: 1, in: 0 },
        { out: 0, in: 2 },
      ])
      assert.deepEqual(await edges.counts('like', [edge.to]), [nothing])
      assert.deepEqual(await edges.counts('follow', []), [])
      const many = await edges.counts('follow', [...Array.from({ length: 2000 }, nextId), edge.from])
      assert.deepEqual([many.length, many.at(-1)], [2001, { out: 1, in: 0 }])
    },
  },
  {
    id: 'edges/parallel-adds',
    title: 'of 50 parallel adds of one pair exactly one adds',
    async run(edges) {
      await repeat(3, async () => {
        const edge = sampleEdge()
        const answers = await race(50, () => edges.add({ ...edge, id: nextId() }))
        assert.equal(answers.filter(({ outcome }) => outcome === 'added').length, 1)
        assert.deepEqual([...new Set(answers.map(countIn))], [1])
        await assertAgreement(edges, [edge.from, edge.to])
      })
    },
  },
  {
    id: 'edges/parallel-removes',
    title: 'of 50 parallel removes of one edge exactly one removes',
    async run(edges) {
      await repeat(3, async () => {
        const edge = sampleEdge()
        await edges.add(edge)
        const answers = await race(50, () => edges.remove(edge))
        assert.equal(answers.filter(({ removed }) => removed).length, 1)
        assert.deepEqual(await countsOf(edges, edge.to), { out: 0, in: 0 })
        await assertAgreement(edges, [edge.from, edge.to])
      })
    },
  },
  {
    id: 'edges/add-remove-race',
    title: 'concurrent adds and removes of one pair end with a count that equals the edges',
    async run(edges) {
      await repeat(5, async () => {
        const edge = sampleEdge()
        const changes = await race(40, async (index) => {
          if (index % 2) return (await edges.remove(edge)).removed ? -1 : 0
          return (await edges.add({ ...edge, id: nextId() })).outcome === 'added' ? 1 : 0
        })
        const { in: count } = await countsOf(edges, edge.to)
        assert.equal(
          changes.reduce<number>((sum, change) => sum + change, 0),
          count,
          'what was added and not removed is there',
        )
        await assertAgreement(edges, [edge.from, edge.to])
      })
    },
  },
  {
    id: 'edges/parallel-adds-one-node',
    title: 'of 50 parallel adds at one node each returns a different count, from 1 to 50',
    async run(edges) {
      const to = nextId()
      const answers = await race(50, () => edges.add(sampleEdge({ to })))
      const counts = answers.map(countIn).sort((a, b) => a - b)
      assert.deepEqual(
        counts,
        Array.from({ length: 50 }, (_, index) => index + 1),
      )
    },
  },
  {
    id: 'edges/counts-match-lists',
    title: 'counts equal the lists after any mixture of parallel adds and removes',
    async run(edges) {
      const nodes = Array.from({ length: 4 }, nextId)
      const kinds = ['follow', 'like'] as const
      await repeat(4, async (round) => {
        await race(48, async (index) => {
          // Spread over pairs and kinds so that each pair meets every verb several times.
          const mixed = (index * 7 + round * 5) % 32
          const [from = '', to = ''] = [nodes[mixed % 4], nodes[(mixed >> 2) % 4]]
          const edge = { kind: kinds[index % 2] ?? 'follow', from, to }
          if (from !== to) await (index % 3 ? edges.add({ ...edge, id: nextId() }) : edges.remove(edge))
        })
        await assertAgreement(edges, nodes)
      })
    },
  },
]

function countIn(answer: AddEdgeResult): number {
  return answer.outcome === 'gone' ? assert.fail('both ends live') : answer.count
}
