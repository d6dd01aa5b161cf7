import pg from 'pg'
import postgres from 'postgres'
import { expect, test } from 'vitest'
import { createPostgresStorage, migrationSql, type PostgresStorageOptions } from './index.ts'

const url = 'postgres://nobody@127.0.0.1:1/nowhere'

test.each<[unknown, RegExp]>([
  [{}, /give one of/],
  [{ url, pool: new pg.Pool() }, /give one of/],
  [{ url: 'mysql://here' }, /connection string/],
  [{ pool: {} }, /Pool of pg/],
  [{ client: {} }, /Client of pg/],
  [{ sql: () => {} }, /postgres\(\)/],
  [{ sql: postgres(url, { transform: postgres.camel }) }, /transform/],
  [{ url, schema: 'pg_mine' }, /schema/],
  [{ url, schema: 'Kith"; DROP' }, /schema/],
  [{ url, timeoutMillis: 0 }, /timeoutMillis/],
  [{ url, partitions: 1 }, /partitions/],
  [{ url, partitions: 2.5 }, /partitions/],
  [{ url, prepare: 1 }, /prepare/],
  [{ url, maxConnections: 0.5 }, /maxConnections/],
  [{ url, replicas: { url } }, /replicas must be a list/],
  [{ url, replicas: [{ client: new pg.Client() }] }, /not as a client/],
  [{ url, replicas: [{}] }, /give one of/],
  [{ url, replicas: [{ url }, { url, pool: new pg.Pool() }] }, /give one of/],
  [{ url, replicas: [url] }, /give one of/],
  [{ url, replicas: [null] }, /give one of/],
  [{ url, replicas: [{ url: 'mysql://here' }] }, /connection string/],
  [{ url, replicas: [{ pool: {} }] }, /Pool of pg/],
  [{ url, replicas: [{ sql: postgres(url, { transform: postgres.camel }) }] }, /transform/],
  [{ url, replicas: [{ url, maxConnections: -1 }] }, /maxConnections/],
])('rejects %j', (options, words) => {
  expect(() => createPostgresStorage(options as PostgresStorageOptions)).toThrow(TypeError)
  expect(() => createPostgresStorage(options as PostgresStorageOptions)).toThrow(words)
})

test('opens nothing at construction and nothing at close', async () => {
  const storage = createPostgresStorage({ url })
  await storage.close()
  await storage.close()
})

test('printed migrations use the requested schema and no other', () => {
  const sql = migrationSql({ schema: 'house' })
  expect(sql).toMatch(/^BEGIN;\nCREATE SCHEMA IF NOT EXISTS "house";\n/)
  expect(sql).not.toMatch(/\bkith\./)
  expect(() => migrationSql({ schema: 'a b' })).toThrow(TypeError)
  expect(migrationSql({ from: 1_000 })).toBe('')
})
