import { Redis } from 'ioredis'
import { MongoClient } from 'mongodb'
import pg from 'pg'
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { describeWithMongo, describeWithPostgres, describeWithRedis } from './describe-servers.ts'
import { mongoMissing, startMongo } from './mongo-server.ts'
import { postgresMissing, startPostgres } from './postgres-server.ts'
import { redisMissing, startRedis } from './redis-server.ts'
import { beginRun } from './test-run.ts'

/** The lines of a separate run, so that what is noted here is not shown as part of this one. */
let lines: () => string[] = () => []

beforeEach(() => {
  for (const name of ['KITH_TEST_RUN', 'KITH_TEST_SERVERS']) vi.stubEnv(name, undefined)
  vi.stubEnv('KITH_TEST_SUITE', 'sessions')
  const run = beginRun()
  lines = () => run?.lines() ?? []
  return () => {
    run?.end()
    vi.unstubAllEnvs()
  }
})

await describeWithMongo('a given MongoDB server', {}, (mongo) => {
  test('is used, reported, left running and left clean, but not killed', async () => {
    const { uri, topology, port } = mongo()
    vi.stubEnv('MONGODB_URI', uri)
    const given = await startMongo()
    expect(given).toMatchObject({ uri, topology, port, kind: 'given', control: null })
    expect(lines()).toEqual([expect.stringMatching(/^sessions ran against \S+ \S+ \(MONGODB_URI\), \S+/)])
    const client = await MongoClient.connect(uri)
    onTestFinished(() => client.close())
    const [used, other] = [client.db(given.freshDatabase()), client.db(mongo().freshDatabase())]
    for (const database of [used, other]) await database.collection('things').insertOne({})
    await given.stop()
    expect(await used.collection('things').countDocuments()).toBe(0)
    expect(await other.collection('things').countDocuments()).toBe(1)
  })

  test.each([
    [{ control: true }, 'the server of MONGODB_URI is not ours to start and kill'],
    [{ topology: 'standalone' } as const, 'the server of MONGODB_URI is not standalone'],
  ])('without support for %j is not used, and that is reported', async (options, lack) => {
    vi.stubEnv('MONGODB_URI', mongo().uri)
    expect(await mongoMissing()).toBeNull()
    expect(await mongoMissing(options)).toBe(lack)
    expect(lines()).toEqual([`SKIPPED tests of sessions: ${lack}`])
    await expect(startMongo(options)).rejects.toThrow(lack)
  })

  test('that does not respond is an error, not a skip', async () => {
    vi.stubEnv('MONGODB_URI', 'mongodb://127.0.0.1:1/?directConnection=true')
    await expect(mongoMissing()).rejects.toThrow(/ECONNREFUSED/)
    expect(lines()).toEqual([])
  }, 30_000)
})

await describeWithRedis('a given Redis server', {}, (redis) => {
  test('is used, reported, left running and left clean, but not killed', async () => {
    const { url, port } = redis()
    vi.stubEnv('REDIS_URL', url)
    const given = await startRedis()
    expect(given).toMatchObject({ url, port, kind: 'given', control: null })
    expect(lines()).toEqual([
      expect.stringMatching(/^sessions ran against Redis \S+ \(REDIS_URL\), single server$/),
    ])
    const [used, other] = [`${given.freshPrefix()}key`, `${redis().freshPrefix()}key`]
    const client = new Redis(url)
    onTestFinished(() => client.disconnect())
    await client.mset(used, 1, other, 1)
    await given.stop()
    expect(await client.exists(used)).toBe(0)
    expect(await client.exists(other)).toBe(1)
  })

  test('that would have to be killed is not used, and that is reported', async () => {
    vi.stubEnv('REDIS_URL', redis().url)
    const lack = 'the server of REDIS_URL is not ours to start and kill'
    expect(await redisMissing()).toBeNull()
    expect(await redisMissing({ control: true })).toBe(lack)
    expect(lines()).toEqual([`SKIPPED tests of sessions: ${lack}`])
    await expect(startRedis({ control: true })).rejects.toThrow(lack)
  })
})

await describeWithPostgres('a given PostgreSQL server', {}, (postgres) => {
  test('is used, reported, left running and left clean, but not killed', async () => {
    const { uri, port } = postgres()
    vi.stubEnv('POSTGRES_URI', uri)
    const given = await startPostgres()
    expect(given).toMatchObject({ uri, port, kind: 'given', control: null })
    expect(lines()).toEqual([expect.stringMatching(/^sessions ran against PostgreSQL \S+ \(POSTGRES_URI\)$/)])
    const client = new pg.Client(uri)
    await client.connect()
    onTestFinished(() => client.end())
    const [used, other] = [given.freshSchema(), postgres().freshSchema()]
    for (const schema of [used, other]) await client.query(`CREATE SCHEMA ${schema}`)
    const database = new URL(await given.freshDatabase()).pathname.slice(1)
    await given.stop()
    const { rows } = await client.query<{ name: string }>(
      `SELECT nspname AS name FROM pg_namespace WHERE nspname IN ($1, $2)
        UNION ALL SELECT datname FROM pg_database WHERE datname = $3`,
      [used, other, database],
    )
    expect(rows).toEqual([{ name: other }])
  })

  test('that would have to be killed is not used, and that is reported', async () => {
    vi.stubEnv('POSTGRES_URI', postgres().uri)
    const lack = 'the server of POSTGRES_URI is not ours to start and kill'
    expect(await postgresMissing()).toBeNull()
    expect(await postgresMissing({ control: true })).toBe(lack)
    expect(lines()).toEqual([`SKIPPED tests of sessions: ${lack}`])
    await expect(startPostgres({ control: true })).rejects.toThrow(lack)
  })
})
