import { Redis } from 'ioredis'
import { MongoClient } from 'mongodb'
import { expect, onTestFinished, test } from 'vitest'
import pg from 'pg'
import {
  describeWithMongo,
  describeWithPostgres,
  describeWithRedis,
} from '../../../test/servers/describe-servers.ts'
import { createProject } from './run-kith.ts'

interface Doctor {
  findings: { check: string; level: string; meaning: string }[]
}

await describeWithMongo('with MongoDB', {}, (mongo) => {
  test('migrates, imports, bans and finds no errors; leaves the backup of the database to mongodump', async () => {
    const project = createProject()
    const name = mongo().freshDatabase()
    const uri = new URL(mongo().uri)
    uri.pathname = `/${name}`
    const more = { env: { KITH_SQLITE: '', KITH_MONGODB_URI: uri.href } }
    const plan = await project.kith(['migrate', '--plan', '--json'], more)
    expect([plan.code, plan.stderr]).toEqual([0, ''])
    expect((await project.kith(['migrate'], more)).code).toBe(0)
    const input = Array.from({ length: 300 }, (_, n) => `{"username":"user${n}","passwordHash":null}\n`).join(
      '',
    )
    expect((await project.kith(['import', '-', '--json'], { ...more, input })).json()).toMatchObject({
      imported: 300,
    })
    expect((await project.kith(['import', '-', '--json'], { ...more, input })).json()).toMatchObject({
      present: 300,
      refused: 0,
    })
    expect((await project.kith(['ban', 'user7', '--yes'], more)).code).toBe(0)
    expect((await project.kith(['upkeep'], more)).code).toBe(0)
    expect((await project.kith(['verify', 'counts'], more)).code).toBe(0)
    const doctor = await project.kith(['doctor', '--json'], more)
    expect([doctor.code, doctor.json<Doctor>().findings]).toMatchObject([
      0,
      expect.arrayContaining([
        expect.objectContaining({
          check: 'clock',
          level: 'ok',
          meaning: expect.stringContaining('MongoDB') as string,
        }),
      ]),
    ])
    const backup = await project.kith(['backup', 'saved'], more)
    expect([backup.code, backup.stderr]).toEqual([2, expect.stringContaining('mongodump')])
    expect((await project.kith(['backup', 'other', '--without-database'], more)).code).toBe(0)
    const restored = await project.kith(['restore', 'other', '--json'], more)
    expect([restored.code, restored.json()]).toMatchObject([0, { sessions: 0 }])
    const client = await MongoClient.connect(uri.href)
    onTestFinished(() => client.close())
    expect(await client.db(name).collection('kith_users').countDocuments()).toBe(300)
  })

  test('an unreachable server is a failure within seconds, with the solution', async () => {
    const project = createProject()
    const more = { env: { KITH_SQLITE: '', KITH_MONGODB_URI: 'mongodb://127.0.0.1:1/kith' } }
    const run = await project.kith(['info', '--json'], more)
    expect([run.code, run.json()]).toMatchObject([1, { ready: false }])
  })
})

