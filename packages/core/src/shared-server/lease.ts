/** A moment by two clocks: one stops while a machine is suspended, the other can be set back. */
interface Moment {
  readonly steady: number
  readonly wall: number
}

/** How long the mirror can be trusted. */
export interface Lease {
  /** The present, to renew the lease from. */
  now(): Moment
  /** At this moment the mirror had everything that the server had. */
  renew(since: Moment): void
  /** The mirror must not be trusted until the lease is renewed. */
  end(): void
  holds(): boolean
}

/** Creates an expired lease. */
export function createLease(millis: number): Lease {
  let steadyEnd = 0
  let wallEnd = 0

  return {
    now: () => ({ steady: performance.now(), wall: Date.now() }),
    renew({ steady, wall }) {
      steadyEnd = steady + millis
      wallEnd = wall + millis
    },
    end() {
      steadyEnd = 0
    },
    holds: () => performance.now() < steadyEnd && Date.now() < wallEnd,
  }
}
