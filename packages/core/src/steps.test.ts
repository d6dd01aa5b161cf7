import { describe, expect, test } from 'vitest'
import { createSteps, createTurns, JobStopped } from './steps.ts'

/** A store with its own clock: a row costs this many milliseconds, and each step is recorded with its turn of the loop. */
function createSlowStore(millisPerRow: (rowsBefore: number) => number) {
  let now = 0
  let turn = 0
  let counting = true
  const count = (): void => {
    turn++
    if (counting) setImmediate(count)
  }
  setImmediate(count)
  const steps: { turn: number; limit: number; millis: number }[] = []
  return {
    steps,
    now: () => now,
    stop: () => (counting = false),
    /** Removes rows; returns 0 when it is done, like the verbs of the stores. */
    removal(rows: number) {
      let left = rows
      return async (limit: number): Promise<boolean> => {
        const some = Math.min(limit, left)
        const millis = some * millisPerRow(rows - left)
        now += millis
        left -= some
        steps.push({ turn, limit, millis })
        return some > 0
      }
    },
    /** The time that the steps took in each turn of the loop. */
    perTurn(): number[] {
      const sums = new Map<number, number>()
      for (const step of steps) sums.set(step.turn, (sums.get(step.turn) ?? 0) + step.millis)
      return [...sums.values()]
    },
  }
}

describe('steps', () => {
  test('grow and shrink until each takes a few milliseconds, whatever a row costs', async () => {
    for (const cost of [0.001, 0.02, 0.2, 2]) {
      const store = createSlowStore(() => cost)
      await createSteps(createTurns(store.now)).run(store.removal(20_000))
      store.stop()
      const later = store.steps.slice(10)
      expect(Math.max(...later.map((step) => step.millis))).toBeLessThanOrEqual(10)
      expect(Math.max(...later.map((step) => step.limit))).toBeLessThanOrEqual(250)
      expect(Math.max(...store.perTurn().slice(10))).toBeLessThanOrEqual(15)
    }
  })

  test('shrink when rows become expensive, down to one row', async () => {
    const store = createSlowStore((before) => (before < 5_000 ? 0.002 : 20))
    await createSteps(createTurns(store.now)).run(store.removal(6_300))
    store.stop()
    expect(store.steps.some((step) => step.limit === 250)).toBe(true)
    expect(store.steps.slice(-50).every((step) => step.limit === 1)).toBe(true)
  })

  test('of concurrent jobs do not add up: they share the turns of the loop', async () => {
    const store = createSlowStore(() => 0.1)
    const turns = createTurns(store.now)
    const jobs = Array.from({ length: 8 }, () => createSteps(turns).run(store.removal(2_000)))
    await Promise.all(jobs)
    store.stop()
    expect(store.steps.reduce((sum, step) => sum + step.millis, 0)).toBeCloseTo(1_600)
    expect(Math.max(...store.perTurn())).toBeLessThanOrEqual(15)
  })

  test('that cost nothing share a turn of the loop', async () => {
    const store = createSlowStore(() => 0)
    await createSteps(createTurns(store.now)).run(store.removal(5_000))
    store.stop()
    expect(store.perTurn()).toHaveLength(1)
  })

  test('let a timer run long before the job ends', async () => {
    const order: string[] = []
    setTimeout(() => order.push('timer'), 5)
    let left = 100
    await createSteps().run(async () => {
      const end = performance.now() + 2
      while (performance.now() < end);
      order.push('step')
      return --left > 0
    })
    expect(order.indexOf('timer')).toBeGreaterThan(-1)
    expect(order.indexOf('timer')).toBeLessThan(50)
  })

  test('are measured by the time that they block the loop, not by the time that they wait', async () => {
    const limits: number[] = []
    await createSteps().run(async (limit) => {
      limits.push(limit)
      await new Promise((resolve) => setTimeout(resolve, 20))
      return limits.length < 6
    })
    expect(limits).toEqual([32, 64, 128, 250, 250, 250])
  })

  test('end at a stop, and an error in a step ends only its job', async () => {
    const steps = createSteps()
    let made = 0
    const running = steps.run(async () => {
      if (++made === 3) void steps.stop()
      return true
    })
    await expect(running).rejects.toBeInstanceOf(JobStopped)
    expect(made).toBe(3)
    await expect(steps.once(async () => 1)).rejects.toBeInstanceOf(JobStopped)
    const others = createSteps()
    await expect(others.run(() => Promise.reject(new Error('no')))).rejects.toThrow('no')
    expect(await others.once(async () => 1)).toBe(1)
  })
  test('that have started are finished when a stop resolves', async () => {
    const steps = createSteps()
    let over = false
    const running = steps.once(async () => {
      await new Promise((resolve) => setTimeout(resolve, 20))
      over = true
    })
    await new Promise((resolve) => setTimeout(resolve, 1))
    await steps.stop()
    expect(over).toBe(true)
    await running
  })
})
