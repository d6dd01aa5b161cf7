import { recountCases, runCases } from '@kith/conformance'
import { edgeKinds, type RecountResult, type Storage } from '@kith/core/ports'
import { expect, test } from 'vitest'
import { nextId, peopled, sampleEdge, samplePost, sampleUser } from '../../../test/kit-samples.ts'
import { describeWithPostgres } from '../../../test/servers/describe-servers.ts'
import { layouts, useStorages } from '../test/storages.ts'
import { toKindNumber } from './edge-kinds.ts'

for (const { layout, partitions } of layouts)
  await describeWithPostgres(`recounting in ${layout}`, {}, (postgres) => {
    const storages = useStorages(postgres, { partitions })

    async function run(sql: string, values: (string | number)[] = []): Promise<void> {
      const { rowCount } = await storages
        .pool()
        .query(sql.replaceAll('kith.', `${storages.schema()}.`), values)
      expect(rowCount).toBe(1)
    }

    runCases(test, recountCases, async () => {
      const storage = await storages.emptied()
      return {
        storage,
        other: storages.another(),
        spoil: (kind, node) =>
          kind === 'post'
            ? run('UPDATE kith.post_counts SET posts = posts + 1 WHERE author_id = $1', [node])
            : run('UPDATE kith.edge_counts SET incoming = incoming - 1 WHERE node = $1 AND kind = $2', [
                node,
                toKindNumber(kind),
              ]),
      }
    })

    async function inSteps(step: (after: string | null, limit: number) => Promise<RecountResult>) {
      const total: RecountResult = { checked: 0, differences: [], next: null }
      do {
        const result = await step(total.next, 1)
        expect(result.checked).toBeLessThanOrEqual(1)
        total.checked += result.checked
        total.differences.push(...result.differences)
        total.next = result.next
      } while (total.next !== null)
      return total
    }

    /** Two accounts with an edge of each kind between them, two posts of one and one of the other. */
    async function society(): Promise<{ storage: Storage; authorId: string; other: string }> {
      const storage = await storages.emptied()
      const edge = sampleEdge()
      const [authorId, other] = [edge.from, edge.to]
      for (const id of [authorId, other]) await storage.users.create(sampleUser({ id }))
      for (let post = 0; post < 2; post++) await storage.posts.create(samplePost({ authorId }), [])
      await storage.posts.create(samplePost({ id: other, authorId: other }), [])
      for (const kind of edgeKinds) await storage.edges.add({ ...edge, id: nextId(), kind })
      return { storage, authorId, other }
    }

    test('wrong, missing and orphaned counts are reported and corrected', async () => {
      const { storage, authorId, other } = await society()
      const { edges } = storage
      expect(await inSteps(edges.recount)).toEqual({ checked: 2, differences: [], next: null })
      const nobody = nextId()
      await run('UPDATE kith.edge_counts SET incoming = 7 WHERE kind = 1 AND node = $1', [other])
      await run('DELETE FROM kith.edge_counts WHERE kind = 2 AND node = $1', [authorId])
      await run('INSERT INTO kith.edge_counts (node, kind, outgoing, incoming) VALUES ($1, 1, 2, 3)', [
        nobody,
      ])
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
      expect((await inSteps(edges.recount)).differences).toEqual([])
      expect(await edges.counts('follow', [other, nobody])).toEqual([
        { out: 0, in: 1 },
        { out: 0, in: 0 },
      ])
    })

    test('so are post counts', async () => {
      const { storage, authorId, other } = await society()
      const { posts } = storage
      expect(await inSteps(posts.recount)).toEqual({ checked: 2, differences: [], next: null })
      await run('UPDATE kith.post_counts SET posts = 9 WHERE author_id = $1', [authorId])
      await run('DELETE FROM kith.post_counts WHERE author_id = $1', [other])
      expect((await inSteps(posts.recount)).differences).toEqual(
        [
          { kind: 'post', node: authorId, stored: { out: 9, in: 0 }, counted: { out: 2, in: 0 } },
          { kind: 'post', node: other, stored: { out: 0, in: 0 }, counted: { out: 1, in: 0 } },
        ].sort((a, b) => (a.node < b.node ? -1 : 1)),
      )
      expect(await posts.counts([authorId, other])).toEqual([2, 1])
      expect((await storage.feed.home(other, { limit: 9, before: null })).map(({ id }) => id)).toEqual([
        other,
      ])
    })

    test('and the newest post of an author, even if the count is right', async () => {
      const { posts, users, feed } = await storages.emptied()
      const [live, banned] = [sampleUser(), sampleUser()]
      for (const user of [live, banned]) await users.create(user)
      const written = [live, live, banned].map(({ id }) => samplePost({ authorId: id }))
      for (const post of written) await posts.create(post, [])
      await users.update(banned.id, { bannedAt: new Date() })
      expect((await inSteps(posts.recount)).differences).toEqual([])
      for (const [post, author] of [
        [written[0], live],
        [written[2], banned],
      ] as const)
        await run('UPDATE kith.post_counts SET newest = $1 WHERE author_id = $2', [post?.id ?? '', author.id])
      const named = ({ id }: { id: string }, count: number) => {
        const counts = { out: count, in: 0 }
        return { kind: 'post', node: id, stored: counts, counted: counts }
      }
      const expected = [named(live, 2), named(banned, 1)].sort((a, b) => (a.node < b.node ? -1 : 1))
      expect((await inSteps(posts.recount)).differences).toEqual(expected)
      expect((await inSteps(posts.recount)).differences).toEqual([])
      expect(await feed.home(live.id, { limit: 9, before: null })).toEqual([written[1], written[0]])
      expect(await feed.home(banned.id, { limit: 9, before: null })).toEqual([])
    })

    test('an author without posts, and removed nodes, have no row of counts', async () => {
      const { storage, authorId, other } = await society()
      for (const id of [authorId, other]) await storage.posts.removeAll(id, 9)
      for (const node of [authorId, other]) while ((await storage.edges.drop(node, 9)) > 0);
      for (const table of ['edge_counts', 'post_counts']) {
        const { rows } = await storages.pool().query(`SELECT 1 FROM ${storages.schema()}.${table}`)
        expect(rows).toEqual([])
      }
    })

    test('of concurrent recounts one corrects a difference', async () => {
      const { edges } = peopled(await storages.emptied())
      const to = nextId()
      for (let edge = 0; edge < 5; edge++) await edges.add(sampleEdge({ to }))
      for (let round = 0; round < 5; round++) {
        await run('UPDATE kith.edge_counts SET incoming = 99 WHERE node = $1 AND kind = 1', [to])
        const results = await Promise.all(
          Array.from({ length: 6 }, (_, index) =>
            (index % 2 ? storages.another().edges : edges).recount(null, 50),
          ),
        )
        expect(results.flatMap(({ differences }) => differences)).toEqual([
          { kind: 'follow', node: to, stored: { out: 0, in: 99 }, counted: { out: 0, in: 5 } },
        ])
        expect(await edges.counts('follow', [to])).toEqual([{ out: 0, in: 5 }])
      }
    })

    test('a step covers many nodes, or a few with many edges', async () => {
      const { edges } = peopled(await storages.emptied())
      const hubs = [nextId(), nextId()]
      for (const to of hubs)
        await Promise.all(Array.from({ length: 60 }, () => edges.add(sampleEdge({ to }))))
      expect(await edges.recount(null, 1)).toEqual({ checked: 1, differences: [], next: hubs[0] })
      // It reads 100 edges of two nodes, and those of one more node.
      expect(await edges.recount(null, 2)).toEqual({ checked: 2, differences: [], next: hubs[1] })
      await Promise.all(Array.from({ length: 40 }, () => edges.add(sampleEdge({ to: hubs[0] ?? '' }))))
      expect(await edges.recount(null, 2)).toEqual({ checked: 1, differences: [], next: hubs[0] })
      const rest = await edges.recount(hubs[1] ?? '', 50)
      expect(rest).toMatchObject({ checked: 50, differences: [] })
      expect(await edges.recount(rest.next, 200)).toEqual({ checked: 110, differences: [], next: null })
    })
  })
