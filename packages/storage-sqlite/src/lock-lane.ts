import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import { isKithError } from '@kith/core'

/**
 * Calls that need one lock of SQLite: one after the other, without blocking the event loop while another process has
 * it.
 */
export interface LockLane {
  /**
   * Runs `attempt` immediately, or when its turn comes. An attempt that ends as `storage-busy` is repeated until the
   * call has waited for the limit; it must have undone everything by then.
   */
  run<Result>(attempt: () => Result): Promise<Result>
  /** Resolves when no call is waiting. */
  idle(): Promise<void>
}

interface Waiting {
  attempt(): unknown
  resolve(result: never): void
  reject(error: unknown): void
  /** When this call gives up, by `performance.now()`. */
  until: number
}

interface Stuck {
  error: unknown
  probeAt: number
}

/** As long as the process may freeze: a lock that is free again is noticed about as soon. */
const longestPauseMillis = 25
/** How often a call may check whether the lock is free again, once another one has waited for it in vain. */
const probeMillis = 100
/** How long calls that waited run one after the other before timers and sockets have their turn. */
const sliceMillis = 10

/** Creates a lane whose calls wait up to `limitMillis()` in total. */
export function createLockLane(limitMillis: () => number): LockLane {
  const queue: Waiting[] = []
  let serving: Promise<void> | null = null
  /** Why calls are refused: one has waited in vain, and the lock was not seen free since. */
  let stuck: Stuck | null = null

  function refuse(error: unknown): void {
    stuck = { error, probeAt: performance.now() + probeMillis }
    for (const { reject } of queue.splice(0)) reject(error)
  }

  /** Tries the first call; returns whether it left the queue. */
  function tryFirst({ attempt, resolve, reject, until }: Waiting): boolean {
    try {
      const result = attempt()
      queue.shift()
      resolve(result as never)
    } catch (error) {
      if (isStorageBusy(error)) {
        if (performance.now() >= until) refuse(error)
        return false
      }
      queue.shift()
      reject(error)
    }
    return true
  }

  async function serve(): Promise<void> {
    for (let pauseMillis = 1; queue.length > 0; pauseMillis = Math.min(pauseMillis * 2, longestPauseMillis)) {
      // Not all waiting processes come back at the same moment.
      await sleep(pauseMillis * (0.5 + Math.random()))
      await tryAll()
    }
    // In the same turn as the last check of the queue: a later call finds nobody serving.
    serving = null
  }

  /** Runs what is waiting, in slices, until nothing is or the lock is held again. */
  async function tryAll(): Promise<void> {
    let sliceStart = performance.now()
    for (let first = queue[0]; first; first = queue[0]) {
      if (!tryFirst(first)) return
      if (performance.now() - sliceStart < sliceMillis) continue
      await nextTurn()
      sliceStart = performance.now()
    }
  }

  /** Waits for the turn of a call that started at `start`. */
  function wait<Result>(attempt: () => Result, start: number): Promise<Result> {
    return new Promise<Result>((resolve, reject) => {
      queue.push({ attempt, resolve, reject, until: start + limitMillis() })
      serving ??= serve()
    })
  }

  /** As {@link LockLane.run}, after a call that has waited in vain. */
  async function probe<Result>(attempt: () => Result, { error: known, probeAt }: Stuck): Promise<Result> {
    if (performance.now() < probeAt) throw known
    try {
      const result = attempt()
      stuck = null
      return result
    } catch (error) {
      if (isStorageBusy(error) && limitMillis() > 0) refuse(error)
      throw error
    }
  }

  return {
    // Usually nobody waits and the lock is free: that path reads no clock and creates one promise.
    run<Result>(attempt: () => Result): Promise<Result> {
      const first = queue.length === 0
      if (stuck && (first || performance.now() < stuck.probeAt)) return probe(attempt, stuck)
      if (!first) return wait(attempt, performance.now())
      try {
        return Promise.resolve(attempt())
      } catch (error) {
        if (isStorageBusy(error) && limitMillis() > 0) return wait(attempt, performance.now())
        return Promise.reject(error as Error)
      }
    },
    idle: async () => void (await serving),
  }
}

/** Whether another connection holds the lock that a call needs. */
export function isStorageBusy(error: unknown): boolean {
  return isKithError(error) && error.code === 'storage-busy'
}
