import { RetryLaterError } from '@kith/core'

/** The time limit of a call. */
export interface Deadline {
  /** Aborted when the time is up; the error that ends it says so. */
  waitingFor: 'storage-unavailable' | 'storage-busy'
  /** Throws when the time is up: called before each step, so that nothing continues after the caller gave up. */
  check(): void
}

/** Without a time limit. */
export const unlimited = (): Deadline => ({ waitingFor: 'storage-unavailable', check: () => {} })

/** Runs a call that ends after `millis`, whatever it waits for. */
export async function withDeadline<Result>(
  millis: number,
  work: (deadline: Deadline) => Promise<Result>,
): Promise<Result> {
  const end = performance.now() + millis
  const deadline: Deadline = {
    waitingFor: 'storage-unavailable',
    check() {
      if (performance.now() >= end) throw late()
    },
  }
  const late = (): RetryLaterError =>
    new RetryLaterError(deadline.waitingFor, 5, new Error(`not done within ${millis} ms`))
  let timer: NodeJS.Timeout | undefined
  const over = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(late()), millis)
  })
  try {
    return await Promise.race([work(deadline), over])
  } finally {
    clearTimeout(timer)
  }
}
