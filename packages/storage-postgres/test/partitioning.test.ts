import { edgeKinds, type Storage } from '@kith/core/ports'
import pg from 'pg'
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { nextId, peopled, sampleEdge, samplePost } from '../../../test/kit-samples.ts'
import { describeWithPostgres } from '../../../test/servers/describe-servers.ts'
import { createPostgresStorage, migrationSql, partitionSql } from '../src/index.ts'

vi.setConfig({ testTimeout: 60_000 })

await describeWithPostgres('partitioning', {}, (server) => {
  const open: { pool?: pg.Pool } = {}
  beforeAll(() => void (open.pool = new pg.Pool({ connectionString: server().uri })))
  afterAll(() => open.pool?.end())
  const ask = async (sql: string): Promise<unknown[]> => (await open.pool?.query(sql))?.rows ?? []

  function opened(schema: string, partitions?: number): Storage {
    const storage = createPostgresStorage({ url: server().uri, schema, partitions })
    onTestFinished(() => storage.close())
    return storage
  }

  /** The columns and indexes of a table and of its partitions. */
  async function described(schema: string, table: string): Promise<unknown> {
    const ofTable = `attrelid IN (SELECT oid FROM pg_class WHERE relnamespace = '${schema}'::regnamespace AND relname ~ '^${table}(_[0-9]+)?$')`
    const columns =
      await ask(`SELECT attrelid::regclass::text AS name, attname, atttypid::regtype::text, attnotnull, attoptions,
        pg_get_expr(adbin, adrelid) AS default FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
      WHERE ${ofTable} AND attnum > 0 ORDER BY name, attnum`)
    const indexes = await ask(`SELECT pg_get_indexdef(indexrelid) AS index FROM pg_index
      WHERE indrelid IN (SELECT attrelid FROM pg_attribute WHERE ${ofTable}) ORDER BY index`)
    return JSON.parse(JSON.stringify({ columns, indexes }).replaceAll(`${schema}.`, ''))
  }
  const bothTables = (schema: string) =>
    Promise.all(['edges', 'posts'].map((table) => described(schema, table)))

  async function partitionsOf(schema: string): Promise<unknown> {
    return await ask(`SELECT relname AS table, count(*)::int AS partitions FROM pg_inherits JOIN pg_class ON pg_class.oid = inhparent
      WHERE relkind = 'p' AND relnamespace = '${schema}'::regnamespace GROUP BY relname ORDER BY relname`)
  }
  const divided = (partitions: number) => ['edges', 'posts'].map((table) => ({ table, partitions }))

  test('a schema created with partitions has them, whichever process creates it, and keeps them', async () => {
    const schema = server().freshSchema()
    const starts = Array.from({ length: 4 }, () => opened(schema, 3))
    await Promise.all(starts.map((each) => each.migrate()))
    expect(await partitionsOf(schema)).toEqual(divided(3))
    for (const same of [opened(schema, 3), opened(schema)]) {
      await same.migrate()
      expect(await same.plan()).toEqual([])
      expect(await same.check()).toBe(null)
    }
    expect(await partitionsOf(schema)).toEqual(divided(3))
  })

  test('another number, and partitions in place of plain tables, are refused with the solution', async () => {
    const [divided, plain] = [server().freshSchema(), server().freshSchema()]
    await opened(divided, 3).migrate()
    await opened(plain).migrate()
    for (const [schema, words] of [
      [divided, /has 3, which stays so: set the option to 3/],
      [plain, /partitionSql\(\)/],
    ] as const) {
      const storage = opened(schema, 8)
      const before = await bothTables(schema)
      for (const refused of [() => storage.migrate(), () => storage.plan()])
        await expect(refused()).rejects.toMatchObject({
          code: 'storage-failed',
          detail: expect.stringMatching(words) as string,
        })
      expect(await storage.check()).toMatch(words)
      expect(await bothTables(schema)).toEqual(before)
    }
  })

  test('printed migrations create the same partitions', async () => {
    const [made, printed] = [server().freshSchema(), server().freshSchema()]
    await opened(made, 3).migrate()
    await ask(migrationSql({ schema: printed, partitions: 3 }))
    expect(await opened(printed, 3).check()).toBe(null)
    expect(await bothTables(printed)).toEqual(await bothTables(made))
  })

  test('partitions have the columns and indexes of plain tables; posts are unique by id and author', async () => {
    const [plain, parts] = [server().freshSchema(), server().freshSchema()]
    await opened(plain).migrate()
    await opened(parts, 2).migrate()
    for (const table of ['edges', 'posts']) {
      const [one, other] = [await described(plain, table), await described(parts, table)]
      // Without the details of partitions, and as it is described for a table without any.
      const asPlain = JSON.stringify(other)
        .replaceAll(/\{"name":"\w+_\d"[^}]*\},?|\{"index":"[^"]*_\d USING[^"]*"\},?/g, '')
        .replaceAll(',]', ']')
        .replaceAll('ON ONLY ', 'ON ')
        .replace('posts_pkey ON posts USING btree (id, author_id)', 'posts_pkey ON posts USING btree (id)')
      const options = /"attoptions":(null|\[[^\]]*\])/g
      expect(asPlain.replaceAll(options, '')).toEqual(JSON.stringify(one).replaceAll(options, ''))
    }
    const options =
      await ask(`SELECT DISTINCT relname FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
      WHERE attoptions IS NOT NULL AND relnamespace = '${parts}'::regnamespace ORDER BY relname`)
    expect(options).toEqual([{ relname: 'edges_0' }, { relname: 'edges_1' }])
  })

  test('partitionSql() converts a filled table with all of its data, and the storage continues', async () => {
    const [moved, made] = [server().freshSchema(), server().freshSchema()]
    const storage = opened(moved)
    await storage.migrate()
    const stores = peopled(storage)
    const [authorId, to] = [nextId(), nextId()]
    const posts = Array.from({ length: 40 }, (_, n) =>
      samplePost({ authorId: n % 2 ? authorId : nextId(), fields: { n } }),
    )
    for (const post of posts) await stores.posts.create(post, [])
    await stores.posts.remove(posts[1]?.id ?? '')
    for (let edge = 0; edge < 40; edge++)
      await stores.edges
        .add(sampleEdge({ to, kind: edgeKinds[edge % 2 ? 0 : 1] ?? 'follow' }))
        .catch(() => null)
    const content = async () => [
      await ask(`SELECT * FROM ${moved}.edges ORDER BY id`),
      await ask(`SELECT * FROM ${moved}.posts ORDER BY id`),
    ]
    const before = await content()
    expect(before.map((rows) => rows.length > 10)).toEqual([true, true])

    await ask(partitionSql({ schema: moved, partitions: 3 }))
    await opened(made, 3).migrate()
    expect(await bothTables(moved)).toEqual(await bothTables(made))
    expect(await content()).toEqual(before)

    expect(await opened(moved, 3).check()).toBe(null)
    expect((await storage.edges.recount(null, 200)).differences).toEqual([])
    expect((await storage.posts.recount(null, 200)).differences).toEqual([])
    const post = samplePost({ authorId })
    expect(await storage.posts.create(post, [])).toEqual({ outcome: 'created' })
    expect((await storage.posts.byAuthor(authorId, { limit: 1, before: null }))[0]).toEqual(post)
  })

  test('partitionSql() changes nothing if a view of the app depends on a table', async () => {
    const schema = server().freshSchema()
    await opened(schema).migrate()
    await ask(`CREATE VIEW ${schema}.mine AS SELECT id FROM ${schema}.posts`)
    await expect(ask(partitionSql({ schema, partitions: 3 }))).rejects.toThrow(/depend/)
    expect(await opened(schema).check()).toBe(null)
    expect(await partitionsOf(schema)).toEqual([])
  })
})
