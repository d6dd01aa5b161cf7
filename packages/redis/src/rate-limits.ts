import type { RateLimits } from '@kith/core'
import { checkPrefix, type RedisClient } from './client.ts'
import { createReach } from './reach.ts'
import { isUnreachable } from './redis-error.ts'
import { defineScript, runScript, type Script } from './script.ts'
import { checkWhenUnreachable, type WhenUnreachable } from './when-unreachable.ts'

/** What {@link createRedisRateLimits} takes. */
export interface RedisRateLimitsOptions {
  /** A client of ioredis. It stays yours. */
  client: RedisClient
  /** What keys start with: one for each app that shares the Redis. @default 'kith' */
  prefix?: string | undefined
  /**
   * What happens to attempts while Redis cannot be reached: `closed` refuses them with `storage-unavailable`, `open`
   * allows them uncounted. @default 'closed'
   */
  whenUnreachable?: WhenUnreachable | undefined
}

/**
 * KEYS: the window, a hash. ARGV: how many attempts it allows, its length and the present, in milliseconds. The present
 * is that of the caller, so windows end when the caller's clock says so; the clock of Redis only clears them away.
 */
const hitScript: Script = defineScript(`
local limit, length, now = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local window = redis.call('HMGET', KEYS[1], 'count', 'ends')
local count, ends = tonumber(window[1]), tonumber(window[2])
local open = ends and ends > now
if not open then count, ends = 0, now + length end
if count >= limit then return { 0, ends - now } end
redis.call('HSET', KEYS[1], 'count', count + 1, 'ends', string.format('%.0f', ends))
if not open then redis.call('PEXPIRE', KEYS[1], length + 1000) end
return { 1, ends - now }
`)

/** Creates the counters of all processes on one Redis. Nothing happens until the first attempt. */
export function createRedisRateLimits(options: RedisRateLimitsOptions): RateLimits {
  const { client } = options
  const prefix = checkPrefix(options.prefix ?? 'kith')
  const whenUnreachable = checkWhenUnreachable(options.whenUnreachable)
  const reach = createReach()
  const keyOf = (key: string): string => `${prefix}:limits:${key}`

  /** Makes the call, or answers `otherwise` where the host prefers that to an error. */
  async function tryTo<Answer>(call: () => Promise<Answer>, otherwise: Answer): Promise<Answer> {
    try {
      return await reach(call)
    } catch (error) {
      if (whenUnreachable === 'closed' || !isUnreachable(error)) throw error
      return otherwise
    }
  }

  return {
    async hit(key, { limit, windowSeconds }, now) {
      const length = windowSeconds * 1000
      const input = { keys: [keyOf(key)], values: [limit, length, now.getTime()] }
      const answer = await tryTo(() => runScript(client, hitScript, input), [1, length])
      const [allowed, left] = (answer as unknown[]).map(Number)
      return { allowed: allowed === 1, retryAfterSeconds: Math.max(1, Math.ceil((left ?? 0) / 1000)) }
    },
    async reset(keys) {
      // One by one, since on a cluster each key has a place of its own.
      await Promise.all(keys.map((key) => tryTo(() => client.del(keyOf(key)), 0)))
    },
  }
}
