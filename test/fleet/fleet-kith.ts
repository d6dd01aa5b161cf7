import { createKith, defaultLimits, type Kith, type LimitName, type LimitRule } from '@kith/core'
import { createRedisRateLimits, createRedisRevocations, type WhenUnreachable } from '@kith/redis'
import { createMongoStorage } from '@kith/storage-mongodb'
import { Redis } from 'ioredis'
import { MongoClient } from 'mongodb'

/** What all processes of a fleet are started with. */
export interface FleetSettings {
  mongoUri: string
  database: string
  redisUrl: string
  prefix: string
  limits?: Partial<Record<LimitName, readonly LimitRule[]>>
  graceSeconds?: number
  whenUnreachable?: WhenUnreachable
}

/** The Kith of one process, on clients with no settings of their own. */
export function createFleetKith(settings: FleetSettings): { kith: Kith; close(): Promise<void> } {
  const { mongoUri, database, redisUrl, prefix, limits, graceSeconds, whenUnreachable } = settings
  const client = new MongoClient(mongoUri)
  const redis = new Redis(redisUrl)
  // Otherwise ioredis prints each failed attempt to connect.
  redis.on('error', () => {})
  const logger = { warn() {}, error: console.error }
  const revocations = createRedisRevocations({ client: redis, prefix, whenUnreachable, logger })
  const kith = createKith({
    secret: 'a secret that all processes of this fleet share',
    storage: createMongoStorage({ client, database }),
    revocations,
    rateLimits: createRedisRateLimits({ client: redis, prefix, whenUnreachable }),
    limits: { ...highLimits, ...limits },
    sessions: { graceSeconds },
    // Cheap hashes, so that the load is on the servers behind.
    passwords: { memoryKiB: 8, iterations: 1 },
    posts: { textOnly: true },
    logger,
  })
  return {
    kith,
    async close() {
      await revocations.close()
      redis.disconnect()
      await client.close()
    },
  }
}

/** Counted, but out of reach: all of the load comes from one address. */
const high: readonly LimitRule[] = [{ limit: 1_000_000, window: '1m' }]
const highLimits = Object.fromEntries(Object.keys(defaultLimits).map((name) => [name, high]))
