import {
  createKith,
  defaultLimits,
  type Kith,
  type KithOptions,
  type LimitName,
  type LimitRule,
} from '@kith/core'
import { createRedisRateLimits, createRedisRevocations, type WhenUnreachable } from '@kith/redis'
import { createMongoStorage } from '@kith/storage-mongodb'
import {
  createPostgresRateLimits,
  createPostgresRevocations,
  createPostgresStorage,
} from '@kith/storage-postgres'
import { Redis } from 'ioredis'
import { MongoClient } from 'mongodb'
import pg from 'pg'

/** The servers behind a fleet: MongoDB and Redis. */
interface OnMongoAndRedis {
  mongoUri: string
  database: string
  redisUrl: string
  prefix: string
}

/** The server behind a fleet: only PostgreSQL. */
interface OnPostgres {
  postgresUri: string
  schema: string
}

/** The settings of the processes of a fleet. */
export interface FleetRules {
  limits?: Partial<Record<LimitName, readonly LimitRule[]>>
  graceSeconds?: number
  whenUnreachable?: WhenUnreachable
}

/** The input with which each process of a fleet starts. */
export type FleetSettings = FleetRules & (OnMongoAndRedis | OnPostgres)

interface Behind extends Pick<KithOptions, 'storage' | 'revocations' | 'rateLimits'> {
  close(): Promise<unknown>
}

const logger = { warn() {}, error: console.error }

/** The Kith of one process, on clients without custom settings. */
export function createFleetKith(settings: FleetSettings): { kith: Kith; close(): Promise<void> } {
  const { limits, graceSeconds } = settings
  const { close, ...behind } = 'postgresUri' in settings ? onPostgres(settings) : onMongoAndRedis(settings)
  const kith = createKith({
    secret: 'a secret that all processes of this fleet share',
    ...behind,
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
      await behind.revocations?.close?.()
      await close()
    },
  }
}

function onMongoAndRedis({
  mongoUri,
  database,
  redisUrl,
  prefix,
  whenUnreachable,
}: FleetRules & OnMongoAndRedis): Behind {
  const client = new MongoClient(mongoUri)
  const redis = new Redis(redisUrl)
  // Otherwise ioredis prints each failed attempt to connect.
  redis.on('error', () => {})
  return {
    storage: createMongoStorage({ client, database }),
    revocations: createRedisRevocations({ client: redis, prefix, whenUnreachable, logger }),
    rateLimits: createRedisRateLimits({ client: redis, prefix, whenUnreachable }),
    async close() {
      redis.disconnect()
      await client.close()
    },
  }
}

function onPostgres({ postgresUri, schema, whenUnreachable }: FleetRules & OnPostgres): Behind {
  const pool = new pg.Pool({ connectionString: postgresUri })
  // Otherwise a lost idle connection ends the process.
  pool.on('error', () => {})
  return {
    storage: createPostgresStorage({ pool, schema, timeoutMillis: 2_500 }),
    revocations: createPostgresRevocations({ pool, schema, whenUnreachable, logger }),
    rateLimits: createPostgresRateLimits({ pool, schema, whenUnreachable, logger }),
    close: () => pool.end(),
  }
}

/** Counted, but out of reach, because all of the load comes from one IP address. */
const high: readonly LimitRule[] = [{ limit: 1_000_000, window: '1m' }]
const highLimits = Object.fromEntries(Object.keys(defaultLimits).map((name) => [name, high]))
