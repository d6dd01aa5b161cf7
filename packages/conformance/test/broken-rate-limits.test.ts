import { setImmediate as gap } from 'node:timers/promises'
import type { HitResult, Limit, RateLimits } from '@kith/core/ports'
import { createMemoryRateLimits } from '@kith/core/memory'
import { type Broken, testFlaws } from '../../../test/flaws.ts'
import { rateLimitsCases } from '../src/index.ts'

const waits = 'rate-limits/retry-after'
const together = 'rate-limits/all-or-none'
const parallel = 'rate-limits/parallel-narrowest'
const last = 'rate-limits/retry-after-longest'
const late = 'rate-limits/longer-window-starts'
const next = 'rate-limits/ended-window-forgotten'
const random = 'rate-limits/random-histories'
const back = 'rate-limits/clock-set-back'
const wait = 'rate-limits/clock-set-back-a-day'

testFlaws<RateLimits>(rateLimitsCases, () => createMemoryRateLimits(), [
  {
    flaw: 'allows every third attempt past the limit',
    breaking({ hit }) {
      let denied = 0
      return {
        hit: async (key, limits, now) => unless(await hit(key, limits, now), () => ++denied % 3 === 0),
      }
    },
    fails: [
      'rate-limits/limit',
      'rate-limits/parallel',
      'rate-limits/parallel-new-window',
      'rate-limits/refused-not-extending',
    ],
  },
  {
    flaw: 'starts counting anew after two attempts past the limit',
    breaking({ hit, reset }) {
      const denied = new Map<string, number>()
      return {
        async hit(key, limits, now) {
          const answer = await hit(key, limits, now)
          if (!answer.allowed && limits[0]?.limit === 3) denied.set(key, (denied.get(key) ?? 0) + 1)
          if (denied.get(key) === 2) await reset([key])
          return answer
        },
      }
    },
    fails: ['rate-limits/limit'],
  },
  {
    flaw: 'looks for a window first and makes it later',
    breaking({ hit }) {
      const seen = new Set<string>()
      return {
        async hit(key, limits, now) {
          const first = !seen.has(key)
          await gap()
          seen.add(key)
          return unless(await hit(key, limits, now), () => first)
        },
      }
    },
    fails: ['rate-limits/parallel'],
  },
  {
    flaw: 'looks whether a window is over first and replaces it later',
    breaking({ hit }) {
      const ends = new Map<string, number>()
      return {
        async hit(key, limits, now) {
          const over = now.getTime() >= (ends.get(key) ?? Infinity)
          await gap()
          if (over || !ends.has(key)) ends.set(key, now.getTime() + lengthOf(limits))
          return unless(await hit(key, limits, now), () => over)
        },
      }
    },
    fails: ['rate-limits/parallel-new-window'],
  },
  {
    flaw: 'extends the window with each allowed attempt',
    breaking: ({ hit }) => extending(hit, (answer) => answer.allowed),
    fails: ['rate-limits/window-length'],
  },
  {
    flaw: 'extends the window with each attempt that is not allowed',
    breaking: ({ hit }) => extending(hit, (answer) => !answer.allowed),
    fails: ['rate-limits/refused-not-extending'],
  },
  {
    flaw: 'rounds the wait down',
    breaking: ({ hit }) => ({
      async hit(key, limits, now) {
        const answer = await hit(key, limits, now)
        return { ...answer, retryAfterSeconds: Math.max(0, answer.retryAfterSeconds - 1) }
      },
    }),
    fails: [waits],
  },
  {
    flaw: 'folds the letter case of keys',
    breaking: ({ hit, reset }) => ({
      hit: (key, limits, now) => hit(key.toLowerCase(), limits, now),
      reset: (keys) => reset(keys.map((key) => key.toLowerCase())),
    }),
    fails: ['rate-limits/keys-apart'],
  },
  {
    flaw: 'forgets only the first key it is told',
    breaking: ({ reset }) => ({ reset: (keys) => reset(keys.slice(0, 1)) }),
    fails: ['rate-limits/reset'],
  },
  {
    flaw: 'counts each window by itself, from its own first attempt',
    breaking: (sound) => apart(sound, longest),
    fails: [together, late, random],
  },
  {
    flaw: 'names the first full window alone',
    breaking: ({ hit, reset }) => ({
      async hit(key, limits, now) {
        const answer = await hit(key, limits, now)
        const [shortest] = limits
        const most = shortest?.windowSeconds ?? 0
        return { ...answer, retryAfterSeconds: Math.min(answer.retryAfterSeconds, most) }
      },
      reset,
    }),
    fails: [last, random],
  },
  {
    flaw: 'looks at each window first and counts later',
    breaking({ hit }) {
      const counts = new Map<string, number>()
      return {
        async hit(key, limits, now) {
          const most = Math.min(...limits.map(({ limit }) => limit))
          const before = counts.get(key) ?? 0
          await gap()
          counts.set(key, before + 1)
          return unless(await hit(key, limits, now), () => before < most)
        },
      }
    },
    fails: [parallel],
  },
  {
    flaw: 'counts what an ended window has had once more',
    breaking({ hit }) {
      const first = new Map<string, number>()
      return {
        async hit(key, limits, now) {
          const [shortest, longer] = limits
          const start = first.get(key) ?? now.getTime()
          first.set(key, start)
          const answer = await hit(key, limits, now)
          const second = now.getTime() - start >= 150_000
          if (longer?.windowSeconds === 120 && second && shortest)
            return longest([answer, await hit(`${key}/again`, [{ ...longer, limit: 2 }], now)])
          return answer
        },
      }
    },
    fails: [next],
  },
  {
    flaw: 'tells the wait by the end that it has first seen',
    breaking({ hit }) {
      const ends = new Map<string, number>()
      return {
        async hit(key, limits, now) {
          const answer = await hit(key, limits, now)
          if (answer.allowed) return answer
          const end = ends.get(key) ?? now.getTime() + answer.retryAfterSeconds * 1000
          ends.set(key, end)
          return { allowed: false, retryAfterSeconds: Math.ceil((end - now.getTime()) / 1000) }
        },
      }
    },
    fails: [wait],
  },
  {
    flaw: 'believes the end of a window, whatever became of the clock',
    breaking({ hit }) {
      let newest = 0
      return {
        hit(key, limits, now) {
          newest = Math.max(newest, now.getTime())
          return hit(key, limits, new Date(newest))
        },
      }
    },
    fails: [back, random],
  },
] satisfies Broken<RateLimits>[])

