import assert from 'node:assert/strict'
import type { RateLimits } from '@kith/core/ports'
import type { Case } from './case.ts'
import { manyWindowsCases } from './rate-limits/many-windows.ts'
import { race, repeat } from './race.ts'
import { later, nextId } from './records.ts'

const windowSeconds = 60
const end = windowSeconds * 1000

/** The promises of `RateLimits`. */
export const rateLimitsCases: readonly Case<RateLimits>[] = [
  {
    id: 'rate-limits/limit',
    title: 'the first `limit` attempts are allowed and the rest are not',
    async run(port) {
      const attempt = attempts(port, 3)
      assert.deepEqual(await inOrder([0, 0, 1, 2, 3, 4], attempt), [true, true, true, false, false, false])
    },
  },
  {
    id: 'rate-limits/parallel',
    title: 'of 50 parallel attempts exactly `limit` pass',
    async run(rateLimits) {
      await repeat(3, async () => {
        const attempt = attempts(rateLimits, 7)
        const answers = await race(50, () => attempt(0))
        assert.equal(answers.filter(Boolean).length, 7)
      })
    },
  },
  {
    id: 'rate-limits/parallel-new-window',
    title: 'parallel attempts in a new window share one window',
    async run(rateLimits) {
      await repeat(3, async () => {
        const attempt = attempts(rateLimits, 7)
        await attempt(0)
        const answers = await race(50, () => attempt(end))
        assert.equal(answers.filter(Boolean).length, 7)
      })
    },
  },
  {
    id: 'rate-limits/window-length',
    title: 'a window lasts from its first attempt to the millisecond of its end',
    async run(port) {
      const attempt = attempts(port, 2)
      const times = [0, end - 1, end, end, end]
      assert.deepEqual(await inOrder(times, attempt), [true, true, true, true, false])
    },
  },
  {
    id: 'rate-limits/refused-not-extending',
    title: 'attempts that are not allowed do not extend the window',
    async run(port) {
      const attempt = attempts(port, 1)
      const times = [0, 1, end / 2, end - 1, end]
      assert.deepEqual(await inOrder(times, attempt), [true, false, false, false, true])
    },
  },
  {
    id: 'rate-limits/retry-after',
    title: 'retryAfterSeconds is 0 where allowed, else the whole seconds until the window ends, at least 1',
    async run(rateLimits) {
      const key = nextId()
      const expected = [
        [0, 0],
        [1, windowSeconds],
        [1000, windowSeconds - 1],
        [end - 1001, 2],
        [end - 1000, 1],
        [end - 1, 1],
        [end, 0],
      ] as const
      for (const [millis, seconds] of expected) {
        const { retryAfterSeconds } = await rateLimits.hit(key, [{ limit: 1, windowSeconds }], later(millis))
        assert.equal(retryAfterSeconds, seconds, `${millis} ms after the first attempt`)
      }
    },
  },
  {
    id: 'rate-limits/clock-set-back',
    title: 'after a clock was set back a window ends no later than its length from then',
    async run(port) {
      const attempt = attempts(port, 1)
      const times = [86_400_000, 0, end / 2, end - 1, end, end + 1]
      assert.deepEqual(await inOrder(times, attempt), [true, false, false, false, true, false])
    },
  },
  {
    id: 'rate-limits/clock-set-back-a-day',
    title: 'after a clock was set back by a day no one waits longer than the full window',
    async run(rateLimits) {
      const limits = [
        { limit: 2, windowSeconds: 60 },
        { limit: 4, windowSeconds: 300 },
      ]
      const key = nextId()
      const hit = (millis: number) => rateLimits.hit(key, limits, later(millis))
      const day = 86_400_000
      for (const millis of [0, 0, 61_000, 61_000, 122_000]) await hit(day + millis)
      const refused = await hit(day + 122_000)
      assert.equal(refused.allowed, false)
      for (const millis of [0, 1_000]) {
        const { allowed, retryAfterSeconds } = await hit(millis)
        assert.equal(allowed, false)
        assert.ok(retryAfterSeconds > 0 && retryAfterSeconds <= 300, `${retryAfterSeconds} s`)
      }
      const { allowed } = await hit(300_000)
      assert.equal(allowed, true, 'it ends by the current clock')
    },
  },
  {
    id: 'rate-limits/keys-apart',
    title: 'keys are counted apart',
    async run(rateLimits) {
      const key = nextId()
      const keys = [key, `${key}:`, `${key}:1`, key.toUpperCase(), `${key}*`, `${key} `, `${key}💥`]
      for (const each of keys) {
        const { allowed } = await rateLimits.hit(each, [{ limit: 1, windowSeconds }], later())
        assert.equal(allowed, true, 'another key has used up the limit')
      }
    },
  },
  {
    id: 'rate-limits/reset',
    title: 'reset forgets the attempts of the keys it names, and of no other',
    async run(rateLimits) {
      const [first, second, kept] = [nextId(), nextId(), nextId()]
      const hit = async (key: string): Promise<boolean> =>
        (await rateLimits.hit(key, [{ limit: 1, windowSeconds }], later())).allowed
      for (const key of [first, second, kept]) await hit(key)
      await rateLimits.reset([])
      assert.equal(await hit(first), false, 'no key was named')
      await rateLimits.reset([first, second, nextId()])
      assert.deepEqual([await hit(first), await hit(second), await hit(kept)], [true, true, false])
    },
  },
  ...manyWindowsCases,
]

/** Attempts under a new key: returns whether one at this many milliseconds was allowed. */
function attempts(rateLimits: RateLimits, limit: number): (millis: number) => Promise<boolean> {
  const key = nextId()
  return async (millis) => (await rateLimits.hit(key, [{ limit, windowSeconds }], later(millis))).allowed
}

async function inOrder(times: number[], attempt: (millis: number) => Promise<boolean>): Promise<boolean[]> {
  const answers: boolean[] = []
  for (const millis of times) answers.push(await attempt(millis))
  return answers
}
