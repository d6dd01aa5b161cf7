import assert from 'node:assert/strict'
import { type EdgeCounts, type EdgeKind, edgeKinds, type EdgeRecord, type EdgeStore } from '@kith/core/ports'

/** Everything that is listed at one side of a node, read in pages of an odd size. */
export async function listAll(
  edges: EdgeStore,
  { kind = 'follow', side, node }: { kind?: EdgeKind; side: 'out' | 'in'; node: string },
): Promise<EdgeRecord[]> {
  const all: EdgeRecord[] = []
  for (;;) {
    const page = await edges.list({ kind, side, node }, { limit: 7, before: all.at(-1)?.id ?? null })
    all.push(...page)
    if (page.length < 7) return all
  }
}

/** The counts of one node. */
export async function countsOf(
  edges: EdgeStore,
  node: string,
  kind: EdgeKind = 'follow',
): Promise<EdgeCounts> {
  const [counts] = await edges.counts(kind, [node])
  assert.ok(counts, 'a node without edges has counts too')
  return counts
}

/** Asserts that the counts of these nodes equal their lists, and that both ends of an edge list it. */
export async function assertAgreement(edges: EdgeStore, nodes: readonly string[]): Promise<void> {
  for (const kind of edgeKinds) {
    const out: EdgeRecord[] = []
    const into: EdgeRecord[] = []
    for (const node of nodes) {
      const listed = {
        out: await listAll(edges, { kind, side: 'out', node }),
        in: await listAll(edges, { kind, side: 'in', node }),
      }
      out.push(...listed.out)
      into.push(...listed.in)
      const expected = { out: listed.out.length, in: listed.in.length }
      assert.deepEqual(await countsOf(edges, node, kind), expected, 'a count equals what is listed')
    }
    const byId = (a: EdgeRecord, b: EdgeRecord): number => (a.id < b.id ? -1 : 1)
    assert.deepEqual(out.sort(byId), into.sort(byId), 'both ends list the same edges')
  }
}
