import type { Clock, Logger } from '@kith/core'
import {
  checkWhenUnreachable,
  createLog,
  createSharedRevocations,
  type WhenUnreachable,
} from '@kith/core/adapter'
import type { Checkable, Observable, Revocations } from '@kith/core/ports'
import { createCheck } from './check.ts'
import type { RedisClient } from './client.ts'
import { createDenylist } from './denylist.ts'
import { checkEviction, evictionProblem } from './eviction.ts'
import { adviceOn, toKithError } from './redis-error.ts'

/** The options of {@link createRedisRevocations}. */
export interface RedisRevocationsOptions {
  /** An ioredis client, from which a second connection is made. You own and close it. */
  client: RedisClient
  /** The prefix of keys: use another for each app that shares the Redis. @default 'kith' */
  prefix?: string | undefined
  /**
   * The result of a check while Redis cannot be reached: `closed` refuses with `storage-unavailable`, `open` uses the
   * last state that this process knew. @default 'closed'
   */
  whenUnreachable?: WhenUnreachable | undefined
  /** The clock for `until`: pass it if `createKith` has its own. @default the system clock */
  clock?: Clock | undefined
  /**
   * Gets one line when the mirror cannot be kept, with the reason, and one if the server may evict revocations or does
   * not report that.
   * @default `console`
   */
  logger?: Pick<Logger, 'warn'> | undefined
}

/** The denylist of all processes on one Redis. */
export interface RedisRevocations extends Revocations, Checkable, Observable {
  /** Closes the connection made here, but not the client. Afterwards each check queries Redis. */
  close(): Promise<void>
}

/**
 * Creates the denylist. Once the client is connected it checks that the server does not evict, and logs it otherwise.
 * Idle until first used; then it builds the mirror in the background, and checks query Redis until it is ready.
 */
export function createRedisRevocations(options: RedisRevocationsOptions): RedisRevocations {
  const { client, prefix = 'kith', clock = () => new Date() } = options
  const log = createLog(options.logger ?? console)
  const whenUnreachable = checkWhenUnreachable(options.whenUnreachable)
  const denylist = createDenylist(client, prefix)
  const { close, ...revocations } = createSharedRevocations({
    server: 'Redis',
    toKithError,
    denylist,
    whenUnreachable,
    clock,
    warn(error) {
      log.warn('redis.not-pushed', { detail: adviceOn(error), error: toKithError(error).cause })
    },
  })
  const stopChecking = checkEviction(client, log)

  return {
    ...revocations,
    async close() {
      stopChecking()
      await close()
    },
    check: createCheck({
      client,
      whenUnreachable,
      async call() {
        await denylist.isDenied('check')
        return await evictionProblem(client)
      },
    }),
  }
}
