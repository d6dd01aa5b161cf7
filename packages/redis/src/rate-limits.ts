import { createHash } from 'node:crypto'
import type { Logger } from '@kith/core'
import {
  checkWhenUnreachable,
  createLog,
  createSharedRateLimits,
  type WhenUnreachable,
} from '@kith/core/adapter'
import type { Checkable, Limit, RateLimits } from '@kith/core/ports'
import { createCheck } from './check.ts'
import { checkPrefix, type RedisClient } from './client.ts'
import { hitScript } from './hit-script.ts'
import { toKithError } from './redis-error.ts'
import { runScript } from './script.ts'

/** The options of {@link createRedisRateLimits}. */
export interface RedisRateLimitsOptions {
  /** An ioredis client. You own and close it. */
  client: RedisClient
  /** The prefix of keys: use another for each app that shares the Redis. @default 'kith' */
  prefix?: string | undefined
  /**
   * What happens to attempts while Redis cannot be reached: `closed` refuses them with `storage-unavailable`, `open`
   * allows them uncounted. A full Redis refuses nothing: each process then counts separately. @default 'closed'
   */
  whenUnreachable?: WhenUnreachable | undefined
  /**
   * Gets one line when Redis is full, and with `open` one for each reason why attempts pass uncounted. @default
   * `console`
   */
  logger?: Pick<Logger, 'warn'> | undefined
}

/** The counters of all processes on one Redis. */
export interface RedisRateLimits extends RateLimits, Checkable {}

/** Creates the counters of all processes on one Redis. Performs no I/O until the first attempt. */
export function createRedisRateLimits(options: RedisRateLimitsOptions): RedisRateLimits {
  const { client } = options
  const log = createLog(options.logger ?? console)
  const prefix = checkPrefix(options.prefix ?? 'kith')
  const whenUnreachable = checkWhenUnreachable(options.whenUnreachable)
  const bucketOf = (key: string): string => `${prefix}:limits:${bucketName(key)}`

  const limits = createSharedRateLimits({
    server: 'Redis',
    toKithError,
    whenUnreachable,
    warn(reason, { detail, error }) {
      if (reason === 'full') log.warn('redis.full', { detail })
      else log.warn('redis.uncounted', { detail, error })
    },
    counters: {
      async hit(key, limits, now) {
        const values = [key, now.getTime(), ...limits.flatMap(toArguments)]
        return Number(await runScript(client, hitScript, { keys: [bucketOf(key)], values }))
      },
      async reset(keys) {
        // One by one, since on a cluster each key has its own slot.
        await Promise.all(keys.map((key) => client.hdel(bucketOf(key), `s${key}`)))
      },
    },
  })
  return {
    ...limits,
    check: createCheck({
      client,
      whenUnreachable,
      async call() {
        await client.hlen(bucketOf('check'))
        return null
      },
    }),
  }
}

/** Counters share 4,096 hashes: separate keys would each cost Redis three times their own size. */
function bucketName(key: string): string {
  return createHash('sha1').update(key).digest('base64url').slice(0, 2)
}

function toArguments({ limit, windowSeconds }: Limit): number[] {
  return [limit, windowSeconds]
}
