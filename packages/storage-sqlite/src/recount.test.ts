import { DatabaseSync } from 'node:sqlite'
import { edgeKinds, type RecountResult } from '@kith/core/ports'
import { expect, test } from 'vitest'
import { peopled } from '../../../test/kit-samples.ts'
import { sampleEdge, samplePost, sampleUser } from '../test/samples.ts'
import { toStored } from './ids.ts'
import { createSqliteStorage } from './index.ts'

/** A storage with a few nodes, and the database under it, for falsifying its counts. */
async function spoilable() {
  const database = new DatabaseSync(':memory:')
  const storage = createSqliteStorage({ database })
  await storage.migrate()
  const edge = sampleEdge()
  const [authorId, other] = [edge.from, edge.to]
  for (const id of [authorId, other]) await storage.users.create(sampleUser({ id }))
  for (let post = 0; post < 2; post++) await storage.posts.create(samplePost({ authorId }), [])
  // An account and a post with the same id, so that edges of every kind end at one node.
  await storage.posts.create(samplePost({ id: other, authorId: other }), [])
  for (const kind of edgeKinds) await storage.edges.add({ ...edge, kind })
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

test('wrong, missing and orphaned counts are reported and corrected', async () => {
  const { database, storage, authorId, other } = await spoilable()
  const { edges } = storage
  expect(await inSteps(edges.recount)).toEqual({ checked: 2, differences: [], next: null })
  const [follow, like] = [1, 2]
  const { from: nobody } = sampleEdge()
  database
    .prepare('UPDATE kith_edge_counts SET incoming = 7 WHERE kind = ? AND node = ?')
    .run(follow, toStored(other))
  database.prepare('DELETE FROM kith_edge_counts WHERE kind = ? AND node = ?').run(like, toStored(authorId))
  database.prepare('INSERT INTO kith_edge_counts VALUES (?, ?, 2, 3)').run(follow, toStored(nobody))
  const { checked, differences } = await inSteps(edges.recount)
  expect(checked).toBe(3)
  expect(differences).toHaveLength(3)
  expect(differences).toEqual(
    expect.arrayContaining([
      { kind: 'follow', node: other, stored: { out: 0, in: 7 }, counted: { out: 0, in: 1 } },
      { kind: 'like', node: authorId, stored: { out: 0, in: 0 }, counted: { out: 1, in: 0 } },
      { kind: 'follow', node: nobody, stored: { out: 2, in: 3 }, counted: { out: 0, in: 0 } },
    ]),
  )
  expect(await inSteps(edges.recount)).toEqual({ checked: 2, differences: [], next: null })
  expect(await edges.counts('follow', [other])).toEqual([{ out: 0, in: 1 }])
})

test('so are post counts', async () => {
  const { database, storage, authorId, other } = await spoilable()
  const { posts } = storage
  expect(await inSteps(posts.recount)).toEqual({ checked: 2, differences: [], next: null })
  database.prepare('UPDATE kith_post_counts SET posts = 9 WHERE author_id = ?').run(toStored(authorId))
  database.prepare('DELETE FROM kith_post_counts WHERE author_id = ?').run(toStored(other))
  const { differences } = await inSteps(posts.recount)
  expect(differences).toEqual(
    [
      { kind: 'post', node: authorId, stored: { out: 9, in: 0 }, counted: { out: 2, in: 0 } },
      { kind: 'post', node: other, stored: { out: 0, in: 0 }, counted: { out: 1, in: 0 } },
    ].sort((a, b) => (a.node < b.node ? -1 : 1)),
  )
  expect(await posts.counts([authorId, other])).toEqual([2, 1])
})

test('and the newest post of an author, even if the count is right', async () => {
  const { database, storage } = await spoilable()
  const { posts, users, feed } = storage
  const [live, banned] = [sampleUser(), sampleUser()]
  for (const user of [live, banned]) await users.create(user)
  const written = [live, live, banned].map(({ id }) => samplePost({ authorId: id }))
  for (const post of written) await posts.create(post, [])
  await users.update(banned.id, { bannedAt: new Date() })
  expect((await inSteps(posts.recount)).differences).toEqual([])
  const spoil = database.prepare('UPDATE kith_post_counts SET newest = ? WHERE author_id = ?')
  spoil.run(toStored(written[0]?.id ?? ''), toStored(live.id))
  spoil.run(toStored(written[2]?.id ?? ''), toStored(banned.id))
  const named = ({ id }: { id: string }, count: number) => {
    const counts = { out: count, in: 0 }
    return { kind: 'post', node: id, stored: counts, counted: counts }
  }
  const expected = [named(live, 2), named(banned, 1)].sort((a, b) => (a.node < b.node ? -1 : 1))
  expect((await inSteps(posts.recount)).differences).toEqual(expected)
  expect((await inSteps(posts.recount)).differences).toEqual([])
  const page = { limit: 9, before: null }
  expect(await feed.home(live.id, page)).toEqual([written[1], written[0]])
  expect(await feed.home(banned.id, page)).toEqual([])
})

test('a node without edges and an author without posts have no row of counts', async () => {
  const { database, storage, authorId, other } = await spoilable()
  for (const kind of edgeKinds) await storage.edges.remove({ kind, from: authorId, to: other })
  for (const id of [authorId, other]) await storage.posts.removeAll(id, 9)
  for (const table of ['kith_edge_counts', 'kith_post_counts']) {
    expect(database.prepare(`SELECT count(*) AS rows FROM ${table}`).get()).toEqual({ rows: 0 })
  }
})

/** A node with this many followers, and its recount in the smallest steps, each of which reads 50 edges. */
async function celebrity(followers: number) {
  const database = new DatabaseSync(':memory:')
  const storage = peopled(createSqliteStorage({ database }))
  await storage.migrate()
  const { to: node } = sampleEdge()
  const all = Array.from({ length: followers }, () => sampleEdge({ to: node }))
  for (const edge of all) await storage.edges.add(edge)
  return { database, storage, node, all }
}

test('a node with many edges is counted in several steps, and corrected by the difference', async () => {
  const { database, storage, node, all } = await celebrity(180)
  database.prepare('UPDATE kith_edge_counts SET incoming = incoming + 5 WHERE node = ?').run(toStored(node))
  const total: RecountResult = { checked: 0, differences: [], next: null }
  let steps = 0
  do {
    const result = await storage.edges.recount(total.next, 1)
    total.checked += result.checked
    total.differences.push(...result.differences)
    total.next = result.next
    // At every step, one follower from the counted part leaves, another from the rest leaves, and one is added.
    const [first, last] = [all.shift(), all.pop()]
    for (const edge of [first, last]) if (edge) await storage.edges.remove(edge)
    const fresh = sampleEdge({ to: node })
    await storage.edges.add(fresh)
    all.push(fresh)
    steps++
  } while (total.next !== null && steps < 1_000)
  expect(total.differences).toEqual([expect.objectContaining({ kind: 'follow', node })])
  const [difference] = total.differences
  expect((difference?.stored.in ?? 0) - (difference?.counted.in ?? 0)).toBe(5)
  expect(await storage.edges.counts('follow', [node])).toEqual([{ out: 0, in: all.length }])
  expect(await inSteps(storage.edges.recount)).toMatchObject({ differences: [] })
  expect(database.prepare('SELECT count(*) AS rows FROM kith_long_counts').get()).toEqual({ rows: 0 })
})

test('edges that are hidden, shown and dropped during the count are counted in their final state', async () => {
  const { database, storage, node, all } = await celebrity(160)
  const { edges } = storage
  const [hidden, shown, dropped] = [all[3], all[7], all[11]].map((edge) => edge?.from ?? '')
  await edges.setHidden(shown ?? '', true, 9)
  const changes: (() => Promise<unknown>)[] = [
    () => edges.setHidden(hidden ?? '', true, 9),
    () => edges.setHidden(shown ?? '', false, 9),
    () => edges.drop(dropped ?? '', 9),
  ]
  let after: string | null = null
  let longest = 0
  do {
    const result: RecountResult = await edges.recount(after, 1)
    expect(result.differences).toEqual([])
    after = result.next
    const row = database.prepare('SELECT max(counted) AS counted FROM kith_long_counts').get()
    longest = Math.max(longest, Number(row?.['counted']))
    if (longest >= 50) await changes.shift()?.()
  } while (after !== null)
  expect(changes).toEqual([])
  expect(await edges.counts('follow', [node])).toEqual([{ out: 0, in: 158 }])
})

test('an author with many posts is counted in several steps, while posts are added and removed', async () => {
  const { storage, authorId } = await spoilable()
  const { posts } = storage
  const all = Array.from({ length: 170 }, () => samplePost({ authorId }))
  for (const post of all) await posts.create(post, [])
  let after: string | null = null
  let inside = 0
  do {
    const result: RecountResult = await posts.recount(after, 1)
    expect(result.differences).toEqual([])
    if (result.checked === 0) inside++
    after = result.next
    await posts.remove(all.shift()?.id ?? '')
    await posts.create(samplePost({ authorId }), [])
  } while (after !== null && inside < 500)
  expect(inside).toBeGreaterThan(2)
})

test('two recounts of one node at the same time, and an abandoned one, find no errors', async () => {
  const { database, storage, all } = await celebrity(160)
  const { edges } = storage
  const first = await edges.recount(null, 1)
  expect(first.checked).toBeLessThanOrEqual(1)
  const both = await Promise.all([inSteps(edges.recount), inSteps(edges.recount)])
  expect(both.map(({ differences }) => differences)).toEqual([[], []])
  await edges.remove(all[0] ?? sampleEdge())
  expect(await inSteps(edges.recount)).toMatchObject({ differences: [] })
  database.exec("INSERT INTO kith_long_counts VALUES (x'aa', 1, 'in', x'', 7, 0)")
  await edges.recount(null, 1)
  expect(database.prepare("SELECT * FROM kith_long_counts WHERE node = x'aa'").all()).toEqual([])
})
