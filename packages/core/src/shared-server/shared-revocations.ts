import { isRetryLater } from '../errors.ts'
import type { Observable } from '../telemetry/telemetry.ts'
import type { Clock } from '../id.ts'
import type { Revocations } from '../sessions/revocations.ts'
import { within } from '../within.ts'
import type { Denylist } from './denylist.ts'
import { createFollower } from './follower.ts'
import { createLease } from './lease.ts'
import { createMirror, type Entry } from './mirror.ts'
import { observeMirror } from './observe-mirror.ts'
import { createParcels, type Parcel } from './parcels.ts'
import { createReach, deadlineMillis, type ReachOptions } from './reach.ts'
import type { WhenUnreachable } from './when-unreachable.ts'

/** The dependencies of {@link createSharedRevocations}. */
export interface SharedRevocationsParts extends ReachOptions {
  denylist: Denylist
  whenUnreachable: WhenUnreachable
  /** The clock for `until`. */
  clock: Clock
  /** The mirror cannot be kept. Called once for each reason. */
  warn(error: unknown): void
}

/** Revocations that several processes share through a server. */
export interface SharedRevocations extends Revocations, Observable {
  close(): Promise<void>
}

/**
 * How long the mirror is trusted without a sign of life: a revocation older than this is never missed. Four reads fit
 * in.
 */
const leaseMillis = 1_000
/** Entries are kept longer than requested, for clocks of other processes that run behind. */
const marginMillis = 300_000

/**
 * Creates revocations on a denylist that several processes share. Idle until first used; then it builds a mirror of the
 * denylist in the background and keeps it equal, and checks query the server until it is ready.
 */
export function createSharedRevocations(parts: SharedRevocationsParts): SharedRevocations {
  const { denylist, whenUnreachable, clock, toKithError } = parts
  const mirror = createMirror()
  const parcels = createParcels()
  const lease = createLease(leaseMillis)
  const reach = createReach(parts)
  const follower = createFollower({ denylist, mirror, parcels, lease, warn: (error) => parts.warn(error) })

  /** What the app's client cannot write now, the follower delivers on its own connection, now or as soon as it can. */
  async function send({ entries, written, deliver }: Parcel): Promise<void> {
    let failure: unknown
    void denylist.write(entries).then(deliver, (error: unknown) => {
      failure = error
    })
    await within({ millis: deadlineMillis }, () => written).catch((error: unknown) => {
      throw toKithError(failure ?? error)
    })
  }

  async function ask(key: string): Promise<boolean> {
    try {
      return (await reach(() => denylist.isDenied(key))) || mirror.has(key)
    } catch (error) {
      if (whenUnreachable === 'closed' || !isRetryLater(error)) throw error
      return mirror.has(key)
    }
  }

  return {
    async revoke(keys, until) {
      if (keys.length === 0) return
      follower.start()
      const endsAt = performance.now() + until.getTime() - clock().getTime() + marginMillis
      const entries = keys.map((key): Entry => [key, endsAt])
      for (const entry of entries) mirror.add(entry)
      for (const parcel of parcels.add(entries)) await send(parcel)
    },
    isRevoked(key) {
      if (mirror.has(key)) return true
      if (lease.holds()) return false
      follower.start()
      return ask(key)
    },
    close: () => follower.close(),
    observe: (telemetry) => observeMirror(telemetry, { mirror, parcels, lease }),
  }
}
