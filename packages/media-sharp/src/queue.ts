import { RetryLaterError } from '@kith/core'

/** Runs a job when it is its turn. @throws busy when too many wait already. */
export type Queue = <Answer>(job: () => Promise<Answer>) => Promise<Answer>

/** Runs at most `concurrency` jobs at a time, in the order they came, with at most `maxWaiting` behind them. */
export function createQueue(concurrency: number, maxWaiting: number): Queue {
  const waiting: (() => void)[] = []
  let running = 0

  return async (job) => {
    if (running >= concurrency) {
      if (waiting.length >= maxWaiting) throw new RetryLaterError('busy', 1)
      // Whoever ends hands its place on, so the count stays as it is.
      await new Promise<void>((start) => waiting.push(start))
    } else {
      running++
    }
    try {
      return await job()
    } finally {
      const next = waiting.shift()
      if (next) next()
      else running--
    }
  }
}
