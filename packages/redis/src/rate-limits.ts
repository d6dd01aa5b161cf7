import { createHash } from 'node:crypto'
import { isKithError, type Logger } from '@kith/core'
import { createLog, createMemoryRateLimits } from '@kith/core/adapter'
import type { Checkable, Limit, RateLimits } from '@kith/core/ports'
import { createCheck } from './check.ts'
import { checkPrefix, checkWhenUnreachable, type RedisClient, type WhenUnreachable } from './client.ts'
import { hitScript } from './hit-script.ts'
import { createReach } from './reach.ts'
import { adviceOn, isUnreachable, toKithError } from './redis-error.ts'
import { runScript } from './script.ts'

/** What {@link createRedisRateLimits} takes. */
export interface RedisRateLimitsOptions {
  /** A client of ioredis. It stays yours. */
  client: RedisClient
  /** What keys start with: one for each app that shares the Redis. @default 'kith' */
  prefix?: string | undefined
  /**
   * What happens to attempts while Redis cannot be reached: `closed` refuses them with `storage-unavailable`, `open`
   * allows them uncounted. A Redis that is full refuses nobody: each process then counts by itself. @default 'closed'
   */
  whenUnreachable?: WhenUnreachable | undefined
  /** Told once when Redis is full, and with `open` once for each reason why attempts pass uncounted. @default `console` */
  logger?: Pick<Logger, 'warn'> | undefined
}

/** The counters of all processes on one Redis. */
export interface RedisRateLimits extends RateLimits, Checkable {}

/** Creates the counters of all processes on one Redis. Nothing happens until the first attempt. */
export function createRedisRateLimits(options: RedisRateLimitsOptions): RedisRateLimits {
  const { client } = options
  const log = createLog(options.logger ?? console)
  const prefix = checkPrefix(options.prefix ?? 'kith')
  const whenUnreachable = checkWhenUnreachable(options.whenUnreachable)
  const reach = createReach()
  const bucketOf = (key: string): string => `${prefix}:limits:${bucketName(key)}`
  const own = createMemoryRateLimits()
  const told = new Set<string>()

  /** Whether this reason is told for the first time. */
  function isNew(detail: string): boolean {
    if (told.has(detail)) return false
    told.add(detail)
    return true
  }

  /** Makes the call, or what is done otherwise where Redis cannot be used and nobody is to be refused for that. */
  async function tryTo<Answer>(call: () => Promise<Answer>, otherwise: Otherwise<Answer>): Promise<Answer> {
    try {
      return await reach(call)
    } catch (error) {
      if (isFull(error)) {
        const detail = adviceOn(error)
        if (isNew(detail)) log.warn('redis.full', { detail })
        return await otherwise.full()
      }
      if (whenUnreachable === 'closed' || !isUnreachable(error)) throw error
      const detail = adviceOn(error)
      if (isNew(detail)) log.warn('redis.uncounted', { detail, error: toKithError(error).cause })
      return otherwise.unreachable
    }
  }

  return {
    check: createCheck({
      client,
      whenUnreachable,
      async call() {
        await client.hlen(bucketOf('check'))
        return null
      },
    }),
    async hit(key, limits, now) {
      if (limits.length === 0) return { allowed: true, retryAfterSeconds: 0 }
      const values = [key, now.getTime(), ...limits.flatMap(toArguments)]
      return await tryTo(
        async () => {
          const left = Number(await runScript(client, hitScript, { keys: [bucketOf(key)], values }))
          return { allowed: left === 0, retryAfterSeconds: Math.ceil(left / 1000) }
        },
        {
          full: () => own.hit(key, limits, now),
          unreachable: { allowed: true, retryAfterSeconds: 0 },
        },
      )
    },
    async reset(keys) {
      await own.reset(keys)
      // One by one, since on a cluster each key has a place of its own.
      const forget = (key: string): Promise<number> => client.hdel(bucketOf(key), `s${key}`)
      await Promise.all(
        keys.map((key) => tryTo(() => forget(key), { full: () => Promise.resolve(0), unreachable: 0 })),
      )
    },
  }
}

interface Otherwise<Answer> {
  full(): Promise<Answer>
  unreachable: Answer
}

function isFull(error: unknown): boolean {
  return isKithError(error) && error.code === 'storage-full'
}

/** Counters share 4,096 hashes: alone each would cost Redis three times its own size. */
function bucketName(key: string): string {
  return createHash('sha1').update(key).digest('base64url').slice(0, 2)
}

function toArguments({ limit, windowSeconds }: Limit): number[] {
  return [limit, windowSeconds]
}
