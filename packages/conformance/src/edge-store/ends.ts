import assert from 'node:assert/strict'
import { edgeEnds, edgeKinds, type EdgeKind } from '@kith/core/ports'
import type { Case } from '../case.ts'
import type { SocialStores } from '../peopled.ts'
import { race, repeat, turns } from '../race.ts'
import { later, nextId, sampleEdge, samplePost, sampleUser } from '../records.ts'
import { untilDone } from '../until-done.ts'
import { countsOf, listAll } from './agreement.ts'

/** What `add` promises about the ends of an edge. */
export const edgeEndCases: readonly Case<SocialStores>[] = [
  {
    id: 'edges/add-missing-end',
    title: 'add reports which end never existed, the later one first, and adds nothing',
    async run(storage) {
      for (const kind of edgeKinds) {
        const [from, to] = [await newUser(storage), await newEnd(storage, kind)]
        const [noUser, nothing] = [nextId(), nextId()]
        await assertGone(storage, { kind, from: noUser, to }, 'from')
        await assertGone(storage, { kind, from, to: nothing }, 'to')
        await assertGone(storage, { kind, from: noUser, to: nothing }, 'to')
        const other = edgeEnds[kind].to === 'post' ? await newUser(storage) : await newPost(storage)
        await assertGone(storage, { kind, from, to: other }, 'to')
        assert.deepEqual(await storage.edges.add(sampleEdge({ kind, from, to })), {
          outcome: 'added',
          count: 1,
        })
      }
    },
  },
  {
    id: 'edges/add-gone-account',
    title: 'add is refused at an account that is deleted or banned, purged or not, and at its posts',
    async run(storage) {
      for (const kind of edgeKinds) {
        for (const gone of ['from', 'to'] as const) {
          const [from, owner] = [await newUser(storage), await newUser(storage)]
          const to = edgeEnds[kind].to === 'post' ? await newPost(storage, owner) : owner
          const [edge, account] = [{ kind, from, to }, gone === 'from' ? from : owner]
          await storage.users.update(account, { bannedAt: later() })
          await assertGone(storage, edge, gone)
          await storage.users.update(account, { bannedAt: null })
          assert.deepEqual(await storage.edges.add(sampleEdge(edge)), { outcome: 'added', count: 1 })
          await storage.edges.remove(edge)
          await storage.users.markDeleted(account, later())
          await assertGone(storage, edge, gone)
          await storage.users.purge(account)
          await assertGone(storage, edge, gone)
        }
      }
    },
  },
  {
    id: 'edges/add-gone-post',
    title: 'add is refused at a post that is removed, purged or not',
    async run(storage) {
      const [from, to] = [await newUser(storage), await newPost(storage)]
      await storage.posts.remove(to)
      for (const kind of ['like', 'save'] as const) await assertGone(storage, { kind, from, to }, 'to')
      await storage.posts.purge(to)
      for (const kind of ['like', 'save'] as const) await assertGone(storage, { kind, from, to }, 'to')
    },
  },
  {
    id: 'edges/gone-keeps-existing',
    title: 'an existing edge stays until it is dropped or removed, although add finds an end missing',
    async run(storage) {
      const edges = [await newEdge(storage, 'follow'), await newEdge(storage, 'follow')]
      for (const { to } of edges) await storage.users.markDeleted(to, later())
      for (const edge of edges) {
        assert.deepEqual(await storage.edges.add({ ...edge, id: nextId() }), { outcome: 'gone', end: 'to' })
        assert.deepEqual(await listAll(storage.edges, { side: 'out', node: edge.from }), [edge])
      }
      const [removed, dropped] = edges
      assert.ok(removed && dropped)
      assert.deepEqual(await storage.edges.remove(removed), { removed: true, count: 0 })
      assert.equal(await storage.edges.drop(dropped.to, 5), 1)
    },
  },
  {
    id: 'edges/drop-add-race',
    title: 'when the edges of a removed node are dropped, no add that began before leaves one behind',
    async run(storage) {
      await repeat(3, async () => {
        for (const kind of edgeKinds) {
          const to = await newEnd(storage, kind)
          const readers = await race(12, () => newUser(storage))
          const isPost = edgeEnds[kind].to === 'post'
          const [outcomes] = await Promise.all([
            race(readers.length, async (index) => {
              await turns(index % 4)
              return await storage.edges.add(sampleEdge({ kind, from: readers[index] ?? '', to }))
            }),
            clearAway(storage, to, () =>
              isPost ? storage.posts.remove(to) : storage.users.markDeleted(to, later()),
            ),
          ])
          assert.ok(outcomes.every((answer) => answer.outcome !== 'already'))
          assert.deepEqual(await listAll(storage.edges, { kind, side: 'in', node: to }), [])
          assert.deepEqual(await countsOf(storage.edges, to, kind), { out: 0, in: 0 })
          for (const node of readers)
            assert.deepEqual(await countsOf(storage.edges, node, kind), { out: 0, in: 0 })
        }
      })
    },
  },
  {
    id: 'edges/drop-own-add-race',
    title:
      'when the edges of a deleted account are dropped, no add of its own that began before leaves one behind',
    async run(storage) {
      await repeat(3, async () => {
        const from = await newUser(storage)
        const edges = await race(12, async (index) => {
          const kind = edgeKinds[index % edgeKinds.length] ?? 'follow'
          return sampleEdge({ kind, from, to: await newEnd(storage, kind) })
        })
        await Promise.all([
          race(edges.length, async (index) => {
            await turns(index % 4)
            await storage.edges.add(edges[index] ?? sampleEdge())
          }),
          clearAway(storage, from, () => storage.users.markDeleted(from, later())),
        ])
        for (const { kind, to } of edges) {
          assert.deepEqual(await listAll(storage.edges, { kind, side: 'out', node: from }), [])
          assert.deepEqual(await countsOf(storage.edges, to, kind), { out: 0, in: 0 })
        }
      })
    },
  },
]

async function newUser({ users }: SocialStores): Promise<string> {
  const user = sampleUser()
  await users.create(user)
  return user.id
}

async function newPost(storage: SocialStores, authorId?: string): Promise<string> {
  const post = samplePost({ authorId: authorId ?? (await newUser(storage)) })
  assert.deepEqual(await storage.posts.create(post, []), { outcome: 'created' })
  return post.id
}

/** What an edge of this kind can end at. */
function newEnd(storage: SocialStores, kind: EdgeKind): Promise<string> {
  return edgeEnds[kind].to === 'post' ? newPost(storage) : newUser(storage)
}

async function newEdge(storage: SocialStores, kind: EdgeKind) {
  const edge = sampleEdge({ kind, from: await newUser(storage), to: await newEnd(storage, kind) })
  assert.deepEqual(await storage.edges.add(edge), { outcome: 'added', count: 1 })
  return edge
}

async function assertGone(
  { edges }: SocialStores,
  edge: { kind: EdgeKind; from: string; to: string },
  end: 'from' | 'to',
): Promise<void> {
  assert.deepEqual(await edges.add(sampleEdge(edge)), { outcome: 'gone', end })
  assert.deepEqual(await listAll(edges, { kind: edge.kind, side: 'out', node: edge.from }), [])
  assert.deepEqual(await countsOf(edges, edge.to, edge.kind), { out: 0, in: 0 })
}

/** As upkeep does: a node is first marked as gone, and then its edges are dropped until there are none. */
async function clearAway({ edges }: SocialStores, node: string, mark: () => Promise<unknown>): Promise<void> {
  // Some adds are faster.
  await turns(1)
  assert.ok(await mark())
  await untilDone(5, (limit) => edges.drop(node, limit))
}
