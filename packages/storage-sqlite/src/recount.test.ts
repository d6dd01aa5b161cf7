import { DatabaseSync } from 'node:sqlite'
import { edgeKinds, type RecountResult } from '@kith/core'
import { expect, test } from 'vitest'
import { sampleEdge, samplePost } from '../test/samples.ts'
import { createSqliteStorage } from './index.ts'

/** A storage with a few nodes, and the database under it, to spoil its counts. */
async function spoilable() {
  const database = new DatabaseSync(':memory:')
  const storage = createSqliteStorage({ database })
  await storage.migrate()
  const edge = sampleEdge()
  const [authorId, other] = [edge.from, edge.to]
  for (const kind of edgeKinds) await storage.edges.add({ ...edge, kind })
  for (const each of [authorId, authorId, other])
    await storage.posts.create(samplePost({ authorId: each }), [])
  return { database, storage, authorId, other }
}

async function inSteps(step: (after: string | null, limit: number) => Promise<RecountResult>) {
  const total: RecountResult = { checked: 0, differences: [], next: null }
  do {
    const result = await step(total.next, 1)
    total.checked += result.checked
    total.differences.push(...result.differences)
    total.next = result.next
  } while (total.next !== null)
  return total
}

test('counts that are wrong, missing, or of nothing are named and set right', async () => {
  const { database, storage, authorId, other } = await spoilable()
  const { edges } = storage
  expect(await inSteps(edges.recount)).toEqual({ checked: 2, differences: [], next: null })
  const [follow, like] = [1, 2]
  database.prepare('UPDATE kith_edge_counts SET incoming = 7 WHERE kind = ? AND node = ?').run(follow, other)
  database.prepare('DELETE FROM kith_edge_counts WHERE kind = ? AND node = ?').run(like, authorId)
  database.prepare("INSERT INTO kith_edge_counts VALUES (?, 'nobody', 2, 3)").run(follow)
  const { checked, differences } = await inSteps(edges.recount)
  expect(checked).toBe(3)
  expect(differences).toHaveLength(3)
  expect(differences).toEqual(
    expect.arrayContaining([
      { kind: 'follow', node: other, stored: { out: 0, in: 7 }, counted: { out: 0, in: 1 } },
      { kind: 'like', node: authorId, stored: { out: 0, in: 0 }, counted: { out: 1, in: 0 } },
      { kind: 'follow', node: 'nobody', stored: { out: 2, in: 3 }, counted: { out: 0, in: 0 } },
    ]),
  )
  expect(await inSteps(edges.recount)).toEqual({ checked: 2, differences: [], next: null })
  expect(await edges.counts('follow', [other])).toEqual([{ out: 0, in: 1 }])
})

test('so are counts of posts', async () => {
  const { database, storage, authorId, other } = await spoilable()
  const { posts } = storage
  expect(await inSteps(posts.recount)).toEqual({ checked: 2, differences: [], next: null })
  database.prepare('UPDATE kith_post_counts SET posts = 9 WHERE author_id = ?').run(authorId)
  database.prepare('DELETE FROM kith_post_counts WHERE author_id = ?').run(other)
  const { differences } = await inSteps(posts.recount)
  expect(differences).toEqual(
    [
      { kind: 'post', node: authorId, stored: { out: 9, in: 0 }, counted: { out: 2, in: 0 } },
      { kind: 'post', node: other, stored: { out: 0, in: 0 }, counted: { out: 1, in: 0 } },
    ].sort((a, b) => (a.node < b.node ? -1 : 1)),
  )
  expect(await posts.counts([authorId, other])).toEqual([2, 1])
})

test('a node without edges and an author without posts have no row of counts', async () => {
  const { database, storage, authorId, other } = await spoilable()
  for (const kind of edgeKinds) await storage.edges.remove({ kind, from: authorId, to: other })
  for (const id of [authorId, other]) await storage.posts.removeAll(id, 9)
  for (const table of ['kith_edge_counts', 'kith_post_counts']) {
    expect(database.prepare(`SELECT count(*) AS rows FROM ${table}`).get()).toEqual({ rows: 0 })
  }
})
