import { RetryLaterError } from '@kith/core'

/** The time that a call has. */
export interface Deadline {
  /** What the time goes by with; the error that ends it says so. */
  waitingFor: 'storage-unavailable' | 'storage-busy'
  /** Throws when the time is up: called before each step, so that nothing goes on behind the back of who gave up. */
  check(): void
}

/** For what may take any time. */
export const unlimited = (): Deadline => ({ waitingFor: 'storage-unavailable', check: () => {} })

/** Runs a call that is over after `millis`, whatever it waits for. */
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
