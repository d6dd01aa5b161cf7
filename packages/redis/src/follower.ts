import { setTimeout as wait } from 'node:timers/promises'
import { within } from '@kith/core/adapter'
import { openBeside, type RedisClient, type RedisConnection } from './client.ts'
import type { Denylist } from './denylist.ts'
import type { Lease } from './lease.ts'
import type { Mirror } from './mirror.ts'
import type { Outbox } from './outbox.ts'
import { deadlineMillis } from './reach.ts'

/** How long one read of the stream waits for something new. */
const readMillis = 250
/** What a new connection may take to be opened and answer for the first time. */
const openMillis = 2_000
/** The pause before another attempt: from here, doubled at each failure. */
const firstPauseMillis = 25
const lastPauseMillis = 1_000

/** How many parcels are delivered between two reads. */
const parcelsAtOnce = 10

/** What {@link createFollower} works on. */
export interface FollowerParts {
  client: RedisClient
  denylist: Denylist
  mirror: Mirror
  outbox: Outbox
  lease: Lease
  /** Told once for each reason. */
  warn(error: unknown): void
}

/** Keeps the mirror equal to the denylist in Redis. */
export interface Follower {
  /** Begins, if it has not. Nothing is awaited. */
  start(): void
  /** Ends for good. Resolves when its connection is closed. */
  close(): Promise<void>
}

/**
 * Creates a follower. It rebuilds the mirror and then reads the stream, on a connection of its own. A read is answered
 * four times a second even if there is nothing new; each answer says that nothing was missed up to the moment the read
 * was sent, and renews the lease from there. Whatever goes wrong ends the lease and begins anew with a rebuild.
 */
export function createFollower({ client, denylist, mirror, outbox, lease, warn }: FollowerParts): Follower {
  const closing = new AbortController()
  let connection: RedisConnection | null = null
  let running: Promise<void> | null = null
  let warned = ''
  let nextDelivery = 0

  /** Reads the whole denylist. Answers the position from which the stream tells what it may have missed. */
  async function rebuild(connection: RedisConnection): Promise<string> {
    const position = await within({ millis: openMillis }, () => denylist.position(connection))
    const found = new Set<string>()
    const pages = denylist.pages(connection)[Symbol.asyncIterator]()
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

  /** Sees to it that Redis learns again what it lost: emptied, set back, or replaced by a replica that was behind. */
  function restore(found: ReadonlySet<string>): void {
    const now = performance.now()
    const waiting = new Set(outbox.waiting(now).flatMap(({ entries }) => entries.map(([id]) => id)))
    const lost = mirror.live(now).filter(([id]) => !found.has(id) && !waiting.has(id))
    outbox.add(lost)
  }

  /** Answers the position after what it read. */
  async function read(connection: RedisConnection, position: string, waitMillis: number): Promise<string> {
    const since = lease.now()
    const pushed = await within({ millis: waitMillis + deadlineMillis }, () =>
      denylist.next(connection, position, waitMillis),
    )
    for (const entry of pushed.entries) mirror.add(entry)
    // Asked after the read: what the stream still holds now, it held then, with all that followed.
    if (!(await within({ millis: deadlineMillis }, () => denylist.holds(connection, position)))) {
      throw new Error('the stream of revocations was cut or is another one')
    }
    lease.renew(since)
    mirror.sweep(performance.now())
    return pushed.position
  }

  async function deliver(connection: RedisConnection): Promise<void> {
    const now = performance.now()
    if (now < nextDelivery) return
    for (const parcel of outbox.waiting(now).slice(0, parcelsAtOnce)) {
      try {
        await within({ millis: deadlineMillis }, () => denylist.write(connection, parcel.entries))
        parcel.deliver()
      } catch (error) {
        // Reading may go on where writing fails, for want of memory for instance.
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
      connection = openBeside(client)
      try {
        let position = await rebuild(connection)
        // The first read waits for nothing: what the rebuild missed is there already.
        for (let waitMillis = 1; !closing.signal.aborted; waitMillis = readMillis) {
          position = await read(connection, position, waitMillis)
          failures = 0
          warned = ''
          await deliver(connection)
        }
      } catch (error) {
        report(error)
      }
      lease.end()
      connection.disconnect()
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
      connection?.disconnect()
      await running
    },
  }
}
