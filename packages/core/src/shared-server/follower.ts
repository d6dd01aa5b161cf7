import { setTimeout as wait } from 'node:timers/promises'
import { within } from '../within.ts'
import type { Denylist, DenylistLine } from './denylist.ts'
import type { Lease } from './lease.ts'
import type { Mirror } from './mirror.ts'
import type { Parcels } from './parcels.ts'
import { deadlineMillis } from './reach.ts'

/** How long one read waits for new entries. */
const readMillis = 250
/** How long a new connection may take to open and respond for the first time. */
const openMillis = 2_000
/** The pause before another attempt: starts here and doubles after each failure. */
const firstPauseMillis = 25
const lastPauseMillis = 1_000

/** How many parcels are delivered between two reads. */
const parcelsAtOnce = 10

/** The dependencies of {@link createFollower}. */
export interface FollowerParts {
  denylist: Pick<Denylist, 'open'>
  mirror: Mirror
  parcels: Parcels
  lease: Lease
  /** Called once for each reason. */
  warn(error: unknown): void
}

/** Keeps the mirror equal to the denylist of a server. */
export interface Follower {
  /** Starts, unless it has started. Nothing is awaited. */
  start(): void
  /** Stops permanently. Resolves when its connection is closed. */
  close(): Promise<void>
}

/**
 * Creates a follower. It rebuilds the mirror and then reads new entries, on its own connection. A read returns at least
 * four times a second, even if there is nothing new; each response confirms that nothing was missed up to the moment
 * the read was sent, and renews the lease from there. Any failure ends the lease and starts again with a rebuild.
 */
export function createFollower({ denylist, mirror, parcels, lease, warn }: FollowerParts): Follower {
  const closing = new AbortController()
  let line: DenylistLine | null = null
  let running: Promise<void> | null = null
  let warned = ''
  let nextDelivery = 0

  /** Reads the entire denylist. Resolves to the position after which it may have missed entries. */
  async function rebuild(line: DenylistLine): Promise<string> {
    const position = await within({ millis: openMillis }, () => line.position())
    const found = new Set<string>()
    const pages = line.pages()[Symbol.asyncIterator]()
    for (;;) {
      const { value: page, done } = await within({ millis: openMillis }, () => pages.next())
      if (done) break
      for (const entry of page) {
        mirror.add(entry)
        found.add(entry[0])
      }
    }
    restore(found)
    return position
  }

  /** Sends the server again what it lost: emptied, set back, or replaced by a replica that was behind. */
  function restore(found: ReadonlySet<string>): void {
    const now = performance.now()
    const waiting = new Set(parcels.waiting(now).flatMap(({ entries }) => entries.map(([id]) => id)))
    const lost = mirror.live(now).filter(([id]) => !found.has(id) && !waiting.has(id))
    parcels.add(lost)
  }

  /** Resolves to the position after what it read. */
  async function read(line: DenylistLine, position: string, waitMillis: number): Promise<string> {
    const since = lease.now()
    const written = await within({ millis: waitMillis + deadlineMillis }, () =>
      line.next(position, waitMillis),
    )
    for (const entry of written.entries) mirror.add(entry)
    lease.renew(since)
    mirror.sweep(performance.now())
    return written.position
  }

  async function deliver(line: DenylistLine): Promise<void> {
    const now = performance.now()
    if (now < nextDelivery) return
    for (const parcel of parcels.waiting(now).slice(0, parcelsAtOnce)) {
      try {
        await within({ millis: deadlineMillis }, () => line.write(parcel.entries))
        parcel.deliver()
      } catch (error) {
        // Reading may work when writing fails, for example without memory or disk space.
        nextDelivery = performance.now() + lastPauseMillis
        if (error instanceof Error && error.name === 'TimeoutError') throw error
        return report(error)
      }
    }
  }

  function report(error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error)
    if (reason !== warned && !closing.signal.aborted) warn(error)
    warned = reason
  }

  async function follow(): Promise<void> {
    let failures = 0
    while (!closing.signal.aborted) {
      line = denylist.open()
      try {
        let position = await rebuild(line)
        // The first read waits for nothing: what the rebuild missed is there already.
        for (let waitMillis = 1; !closing.signal.aborted; waitMillis = readMillis) {
          position = await read(line, position, waitMillis)
          failures = 0
          warned = ''
          await deliver(line)
        }
      } catch (error) {
        report(error)
      }
      lease.end()
      line.close()
      const pause = Math.min(lastPauseMillis, firstPauseMillis * 2 ** failures++)
      await wait(pause * (0.5 + Math.random()), undefined, { signal: closing.signal }).catch(() => {})
    }
  }

  return {
    start() {
      if (!closing.signal.aborted) running ??= follow()
    },
    async close() {
      closing.abort()
      lease.end()
      line?.close()
      await running
    },
  }
}
