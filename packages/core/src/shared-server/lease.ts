/** A moment by two clocks: one stands still while a machine is suspended, the other can be set back. */
interface Moment {
  readonly steady: number
  readonly wall: number
}

/** For how long the mirror may be believed. */
export interface Lease {
  /** The present, to renew the lease from. */
  now(): Moment
  /** The mirror knew everything that the server knew at this moment. */
  renew(since: Moment): void
  /** The mirror is not to be believed until it is renewed. */
  end(): void
  holds(): boolean
}

/** Creates a lease that has ended. */
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
