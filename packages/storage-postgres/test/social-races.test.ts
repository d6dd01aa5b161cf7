import {
  type Case,
  edgeStoreCases,
  feedStoreCases,
  mediaStoreCases,
  postStoreCases,
  runCases,
} from '@kith/conformance'
import { edgeEnds, edgeKinds, type EdgeKind, type Storage, type Stores } from '@kith/core/ports'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { later, nextId, sampleEdge, samplePost, sampleUser, untilDone } from '../../../test/kit-samples.ts'
import { describeWithPostgres } from '../../../test/servers/describe-servers.ts'
import { createPostgresStorage } from '../src/index.ts'
import { holdRows, isPending } from './held-rows.ts'
import { layouts, useStorages } from './storages.ts'

for (const { layout, partitions } of layouts)
  await describeWithPostgres(`races of the social stores in ${layout}`, {}, (postgres) => {
    const storages = useStorages(postgres, { partitions })

    const isRace = ({ id }: Case<never>): boolean => /parallel|race|one-use/.test(id)
    /** The storage of two processes, which make the calls of a test alternately. */
    async function inTurns(): Promise<Storage> {
      const [one, other] = [await storages.emptied(), storages.another()]
      let calls = 0
      const turning = <Port extends object>(name: keyof Stores): Port =>
        new Proxy({} as Port, {
          get: (_, verb) => Reflect.get((calls++ % 2 ? one : other)[name], verb) as unknown,
        })
      const names = ['users', 'edges', 'posts', 'media', 'feed'] as const
      return { ...one, ...Object.fromEntries(names.map((name) => [name, turning(name)])) }
    }
    runCases(
      (name, body) => test(`two storages: ${name}`, body),
      [...edgeStoreCases, ...postStoreCases, ...mediaStoreCases, ...feedStoreCases].filter(isRace),
      inTurns,
    )

    async function newUser({ users }: Storage, fields = {}): Promise<string> {
      const user = sampleUser(fields)
      expect(await users.create(user)).toEqual({ outcome: 'created' })
      return user.id
    }
    async function newPost({ posts }: Storage, authorId: string): Promise<string> {
      const post = samplePost({ authorId })
      expect(await posts.create(post, [])).toEqual({ outcome: 'created' })
      return post.id
    }
    const holdCount = (node: string) =>
      holdRows(storages.pool(), `SELECT 1 FROM ${storages.schema()}.edge_counts WHERE node = $1 FOR UPDATE`, [
        node,
      ])
    const holdPostCount = (author: string) =>
      holdRows(
        storages.pool(),
        `SELECT 1 FROM ${storages.schema()}.post_counts WHERE author_id = $1 FOR UPDATE`,
        [author],
      )
    async function assertNoEdges({ edges }: Storage, kind: EdgeKind, nodes: string[]): Promise<void> {
      expect(await edges.counts(kind, nodes)).toEqual(nodes.map(() => ({ out: 0, in: 0 })))
      for (const node of nodes)
        for (const side of ['out', 'in'] as const)
          expect(await edges.list({ kind, side, node }, { limit: 9, before: null })).toEqual([])
    }

    /** Deleting an account without names changes no key of its row. */
    const nameless = { username: null, email: null, phone: null }

    for (const fields of [{}, nameless])
      for (const kind of edgeKinds)
        for (const end of ['from', 'to'] as const)
          test(`the end of an account${fields === nameless ? ' without names' : ''} waits for a ${kind} that is being added ${end} it`, async () => {
            const storage = await storages.emptied()
            const [from, owner] = [await newUser(storage, fields), await newUser(storage, fields)]
            const isPost = edgeEnds[kind].to === 'post'
            const to = isPost ? await newPost(storage, owner) : owner
            const gone = end === 'from' ? from : to
            // The row of the count at the other end blocks the call once it has locked both ends.
            await storage.edges.add(sampleEdge({ kind, from: await newUser(storage), to }))
            const held = await holdCount(to)
            const adding = storage.edges.add(sampleEdge({ kind, from, to }))
            await held.waiting(1)
            const ending: Promise<unknown> =
              isPost && end === 'to' ? storage.posts.remove(to) : storage.users.markDeleted(gone, later())
            await held.waiting(2)
            expect(await isPending(ending)).toBe(true)
            await held.release()
            expect(await adding).toEqual({ outcome: 'added', count: 2 })
            expect(await ending).toBeTruthy()
            expect((await storage.edges.add(sampleEdge({ kind, from, to }))).outcome).toBe('gone')
            await untilDone(5, (limit) => storage.edges.drop(gone, limit))
            if (end === 'to') await assertNoEdges(storage, kind, [from, to])
            else
              expect(await storage.edges.counts(kind, [from, to])).toEqual([
                { out: 0, in: 0 },
                { out: 0, in: 1 },
              ])
          })

    test.each(['from', 'to'] as const)('hiding waits for a follow that is being added %s it', async (end) => {
      const storage = await storages.emptied()
      const [from, to] = [await newUser(storage), await newUser(storage)]
      await storage.edges.add(sampleEdge({ from: await newUser(storage), to }))
      const held = await holdCount(to)
      const adding = storage.edges.add(sampleEdge({ from, to }))
      await held.waiting(1)
      const node = end === 'from' ? from : to
      const hiding = untilDone(9, (limit) => storage.edges.setHidden(node, true, limit))
      await held.waiting(2)
      expect(await isPending(hiding)).toBe(true)
      await held.release()
      expect(await adding).toEqual({ outcome: 'added', count: 2 })
      expect(await hiding).toBe(end === 'from' ? 1 : 2)
      expect(
        await storage.edges.list({ kind: 'follow', side: 'out', node: from }, { limit: 9, before: null }),
      ).toEqual([])
      expect(await storage.edges.counts('follow', [to])).toEqual([{ out: 0, in: end === 'from' ? 1 : 0 }])
    })

    test('a ban waits for a post that is being written, and removes it from feeds', async () => {
      const storage = await storages.emptied()
      const author = await newUser(storage)
      await newPost(storage, author)
      const held = await holdPostCount(author)
      const writing = newPost(storage, author)
      await held.waiting(1)
      const banning = storage.users.update(author, { bannedAt: later() })
      await held.waiting(2)
      expect(await isPending(banning)).toBe(true)
      await held.release()
      const post = await writing
      expect((await banning).outcome).toBe('updated')
      const page = { limit: 9, before: null }
      expect(await storage.feed.home(author, page)).toEqual([])
      await storage.users.update(author, { bannedAt: null })
      expect((await storage.feed.home(author, page)).map(({ id }) => id)[0]).toBe(post)
      expect((await storage.posts.recount(null, 9)).differences).toEqual([])
    })

    test('the newest post of an author is right, in whatever order others are added and removed', async () => {
      const storage = await storages.emptied()
      const author = await newUser(storage)
      const ids = [
        await newPost(storage, author),
        await newPost(storage, author),
        await newPost(storage, author),
      ]
      const held = await holdPostCount(author)
      // Each of them has seen the posts as they were before all of them.
      const calls = [ids[2], ids[1]].map((id) => storage.posts.remove(id ?? ''))
      await held.waiting(2)
      const older = samplePost({ id: `${nextId().slice(0, 13)}-7000-8000-000000000000`, authorId: author })
      const writing = storage.posts.create(older, [])
      await held.waiting(3)
      await held.release()
      expect(await Promise.all(calls)).toEqual([true, true])
      expect(await writing).toEqual({ outcome: 'created' })
      expect((await storage.posts.recount(null, 9)).differences).toEqual([])
      const expected = [ids[0], older.id].sort().reverse()
      expect((await storage.feed.home(author, { limit: 9, before: null })).map(({ id }) => id)).toEqual(
        expected,
      )
    })

    test('whatever collides, no two transactions wait for each other', async () => {
      const storage = await storages.emptied()
      const nodes = await Promise.all(Array.from({ length: 4 }, () => newUser(storage)))
      const posts = await Promise.all(nodes.map((author) => newPost(storage, author)))
      const { edges } = storage
      const deadlocks = async (): Promise<number> => {
        const { rows } = await storages
          .pool()
          .query<{ deadlocks: string }>(
            'SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()',
          )
        return Number(rows[0]?.deadlocks)
      }
      const before = await deadlocks()
      await Promise.all(
        Array.from({ length: 10 }, async (_, lane) => {
          for (let step = 0; step < 40; step++) {
            const mixed = (lane * 7 + step * 5) % 16
            const [from = '', other = ''] = [nodes[mixed % 4], nodes[mixed >> 2]]
            const edge = { kind: 'follow' as const, from, to: other }
            const like = { kind: 'like' as const, from, to: posts[mixed >> 2] ?? '' }
            if (step % 8 === 7) await edges.setHidden(from, lane % 2 === 0, 3)
            else if (step % 13 === 12) await edges.drop(from, 2)
            else if (from !== other)
              await (step % 3 ? edges.add({ ...edge, id: nextId() }) : edges.remove(edge))
            if (step % 2) await edges.add({ ...like, id: nextId() })
            else await edges.remove(like)
          }
        }),
      )
      expect(await deadlocks()).toBe(before)
      expect((await edges.recount(null, 50)).differences).toEqual([])
    })
  })

