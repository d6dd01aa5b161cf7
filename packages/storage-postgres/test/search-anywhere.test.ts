import type { Storage } from '@kith/core/ports'
import pg from 'pg'
import { expect, onTestFinished, test, vi } from 'vitest'
import { sampleUser } from '../../../test/kit-samples.ts'
import { describeWithPostgres } from '../../../test/servers/describe-servers.ts'
import { createPostgresStorage, migrationSql } from '../src/index.ts'

vi.setConfig({ testTimeout: 60_000 })

const index = 'index for searches anywhere in a username, email address or phone number'

await describeWithPostgres('substring search in identifiers', {}, (server) => {
  /** A separate database, because an extension applies to all of its schemas. */
  async function database(): Promise<{ pool: pg.Pool; storage(): Storage; uri: string }> {
    const uri = await server().freshDatabase()
    const pool = new pg.Pool({ connectionString: uri })
    onTestFinished(() => pool.end())
    return { pool, uri, storage: () => createPostgresStorage({ pool }) }
  }

  async function withAda(storage: Storage): Promise<string> {
    const user = sampleUser({ username: 'her_ada_1' })
    await storage.users.create(user)
    return user.id
  }
  const search = ({ users }: Storage): Promise<string[] | null> | undefined =>
    users.idsContaining?.({ username: 'ada' }, 9)

  test('starts when the extension is installed, ends with it, and starts again, each time after `migrate()`', async () => {
    const { pool, storage: open } = await database()
    const storage = open()
    await storage.migrate()
    const id = await withAda(storage)
    expect(await search(storage)).toBe(null)
    expect(await storage.plan()).toEqual([])

    await pool.query('CREATE SCHEMA "Ex""t"; CREATE EXTENSION pg_trgm SCHEMA "Ex""t"; ANALYZE kith.users')
    expect(await search(storage)).toBe(null)
    expect(await storage.check()).toBe(null)
    expect(await storage.plan()).toEqual([{ name: index, total: 1 }])
    const seen: unknown[] = []
    await storage.migrate({ progress: (step) => void seen.push(step) })
    expect(seen[0]).toEqual({ step: index, done: 0, total: 1 })
    expect(seen.at(-1)).toEqual({ step: index, done: 1, total: 1 })
    expect(await search(storage)).toEqual([id])
    expect(await storage.plan()).toEqual([])

    await pool.query('DROP EXTENSION pg_trgm CASCADE')
    expect(await search(storage)).toBe(null)
    await storage.migrate()
    expect(await search(storage)).toBe(null)
    await pool.query('CREATE EXTENSION pg_trgm')
    await storage.migrate()
    expect(await search(storage)).toEqual([id])
  })

  test('is created with the first schema, by one of the concurrently started processes', async () => {
    const { pool, storage } = await database()
    await pool.query('CREATE EXTENSION pg_trgm')
    const starts = Array.from({ length: 4 }, storage)
    expect((await starts[0]?.plan())?.map(({ name }) => name)).toEqual(['schema 1', index])
    await Promise.all(starts.map((each) => each.migrate()))
    for (const each of starts) expect(await search(each)).toEqual([])
  })

  test('rebuilds an interrupted index', async () => {
    const { pool, storage: open } = await database()
    await pool.query('CREATE EXTENSION pg_trgm')
    const storage = open()
    await storage.migrate()
    await pool.query(
      "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'kith.users_identifiers'::regclass",
    )
    expect(await search(storage)).toBe(null)
    await storage.migrate()
    expect(await search(storage)).toEqual([])
  })

  test('is left out for a role that may not use the schema of the extension', async () => {
    const { pool, uri } = await database()
    await pool.query(
      `CREATE SCHEMA hidden; CREATE EXTENSION pg_trgm SCHEMA hidden; CREATE ROLE no_trigrams LOGIN; CREATE SCHEMA kith AUTHORIZATION no_trigrams`,
    )
    const storage = createPostgresStorage({ url: uri.replace('postgres@', 'no_trigrams@') })
    onTestFinished(async () => {
      await storage.close()
      await pool.query('DROP SCHEMA kith CASCADE; DROP ROLE no_trigrams')
    })
    await storage.migrate()
    expect(await storage.check()).toBe(null)
    expect(await search(storage)).toBe(null)
  })

  test('is in the SQL for operators who run migrations themselves', async () => {
    const { pool, storage: open } = await database()
    await pool.query('CREATE EXTENSION pg_trgm')
    const script = migrationSql({ trigrams: 'public' })
    const [tables, search] = script.split(/(?<=^COMMIT;$)/m)
    expect(search).toMatch(
      /DROP INDEX CONCURRENTLY IF EXISTS "kith"\.users_identifiers;\nCREATE INDEX CONCURRENTLY/,
    )
    await pool.query(tables ?? '')
    for (const statement of (search ?? '').split(';')) await pool.query(statement)
    expect(await open().plan()).toEqual([])
    for (const wrong of [true, ''] as unknown as string[])
      expect(() => migrationSql({ trigrams: wrong })).toThrow('name the schema')
    expect(migrationSql()).not.toContain('users_identifiers')
  })
})
