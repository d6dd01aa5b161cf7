import type { Clock, Logger } from '@kith/core'
import { createLog, within } from '@kith/core/adapter'
import type { Checkable, Observable, Revocations } from '@kith/core/ports'
import { createCheck } from './check.ts'
import { checkWhenUnreachable, type RedisClient, type WhenUnreachable } from './client.ts'
import { createDenylist } from './denylist.ts'
import { checkEviction, evictionProblem } from './eviction.ts'
import { createFollower } from './follower.ts'
import { createLease } from './lease.ts'
import { createMirror, type Entry } from './mirror.ts'
import { createOutbox, type Parcel } from './outbox.ts'
import { observeMirror } from './observe-mirror.ts'
import { createReach, deadlineMillis } from './reach.ts'
import { adviceOn, isUnreachable, toKithError } from './redis-error.ts'

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
 * How long the mirror is believed without a sign of life: a revocation older than this is never missed. Four reads of
 * the stream fit in.
 */
const leaseMillis = 1_000
/** Entries are kept longer than asked, for clocks of other processes that run behind. */
const marginMillis = 300_000

/**
 * Creates the denylist. Once the client is connected it checks that the server does not evict, and says in the log if it does.
 * Nothing else happens until it is first used; then the mirror is built in the background, and checks
 * ask Redis until it stands.
 */
export function createRedisRevocations(options: RedisRevocationsOptions): RedisRevocations {
  const { client, prefix = 'kith', clock = () => new Date() } = options
  const log = createLog(options.logger ?? console)
  const whenUnreachable = checkWhenUnreachable(options.whenUnreachable)
  const denylist = createDenylist(prefix)
  const mirror = createMirror()
  const outbox = createOutbox()
  const lease = createLease(leaseMillis)
  const reach = createReach()
  const follower = createFollower({
    client,
    denylist,
    mirror,
    outbox,
    lease,
    warn(error) {
      log.warn('redis.not-pushed', { detail: adviceOn(error), error: toKithError(error).cause })
    },
  })

  const stopChecking = checkEviction(client, log)

  /** What the client cannot write now, the follower delivers on its own connection, now or as soon as it can. */
  async function send({ entries, written, deliver }: Parcel): Promise<void> {
    let failure: unknown
    void denylist.write(client, entries).then(deliver, (error: unknown) => {
      failure = error
    })
    await within({ millis: deadlineMillis }, () => written).catch((error: unknown) => {
      throw toKithError(failure ?? error)
    })
  }

  async function ask(sessionId: string): Promise<boolean> {
    try {
      return (await reach(() => denylist.isDenied(client, sessionId))) || mirror.has(sessionId)
    } catch (error) {
      if (whenUnreachable === 'closed' || !isUnreachable(error)) throw error
      return mirror.has(sessionId)
    }
  }

  return {
    async revoke(sessionIds, until) {
      if (sessionIds.length === 0) return
      follower.start()
      const endsAt = performance.now() + until.getTime() - clock().getTime() + marginMillis
      const entries = sessionIds.map((sessionId): Entry => [sessionId, endsAt])
      for (const entry of entries) mirror.add(entry)
      for (const parcel of outbox.add(entries)) await send(parcel)
    },

    isRevoked(sessionId) {
      if (mirror.has(sessionId)) return true
      if (lease.holds()) return false
      follower.start()
      return ask(sessionId)
    },

    async close() {
      stopChecking()
      await follower.close()
    },

    check: createCheck({
      client,
      whenUnreachable,
      async call() {
        await denylist.isDenied(client, 'check')
        return await evictionProblem(client)
      },
    }),

    observe: (telemetry) => observeMirror(telemetry, { mirror, outbox, lease }),
  }
}