await describeWithPostgres('an account that everyone wants to follow', {}, (postgres) => {
  const lanes = 24
  const open: { pool?: pg.Pool; storage?: Storage } = {}
  beforeAll(async () => {
    open.pool = new pg.Pool({ connectionString: postgres().uri, max: lanes + 2 })
    open.storage = createPostgresStorage({
      pool: open.pool,
      schema: postgres().freshSchema(),
      timeoutMillis: 30_000,
    })
    await open.storage.migrate()
  })
  afterAll(() => open.pool?.end())

  test.each(['markDeleted', 'update', 'setHidden', 'remove'] as const)('does not block %s', async (verb) => {
    const { users, posts, edges } = open.storage ?? expect.unreachable()
    const [star, ...fans] = Array.from({ length: lanes + 1 }, () => sampleUser())
    for (const user of [star, ...fans]) await users.create(user ?? sampleUser())
    const post = samplePost({ authorId: star?.id ?? '' })
    await posts.create(post, [])
    const [kind, to] =
      verb === 'remove' ? (['like', post.id] as const) : (['follow', star?.id ?? ''] as const)
    let isOver = false
    const crowd = fans.map(async ({ id: from }) => {
      while (!isOver) {
        await edges.add(sampleEdge({ kind, from, to }))
        await edges.remove({ kind, from, to })
      }
    })
    const call = {
      markDeleted: () => users.markDeleted(to, later()),
      update: () => users.update(to, { name: 'A star' }),
      setHidden: async () => (await edges.setHidden(to, true, 9)) >= 0,
      remove: () => posts.remove(to),
    }[verb]
    try {
      // It would be refused after waiting as long as a call may.
      expect(await call()).toBeTruthy()
    } finally {
      isOver = true
      await Promise.all(crowd)
    }
  })
})
