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

/** What {@link createRedisRevocations} takes. */
export interface RedisRevocationsOptions {
  /** A client of ioredis, of which a second connection is made. It stays yours. */
  client: RedisClient
  /** What keys start with: one for each app that shares the Redis. @default 'kith' */
  prefix?: string | undefined
  /**
   * What a check answers while Redis cannot be reached: `closed` refuses with `storage-unavailable`, `open` answers what
   * this process knew last. @default 'closed'
   */
  whenUnreachable?: WhenUnreachable | undefined
  /** The clock that `until` is told by: give it where `createKith` has one of its own. @default the system's clock */
  clock?: Clock | undefined
  /**
   * Told once when the mirror cannot be kept, with the reason, and once where the server may evict revocations or does not say.
   * @default `console`
   */
  logger?: Pick<Logger, 'warn'> | undefined
}

/** The denylist of all processes on one Redis. */
export interface RedisRevocations extends Revocations, Checkable, Observable {
  /** Closes the connection made here, but not the client. Afterwards each check asks Redis. */
  close(): Promise<void>
}

/**
 * Creates the denylist. Once the client is connected it checks that the server does not evict, and says in the log if it does.
 * Nothing else happens until it is first used; then the mirror is built in the background, and checks
 * ask Redis until it stands.
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
