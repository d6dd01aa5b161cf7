import { RetryLaterError } from '../errors.ts'

/** Runs work a few at a time, and refuses what would wait too long. */
export type HashQueue = <Result>(work: () => Promise<Result>) => Promise<Result>

/** Creates a queue: `concurrency` run at once, at most `queueLimit` wait, the next is refused as `busy`. */
export function createHashQueue(concurrency: number, queueLimit: number): HashQueue {
  let running = 0
  const waiting: (() => void)[] = []

  return async (work) => {
    if (running >= concurrency) {
      if (waiting.length >= queueLimit) throw new RetryLaterError('busy', 1)
      await new Promise<void>((start) => waiting.push(start))
    } else {
      running++
    }
    try {
      return await work()
    } finally {
      // The place is handed on rather than freed, so that nobody can slip in between.
      const next = waiting.shift()
      if (next) next()
      else running--
    }
  }
}
