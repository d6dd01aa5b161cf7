import assert from 'node:assert/strict'
import type { RateLimits } from '@kith/core/ports'
import type { Case } from './case.ts'
import type { Pair } from './pair.ts'
import { race, repeat } from './race.ts'
import { later, nextId } from './records.ts'

const windowSeconds = 60
const end = windowSeconds * 1000

/** The promises of `RateLimits`, as seen by two processes. */
export const sharedRateLimitsCases: readonly Case<Pair<RateLimits>>[] = [
  {
    id: 'shared-rate-limits/parallel',
    title: 'of 50 parallel attempts in two processes exactly `limit` pass',
    async run(pair) {
      await repeat(3, async () => {
        const attempt = attempts(pair, 7)
        const answers = await race(50, (index) => attempt(index, 0))
        assert.equal(answers.filter(Boolean).length, 7)
      })
    },
  },
  {
    id: 'shared-rate-limits/parallel-new-window',
    title: 'parallel attempts in a new window share one window',
    async run(pair) {
      await repeat(3, async () => {
        const attempt = attempts(pair, 7)
        await attempt(0, 0)
        const answers = await race(50, (index) => attempt(index, end))
        assert.equal(answers.filter(Boolean).length, 7)
      })
    },
  },
  {
    id: 'shared-rate-limits/refused-not-counted',
    title: 'what one process refuses is counted in no window of the other',
    async run({ one, other }) {
      const key = nextId()
      const limits = [
        { limit: 2, windowSeconds },
        { limit: 3, windowSeconds: 3_600 },
      ]
      const hits = [
        [one, 0, true],
        [other, 0, true],
        [one, 1, false],
        [other, 1, false],
        [one, end, true],
        [other, end, false],
      ] as const
      for (const [index, [process, millis, expected]] of hits.entries()) {
        const { allowed } = await process.hit(key, limits, later(millis))
        assert.equal(allowed, expected, `attempt ${index}`)
      }
    },
  },
  {
    id: 'shared-rate-limits/same-end',
    title: 'a window begun in one process ends in the other at the same millisecond',
    async run(pair) {
      const attempt = attempts(pair, 1)
      const answers = [await attempt(0, 0), await attempt(1, end - 1), await attempt(1, end)]
      assert.deepEqual(answers, [true, false, true])
    },
  },
  {
    id: 'shared-rate-limits/reset',
    title: 'what one process resets is forgotten in the other',
    async run({ one, other }) {
      const [key, kept] = [nextId(), nextId()]
      for (const each of [key, kept]) await other.hit(each, [{ limit: 1, windowSeconds }], later())
      await one.reset([key])
      const answers = [key, kept].map((each) => other.hit(each, [{ limit: 1, windowSeconds }], later()))
      assert.deepEqual(
        (await Promise.all(answers)).map(({ allowed }) => allowed),
        [true, false],
      )
    },
  },
]

/**
 * Attempts under a new key, odd ones in the other process: returns whether one at this many milliseconds was allowed.
 */
function attempts(
  { one, other }: Pair<RateLimits>,
  limit: number,
): (index: number, millis: number) => Promise<boolean> {
  const key = nextId()
  return async (index, millis) => {
    const { allowed } = await (index % 2 ? other : one).hit(key, [{ limit, windowSeconds }], later(millis))
    return allowed
  }
}
