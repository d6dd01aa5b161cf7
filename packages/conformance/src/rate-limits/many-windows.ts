import assert from 'node:assert/strict'
import type { HitResult, Limit, RateLimits } from '@kith/core/ports'
import { createMemoryRateLimits } from '@kith/core/memory'
import type { Case } from '../case.ts'
import { race, repeat } from '../race.ts'
import { later, nextId } from '../records.ts'

const minute = 60
const hour = 3_600

/** What `hit` promises of several windows of one subject. */
export const manyWindowsCases: readonly Case<RateLimits>[] = [
  {
    id: 'rate-limits/all-or-none',
    title: 'an attempt is counted in all windows or in none',
    async run(port) {
      const attempt = attempts(port, [
        { limit: 2, windowSeconds: minute },
        { limit: 3, windowSeconds: hour },
      ])
      const steps = [
        // What the minute refuses does not count in the hour …
        [0, true],
        [0, true],
        [1, false],
        [1, false],
        [60, true],
        // … and what the hour refuses not in the minute.
        [60, false],
        [3_599, false],
        [3_599, false],
        [3_600, true],
        [3_600, true],
        [3_600, false],
      ] as const
      for (const [seconds, expected] of steps)
        assert.equal((await attempt(seconds)).allowed, expected, `after ${seconds} s`)
    },
  },
  {
    id: 'rate-limits/parallel-narrowest',
    title: 'of parallel attempts exactly as many pass as the narrowest window allows',
    async run(rateLimits) {
      await repeat(3, async () => {
        const limits = [
          { limit: 9, windowSeconds: minute },
          { limit: 7, windowSeconds: hour },
        ]
        const attempt = attempts(rateLimits, limits)
        const answers = await race(50, () => attempt(0))
        assert.equal(answers.filter(({ allowed }) => allowed).length, 7)
      })
    },
  },
  {
    id: 'rate-limits/retry-after-longest',
    title: 'a refusal says when the last of the full windows ends',
    async run(port) {
      const attempt = attempts(port, [
        { limit: 1, windowSeconds: minute },
        { limit: 2, windowSeconds: hour },
        { limit: 2, windowSeconds: 24 * hour },
      ])
      assert.equal((await attempt(0)).retryAfterSeconds, 0)
      assert.equal((await attempt(10)).retryAfterSeconds, 50)
      assert.equal((await attempt(60)).retryAfterSeconds, 0)
      assert.equal((await attempt(70)).retryAfterSeconds, 24 * hour - 70)
    },
  },
  {
    id: 'rate-limits/longer-window-starts',
    title:
      'a longer window starts when the shortest is used beyond its share, with the attempts counted there',
    async run(rateLimits) {
      const limits = [
        { limit: 4, windowSeconds: minute },
        { limit: 6, windowSeconds: 3 * minute },
      ]
      const slow = attempts(rateLimits, limits)
      for (let index = 0; index < 20; index++)
        assert.equal((await slow((index >> 1) * minute)).allowed, true, 'two a minute are within the share')
      const fast = attempts(rateLimits, limits)
      const steps = [
        [0, true],
        [100, true],
        [110, true],
        // The third in this minute: the longer window has lasted since 100 and knows of three.
        [110, true],
        [160, true],
        [160, true],
        [160, true],
        [160, false],
        [279, false],
        [280, true],
      ] as const
      for (const [seconds, expected] of steps)
        assert.equal((await fast(seconds)).allowed, expected, `after ${seconds} s`)
    },
  },
  {
    id: 'rate-limits/ended-window-forgotten',
    title: 'attempts in an ended window are not counted in the next',
    async run(port) {
      const attempt = attempts(port, [
        { limit: 4, windowSeconds: minute },
        { limit: 6, windowSeconds: 2 * minute },
      ])
      const times = [0, 0, 0, 0, 90, 90, 91, 120, 120, 150, 150, 150, 150, 150]
      const answers: boolean[] = []
      for (const seconds of times) answers.push((await attempt(seconds)).allowed)
      const refused = answers.flatMap((allowed, index) => (allowed ? [] : [index]))
      assert.deepEqual(refused, [6, 13])
    },
  },
  {
    id: 'rate-limits/random-histories',
    title: 'random histories have the same results as the memory implementation',
    async run(port) {
      const [tested, reference] = [port, createMemoryRateLimits()]
      const random = seeded(11)
      for (let history = 0; history < 12; history++) {
        const key = nextId()
        const limits = [10, 60, 300, 3_600]
          .filter(() => random() < 0.6)
          .map((windowSeconds) => ({ limit: 1 + Math.floor(random() * 12), windowSeconds }))
        let seconds = 0
        for (let step = 0; step < 40; step++) {
          // Occasionally the clock is set back.
          seconds += Math.floor(random() * 40) - (random() < 0.1 ? 200 : 0)
          const now = later(seconds * 1000)
          const expected = await reference.hit(key, limits, now)
          assert.deepEqual(await tested.hit(key, limits, now), expected, JSON.stringify({ limits, step }))
        }
      }
    },
  },
]

/** Attempts under a new key, at this many seconds. */
function attempts(rateLimits: RateLimits, limits: readonly Limit[]): (seconds: number) => Promise<HitResult> {
  const key = nextId()
  return (seconds) => rateLimits.hit(key, limits, later(seconds * 1000))
}

function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}
