import { RetryLaterError } from './errors.ts'

/**
 * How long steps hold the event loop before other work gets a turn. One step takes about as long, so nothing waits
 * longer than twice that.
 */
const sliceMillis = 5
/** A step that took longer is followed by a smaller one. */
const longMillis = 8
/** A step that took less is followed by a larger one. */
const shortMillis = 2.5
const firstSize = 32
/** The maximum number of rows of a step, even if they cost this process nothing: others wait for the locks it holds. */
const mostRows = 250

/** Runs a job in steps limited by time, and yields the event loop between them. */
export interface Steps {
  /**
   * Runs one step in its turn. The step is measured until it returns its promise: a store does its work in this process
   * by then, and waiting does not block others.
   * @throws JobStopped
   */
  once<Result>(step: () => Promise<Result>): Promise<Result>
  /**
   * Runs `step` until it resolves to `false`. Each call is passed the number of rows it may touch: as many as take a
   * few milliseconds, based on the duration of earlier steps, and never more than `most` (250 by default).
   * @throws JobStopped
   */
  run(step: (limit: number) => Promise<boolean>, most?: number): Promise<void>
  /**
   * Starts no further step, so every job ends with {@link JobStopped}. Resolves when running steps are done.
   * Idempotent.
   */
  stop(): Promise<void>
}

/** Raised in a job whose {@link Steps} were stopped. The next upkeep does the rest. */
export class JobStopped extends RetryLaterError {
  constructor() {
    super('busy', 1)
  }
}

/**
 * Runs the blocking part of a step as soon as it may begin: immediately within the current time slice, otherwise in a
 * later turn, after other waiting work. Resolves to how long it took.
 */
export type Turns = (work: () => void) => Promise<number>

/** Creates turns; a process has only one, so that several jobs do not add up to a freeze. */
export function createTurns(now: () => number): Turns {
  const waiting: (() => void)[] = []
  let spent = 0

  function give(): void {
    spent = 0
    waiting.shift()?.()
    if (waiting.length > 0) setImmediate(give)
  }

  async function nextTurn(): Promise<void> {
    await new Promise<void>((resolve) => {
      waiting.push(resolve)
      if (waiting.length === 1) setImmediate(give)
    })
  }

  return async (work) => {
    if (waiting.length > 0) await nextTurn()
    while (spent >= sliceMillis) await nextTurn()
    const begin = now()
    try {
      work()
    } finally {
      spent += now() - begin
    }
    return now() - begin
  }
}

const turnsOfProcess = createTurns(() => performance.now())

/** Creates the steps of one Kith instance. */
export function createSteps(turns: Turns = turnsOfProcess): Steps {
  let stopped = false
  const begun = new Set<Promise<unknown>>()

  async function take<Result>(step: () => Promise<Result>): Promise<{ result: Result; took: number }> {
    const held: { result: Promise<Result> | null } = { result: null }
    const took = await turns(() => {
      if (!stopped) held.result = step()
    })
    const { result } = held
    if (!result) throw new JobStopped()
    begun.add(result)
    try {
      return { result: await result, took }
    } finally {
      begun.delete(result)
    }
  }

  return {
    once: async (step) => (await take(step)).result,
    async run(step, most = mostRows) {
      let size = Math.min(firstSize, most)
      for (;;) {
        const { result: more, took } = await take(() => step(size))
        if (!more) return
        size = nextSize(size, took, most)
      }
    },
    async stop() {
      stopped = true
      await Promise.allSettled(begun)
    },
  }
}

function nextSize(size: number, took: number, most: number): number {
  if (took > longMillis) return Math.max(1, Math.floor((size * sliceMillis) / took))
  return took < shortMillis ? Math.min(most, size * 2) : size
}