await describeWithPostgres('with PostgreSQL', {}, (server) => {
  test('migrates, imports, bans and finds no errors; leaves the backup of the database to pg_dump', async () => {
    const project = createProject()
    const uri = await server().freshDatabase()
    const more = { env: { KITH_SQLITE: '', KITH_POSTGRES_URL: uri, KITH_POSTGRES_SCHEMA: 'people' } }
    const before = await project.kith(['info', '--json'], more)
    expect([before.code, before.json()]).toMatchObject([1, { ready: false }])
    const plan = await project.kith(['migrate', '--plan', '--json'], more)
    expect([plan.code, plan.stderr, plan.json()]).toEqual([0, '', { plan: [{ name: 'schema 1', total: 1 }] }])
    expect((await project.kith(['migrate'], more)).code).toBe(0)
    const input = Array.from({ length: 300 }, (_, n) => `{"username":"user${n}","passwordHash":null}\n`).join(
      '',
    )
    expect((await project.kith(['import', '-', '--json'], { ...more, input })).json()).toMatchObject({
      imported: 300,
    })
    expect((await project.kith(['ban', 'user7', '--yes'], more)).code).toBe(0)
    expect((await project.kith(['upkeep'], more)).code).toBe(0)
    expect((await project.kith(['verify', 'counts'], more)).code).toBe(0)
    const doctor = await project.kith(['doctor', '--json'], more)
    const agreed = { check: 'clock', level: 'ok', meaning: expect.stringContaining('PostgreSQL') as string }
    expect([doctor.code, doctor.json<Doctor>().findings]).toMatchObject([
      0,
      expect.arrayContaining([expect.objectContaining(agreed)]),
    ])
    const backup = await project.kith(['backup', 'saved'], more)
    expect([backup.code, backup.stderr]).toEqual([2, expect.stringContaining('pg_dump')])
    expect((await project.kith(['backup', 'other', '--without-database'], more)).code).toBe(0)
    const restored = await project.kith(['restore', 'other', '--json'], more)
    expect([restored.code, restored.json()]).toMatchObject([0, { sessions: 0 }])
    const client = new pg.Client(uri)
    await client.connect()
    onTestFinished(() => client.end())
    expect((await client.query('SELECT count(*)::int AS people FROM people.users')).rows).toEqual([
      { people: 300 },
    ])
  })

  test('ending sessions here denies them in servers that share revocations through PostgreSQL', async () => {
    const project = createProject()
    const url = await server().freshDatabase()
    const more = { env: { KITH_SQLITE: '', KITH_POSTGRES_URL: url } }
    await project.kith(['migrate'], more)
    const { createKith } = await import('@kith/core')
    const { createPostgresRevocations, createPostgresStorage } = await import('@kith/storage-postgres')
    const running = createKith({
      secret: project.env['KITH_SECRET'] ?? '',
      storage: createPostgresStorage({ url }),
      revocations: createPostgresRevocations({ url }),
    })
    onTestFinished(() => running.close())
    const { tokens } = await running.accounts.register({ username: 'ada', password: 'correct horse' })
    await running.sessions.authenticate(tokens.accessToken)
    expect((await project.kith(['sessions', 'end', 'ada', '--all', '--yes'], more)).code).toBe(0)
    const state = (): Promise<string> =>
      running.sessions.authenticate(tokens.accessToken).then(
        () => 'let in',
        ({ code }: { code: string }) => code,
      )
    await expect.poll(state, { timeout: 10_000 }).toBe('session-revoked')
  })

  test('an unreachable server is a failure within seconds, and two configured databases are an error', async () => {
    const project = createProject()
    const env = { KITH_SQLITE: '', KITH_POSTGRES_URL: 'postgres://127.0.0.1:1/kith' }
    const run = await project.kith(['info', '--json'], { env })
    expect([run.code, run.json()]).toMatchObject([1, { ready: false }])
    const both = await project.kith(['info'], { env: { ...env, KITH_MONGODB_URI: 'mongodb://h/d' } })
    expect([both.code, both.stderr]).toEqual([
      2,
      expect.stringContaining('KITH_MONGODB_URI and KITH_POSTGRES_URL are both set.'),
    ])
  })
})

await describeWithRedis('with Redis', { control: true }, (redis) => {
  test('doctor compares the clocks, and reports a server that may drop revocations', async () => {
    const project = createProject()
    const more = { env: { KITH_REDIS_URL: redis().url, KITH_REDIS_PREFIX: redis().freshPrefix() } }
    await project.kith(['migrate'], more)
    await project.kith(['upkeep'], more)
    const client = new Redis(redis().url)
    onTestFinished(() => client.disconnect())
    const found = async (): Promise<[number | null, Map<string, string>]> => {
      const run = await project.kith(['doctor', '--json'], more)
      return [run.code, new Map(run.json<Doctor>().findings.map(({ check, level }) => [check, level]))]
    }
    const [code, levels] = await found()
    expect([code, levels.get('redis'), levels.get('clock')]).toEqual([0, 'ok', 'ok'])
    await client.config('SET', 'maxmemory-policy', 'allkeys-lru')
    await client.config('SET', 'maxmemory', '100mb')
    const [worse, evicting] = await found()
    expect([worse, evicting.get('redis')]).toEqual([1, 'error'])
  })

  test('ending sessions here denies them in servers that share revocations', async () => {
    const project = createProject()
    const prefix = redis().freshPrefix()
    const more = { env: { KITH_REDIS_URL: redis().url, KITH_REDIS_PREFIX: prefix } }
    await project.kith(['migrate'], more)
    const { createKith } = await import('@kith/core')
    const { createSqliteStorage } = await import('@kith/storage-sqlite')
    const { createRedisRevocations } = await import('@kith/redis')
    const client = new Redis(redis().url)
    const revocations = createRedisRevocations({ client, prefix })
    const server = createKith({
      secret: project.env['KITH_SECRET'] ?? '',
      storage: createSqliteStorage({ path: project.database }),
      revocations,
    })
    onTestFinished(async () => {
      await server.close()
      client.disconnect()
    })
    const { tokens } = await server.accounts.register({ username: 'ada', password: 'correct horse' })
    await server.sessions.authenticate(tokens.accessToken)
    expect((await project.kith(['sessions', 'end', 'ada', '--all', '--yes'], more)).code).toBe(0)
    await expect
      .poll(
        () =>
          server.sessions.authenticate(tokens.accessToken).then(
            () => 'let in',
            ({ code }: { code: string }) => code,
          ),
        { timeout: 10_000 },
      )
      .toBe('session-revoked')
  })
})
