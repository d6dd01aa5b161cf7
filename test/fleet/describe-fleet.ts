import { afterAll, beforeAll, describe } from 'vitest'
import { type MongoOptions, type MongoServer, mongoMissing, startMongo } from '../servers/mongo-server.ts'
import { type Proxy, startProxy } from '../servers/proxy.ts'
import { type RedisOptions, type RedisServer, redisMissing, startRedis } from '../servers/redis-server.ts'
import { type Fleet, startFleet } from './fleet.ts'
import type { FleetSettings } from './fleet-kith.ts'

/** What the tests of a fleet need of it and of what is behind it. */
export interface FleetOptions {
  mongo?: MongoOptions
  redis?: RedisOptions
  /** The servers reach both through proxies. MongoDB is then one at an address, whatever set it belongs to. */
  proxied?: boolean
  settings?: Partial<FleetSettings>
}

/** A fleet that runs, and what is behind it. */
export interface Backed {
  fleet: Fleet
  mongo: MongoServer
  redis: RedisServer
  /** Null unless asked for. */
  proxies: { mongo: Proxy; redis: Proxy } | null
}

const startLimitMs = 180_000

/** Tests with a fleet on a MongoDB and a Redis, from before the first of them until after the last. To be awaited. */
export async function describeFleet(
  name: string,
  options: FleetOptions,
  tests: (backed: () => Backed) => void,
): Promise<void> {
  const missing = (await mongoMissing(options.mongo)) ?? (await redisMissing(options.redis))
  describe.skipIf(missing !== null)(name, () => {
    const ends: (() => Promise<void>)[] = []
    let backed: Backed | null = null
    beforeAll(async () => {
      backed = await start(options, ends)
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

async function start(options: FleetOptions, ends: (() => Promise<void>)[]): Promise<Backed> {
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
