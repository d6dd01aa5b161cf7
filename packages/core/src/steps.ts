import { RetryLaterError } from './errors.ts'

/**
 * For how long steps hold the event loop before other work gets a turn. One step takes about as long, so nothing waits
 * longer than twice that.
 */
const sliceMillis = 5
/** A step that took longer than this is followed by a smaller one. */
const longMillis = 8
/** One that took less is followed by a larger one. */
const shortMillis = 2.5
const firstSize = 32
/** What a step touches at most, also where it costs this process nothing: others wait for the locks that it holds. */
const mostRows = 250

/** Runs a job in steps of a time, and gives the event loop back between them. */
export interface Steps {
  /**
   * Runs one step in its turn. The step counts by the time until it returns its promise: what a store does in this process
   * happens by then, and what it waits for holds nobody up.
   * @throws JobStopped
   */
  once<Result>(step: () => Promise<Result>): Promise<Result>
  /**
   * Runs `step` until it resolves to `false`. It is called with how many rows it may touch: as many as take a few
   * milliseconds, found by how long those before took, and never more than `most` (250 by default).
   * @throws JobStopped
   */
  run(step: (limit: number) => Promise<boolean>, most?: number): Promise<void>
  /**
   * Lets no other step begin, so that all that runs in steps ends with {@link JobStopped}. Resolves when the steps that had
   * begun are over. Idempotent.
   */
  stop(): Promise<void>
}

/** Raised in a job whose {@link Steps} were stopped. What is left, the next upkeep does. */
export class JobStopped extends RetryLaterError {
  constructor() {
    super('busy', 1)
  }
}

/**
 * Runs the part of a step that holds the event loop when it may begin: immediately while the slice of this turn lasts, or
 * else in a later turn, after whatever else was waiting. Resolves to how long that part was.
 */
export type Turns = (work: () => void) => Promise<number>

/** Creates turns; a process has one of these, so that several jobs do not add up to a freeze. */
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