/** The answer, but allowed where the flaw lets the attempt through. */
function unless(answer: HitResult, letThrough: () => boolean): HitResult {
  return answer.allowed || !letThrough() ? answer : { ...answer, allowed: true }
}

/** Counts by itself, with the window ending anew after each attempt that `extend` picks. */
function extending(hit: RateLimits['hit'], extend: (answer: HitResult) => boolean): Partial<RateLimits> {
  const windows = new Map<string, { count: number; end: number }>()
  return {
    async hit(key, limits, now) {
      const { retryAfterSeconds } = await hit(`${key}/wait`, limits, now)
      const next = now.getTime() + lengthOf(limits)
      let window = windows.get(key)
      if (!window || window.end <= now.getTime()) window = { count: 0, end: next }
      const answer = { allowed: window.count < (limits[0]?.limit ?? 0), retryAfterSeconds }
      windows.set(key, { count: window.count + 1, end: extend(answer) ? next : window.end })
      return answer
    },
    async reset(keys) {
      for (const key of keys) windows.delete(key)
    },
  }
}

/** Takes each window for a counter of its own, all of them hit by `order`. */
function apart(
  { hit, reset }: RateLimits,
  decide: (answers: readonly HitResult[]) => HitResult,
): Partial<RateLimits> {
  const lengths = [10, 60, 120, 180, 300, 3_600, 86_400]
  return {
    async hit(key, limits, now) {
      const answers: HitResult[] = []
      for (const limit of limits) answers.push(await hit(`${key}/${limit.windowSeconds}`, [limit], now))
      return decide(answers)
    },
    reset: (keys) => reset(keys.flatMap((key) => lengths.map((length) => `${key}/${length}`))),
  }
}

function longest(answers: readonly HitResult[]): HitResult {
  return {
    allowed: answers.every(({ allowed }) => allowed),
    retryAfterSeconds: Math.max(0, ...answers.map(({ retryAfterSeconds }) => retryAfterSeconds)),
  }
}

function lengthOf([shortest]: readonly Limit[]): number {
  return (shortest?.windowSeconds ?? 0) * 1000
}
