import { afterAll, beforeAll, describe } from 'vitest'
import { type MongoOptions, type MongoServer, mongoMissing, startMongo } from '../servers/mongo-server.ts'
import {
  type PostgresOptions,
  type PostgresServer,
  postgresMissing,
  startPostgres,
} from '../servers/postgres-server.ts'
import { type Proxy, startProxy } from '../servers/proxy.ts'
import { type RedisOptions, type RedisServer, redisMissing, startRedis } from '../servers/redis-server.ts'
import { type Fleet, startFleet } from './fleet.ts'
import type { FleetRules } from './fleet-kith.ts'

/** What the tests need from a fleet and the servers behind it. */
export interface FleetOptions {
  mongo?: MongoOptions
  redis?: RedisOptions
  /** The servers reach both through proxies. MongoDB is then a single server at a URL, whatever set it belongs to. */
  proxied?: boolean
  settings?: FleetRules
}

/** The same for a fleet on PostgreSQL only. */
export interface PostgresFleetOptions {
  postgres?: PostgresOptions
  proxied?: boolean
  settings?: FleetRules
}

/** A running fleet, with the servers behind it. */
export interface Backed {
  fleet: Fleet
  mongo: MongoServer
  redis: RedisServer
  /** Null unless requested. */
  proxies: { mongo: Proxy; redis: Proxy } | null
}

/** The same on PostgreSQL only. */
export interface PostgresBacked {
  fleet: Fleet
  postgres: PostgresServer
  proxy: Proxy | null
}

const startLimitMs = 180_000

/** Tests with a fleet on MongoDB and Redis that runs from before the first of them until after the last. Must be awaited. */
export async function describeFleet(
  name: string,
  options: FleetOptions,
  tests: (backed: () => Backed) => void,
): Promise<void> {
  const missing = (await mongoMissing(options.mongo)) ?? (await redisMissing(options.redis))
  describeBacked(name, missing, { start: (ends) => start(options, ends), tests })
}

/** The same with a fleet on PostgreSQL only. */
export async function describePostgresFleet(
  name: string,
  options: PostgresFleetOptions,
  tests: (backed: () => PostgresBacked) => void,
): Promise<void> {
  const missing = await postgresMissing(options.postgres)
  describeBacked(name, missing, { start: (ends) => startOnPostgres(options, ends), tests })
}

type Ends = (() => Promise<void>)[]

interface Parts<Behind> {
  start(ends: Ends): Promise<Behind>
  tests(backed: () => Behind): void
}

function describeBacked<Behind>(name: string, missing: string | null, { start, tests }: Parts<Behind>): void {
  describe.skipIf(missing !== null)(name, () => {
    const ends: Ends = []
    let backed: Behind | null = null
    beforeAll(async () => {
      backed = await start(ends)
    }, startLimitMs)
    afterAll(async () => {
      for (const end of ends.reverse()) await end()
    })
    tests(() => {
      if (!backed) throw new Error('The fleet runs only while tests do')
      return backed
    })
  })
}

async function start(options: FleetOptions, ends: Ends): Promise<Backed> {
  const mongo = await startMongo(options.mongo)
  ends.push(() => mongo.stop())
  const redis = await startRedis(options.redis)
  ends.push(() => redis.stop())
  const direct = { mongoUri: mongo.uri, redisUrl: redis.url }
  const place = { database: mongo.freshDatabase(), prefix: redis.freshPrefix() }
  const proxies = options.proxied ? { mongo: await startProxy(mongo), redis: await startProxy(redis) } : null
  for (const proxy of Object.values(proxies ?? {})) ends.push(() => proxy.close())
  const reached = proxies
    ? {
        mongoUri: `mongodb://127.0.0.1:${proxies.mongo.port}/?directConnection=true`,
        redisUrl: `redis://127.0.0.1:${proxies.redis.port}`,
      }
    : direct
  const fleet = await startFleet({ ...reached, ...place, ...options.settings }, direct)
  ends.push(() => fleet.stop())
  return { fleet, mongo, redis, proxies }
}

async function startOnPostgres(
  { postgres: wanted, proxied, settings }: PostgresFleetOptions,
  ends: Ends,
): Promise<PostgresBacked> {
  const postgres = await startPostgres(wanted)
  ends.push(() => postgres.stop())
  const direct = { postgresUri: postgres.uri }
  const place = { ...direct, schema: postgres.freshSchema() }
  const proxy = proxied ? await startProxy(postgres) : null
  if (proxy) {
    ends.push(() => proxy.close())
    const uri = new URL(postgres.uri)
    uri.port = String(proxy.port)
    place.postgresUri = uri.href
  }
  const fleet = await startFleet({ ...place, ...settings }, direct)
  ends.push(() => fleet.stop())
  return { fleet, postgres, proxy }
}
