import { DatabaseSync } from 'node:sqlite'
import type { EdgeRecord, Storage } from '@kith/core/ports'
import { expect, test } from 'vitest'
import { peopled } from '../../../test/kit-samples.ts'
import { sampleEdge } from '../test/samples.ts'
import { mostUnlisted } from './edge-kinds.ts'
import { createSqliteStorage } from './index.ts'

/** A start node whose edges were created in a different order than their ids, one after the other. */
async function startWith(count: number) {
  const database = new DatabaseSync(':memory:')
  const storage = peopled(createSqliteStorage({ database }))
  await storage.migrate()
  const { from: node } = sampleEdge()
  const all = Array.from({ length: count }, () => sampleEdge({ from: node }))
  const mixed = all.map((_, index) => all[(index * 211) % count] ?? sampleEdge())
  for (const edge of mixed) await storage.edges.add(edge)
  const listed = (): unknown =>
    database.prepare('SELECT listed, count(*) AS edges FROM kith_edges GROUP BY listed').all()
  return { storage, node, all: all.reverse(), listed }
}

async function pagesOf({ edges }: Pick<Storage, 'edges'>, node: string): Promise<EdgeRecord[]> {
  const found: EdgeRecord[] = []
  for (let before: string | null = null; ;) {
    const page = await edges.list({ kind: 'follow', side: 'out', node }, { limit: 90, before })
    found.push(...page)
    if (page.length < 90) return found
    before = page.at(-1)?.id ?? null
  }
}

test.each([mostUnlisted - 1, mostUnlisted, mostUnlisted + 1, mostUnlisted * 2 + 1])(
  'a start node with %i edges lists them by time',
  async (count) => {
    const { storage, node, all, listed } = await startWith(count)
    expect(await pagesOf(storage, node)).toEqual(all)
    expect(listed()).toEqual([{ listed: count < mostUnlisted ? 0 : 1, edges: count }])
    expect(await storage.edges.recount(null, 9_999)).toMatchObject({ differences: [] })
  },
)

test('edges in an index stay there, even if few are left, and are hidden, shown and dropped like others', async () => {
  const { storage, node, all, listed } = await startWith(mostUnlisted)
  const { edges } = storage
  for (const edge of all.splice(0, 300)) await edges.remove(edge)
  const fresh = sampleEdge({ from: node })
  await edges.add(fresh)
  all.unshift(fresh)
  expect(listed()).toEqual([{ listed: 1, edges: all.length }])
  expect(await pagesOf(storage, node)).toEqual(all)
  for (const hidden of [true, false]) {
    let changed = 0
    for (let step = 1; step > 0; changed += step) step = await edges.setHidden(node, hidden, 64)
    expect(changed).toBe(all.length)
    expect(await pagesOf(storage, node)).toEqual(hidden ? [] : all)
  }
  while ((await edges.drop(node, 64)) > 0);
  expect(listed()).toEqual([])
  await edges.add(fresh)
  expect(listed()).toEqual([{ listed: 0, edges: 1 }])
})
