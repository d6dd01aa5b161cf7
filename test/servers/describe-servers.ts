import { afterAll, afterEach, beforeAll, describe } from 'vitest'
import { closeAll } from './close-later.ts'
import { type MongoOptions, type MongoServer, mongoMissing, shareMongo } from './mongo-server.ts'
import {
  type PostgresOptions,
  type PostgresServer,
  postgresMissing,
  sharePostgres,
} from './postgres-server.ts'
import { type RedisCluster, redisClusterMissing, startRedisCluster } from './redis-cluster.ts'
import { type RedisOptions, type RedisServer, redisMissing, startRedis } from './redis-server.ts'
import { type S3Options, type S3Server, s3Missing, startS3 } from './s3-server.ts'

const startLimitMs = 120_000

interface Kind<Server> {
  missing(): Promise<string | null>
  start(): Promise<Server>
  /** Whether each test closes what it has opened, and not the suite at its end: its tests do not run concurrently. */
  closesEachTest?: boolean
}

/** Tests with a MongoDB server that runs from before the first of them until after the last; see `shareMongo`. */
export function describeWithMongo(
  name: string,
  options: MongoOptions,
  tests: (mongo: () => MongoServer) => void,
): Promise<void> {
  const kind = { missing: () => mongoMissing(options), start: () => shareMongo(options) }
  return describeWith(name, kind, tests)
}

/** Tests with a PostgreSQL server that runs from before the first of them until after the last; see `sharePostgres`. */
export function describeWithPostgres(
  name: string,
  options: PostgresOptions,
  tests: (postgres: () => PostgresServer) => void,
): Promise<void> {
  const kind = {
    missing: () => postgresMissing(options),
    start: () => sharePostgres(options),
    closesEachTest: true,
  }
  return describeWith(name, kind, tests)
}

/** Tests with a Redis server that runs from before the first of them until after the last. */
export function describeWithRedis(
  name: string,
  options: RedisOptions,
  tests: (redis: () => RedisServer) => void,
): Promise<void> {
  const kind = { missing: () => redisMissing(options), start: () => startRedis(options) }
  return describeWith(name, kind, tests)
}

/** Tests with a Redis cluster that runs from before the first of them until after the last. */
export function describeWithRedisCluster(
  name: string,
  tests: (cluster: () => RedisCluster) => void,
): Promise<void> {
  return describeWith(name, { missing: redisClusterMissing, start: startRedisCluster }, tests)
}

/** Tests with an S3-compatible server that runs from before the first of them until after the last. */
export function describeWithS3(
  name: string,
  options: S3Options,
  tests: (s3: () => S3Server) => void,
): Promise<void> {
  const kind = { missing: () => s3Missing(options), start: () => startS3(options) }
  return describeWith(name, kind, tests)
}

/** If no server is available, its tests are skipped, and the end of the run says why. Must be awaited. */
async function describeWith<Server extends { stop(): Promise<void> }>(
  name: string,
  kind: Kind<Server>,
  tests: (server: () => Server) => void,
): Promise<void> {
  const missing = await kind.missing()
  describe.skipIf(missing !== null)(name, () => {
    let server: Server | null = null
    beforeAll(async () => {
      server = await kind.start()
    }, startLimitMs)
    if (kind.closesEachTest) afterEach(closeAll)
    afterAll(async () => {
      await closeAll()
      await server?.stop()
    })
    tests(() => {
      if (!server) throw new Error('The server runs only while tests do')
      return server
    })
  })
}
