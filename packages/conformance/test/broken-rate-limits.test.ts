import { setImmediate as gap } from 'node:timers/promises'
import type { HitResult, RateLimits } from '@kith/core'
import { createMemoryRateLimits } from '@kith/core/memory'
import { type Broken, testFlaws } from '../../../test/flaws.ts'
import { rateLimitsCases } from '../src/index.ts'

testFlaws<RateLimits>(rateLimitsCases, () => createMemoryRateLimits(), [
  {
    flaw: 'allows every third attempt past the limit',
    breaking({ hit }) {
      let denied = 0
      return { hit: async (key, limit, now) => unless(await hit(key, limit, now), () => ++denied % 3 === 0) }
    },
    fails: [
      'rate limits: the first `limit` attempts are allowed and the rest are not',
      'rate limits: of 50 parallel attempts exactly `limit` pass',
      'rate limits: parallel attempts in a new window share one window',
      'rate limits: attempts that are not allowed do not extend the window',
    ],
  },
  {
    flaw: 'starts counting anew after two attempts past the limit',
    breaking({ hit, reset }) {
      const denied = new Map<string, number>()
      return {
        async hit(key, limit, now) {
          const answer = await hit(key, limit, now)
          if (!answer.allowed && limit.limit === 3) denied.set(key, (denied.get(key) ?? 0) + 1)
          if (denied.get(key) === 2) await reset([key])
          return answer
        },
      }
    },
    fails: ['rate limits: the first `limit` attempts are allowed and the rest are not'],
  },
  {
    flaw: 'looks for a window first and makes it later',
    breaking({ hit }) {
      const seen = new Set<string>()
      return {
        async hit(key, limit, now) {
          const first = !seen.has(key)
          await gap()
          seen.add(key)
          return unless(await hit(key, limit, now), () => first)
        },
      }
    },
    fails: ['rate limits: of 50 parallel attempts exactly `limit` pass'],
  },
  {
    flaw: 'looks whether a window is over first and replaces it later',
    breaking({ hit }) {
      const ends = new Map<string, number>()
      return {
        async hit(key, limit, now) {
          const over = now.getTime() >= (ends.get(key) ?? Infinity)
          await gap()
          if (over || !ends.has(key)) ends.set(key, now.getTime() + limit.windowSeconds * 1000)
          return unless(await hit(key, limit, now), () => over)
        },
      }
    },
    fails: ['rate limits: parallel attempts in a new window share one window'],
  },
  {
    flaw: 'extends the window with each allowed attempt',
    breaking: ({ hit }) => extending(hit, (answer) => answer.allowed),
    fails: ['rate limits: a window lasts from its first attempt to the millisecond of its end'],
  },
  {
    flaw: 'extends the window with each attempt that is not allowed',
    breaking: ({ hit }) => extending(hit, (answer) => !answer.allowed),
    fails: ['rate limits: attempts that are not allowed do not extend the window'],
  },
  {
    flaw: 'rounds the wait down',
    breaking: ({ hit }) => ({
      async hit(key, limit, now) {
        const answer = await hit(key, limit, now)
        return { ...answer, retryAfterSeconds: answer.retryAfterSeconds - 1 }
      },
    }),
    fails: ['rate limits: retryAfterSeconds is the whole seconds until the window ends, at least 1'],
  },
  {
    flaw: 'folds the letter case of keys',
    breaking: ({ hit, reset }) => ({
      hit: (key, limit, now) => hit(key.toLowerCase(), limit, now),
      reset: (keys) => reset(keys.map((key) => key.toLowerCase())),
    }),
    fails: ['rate limits: keys are counted apart'],
  },
  {
    flaw: 'forgets only the first key it is told',
    breaking: ({ reset }) => ({ reset: (keys) => reset(keys.slice(0, 1)) }),
    fails: ['rate limits: reset forgets the attempts of the keys it names, and of no other'],
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
    async hit(key, { limit, windowSeconds }, now) {
      const { retryAfterSeconds } = await hit(`${key}/wait`, { limit, windowSeconds }, now)
      const next = now.getTime() + windowSeconds * 1000
      let window = windows.get(key)
      if (!window || window.end <= now.getTime()) window = { count: 0, end: next }
      const answer = { allowed: window.count < limit, retryAfterSeconds }
      windows.set(key, { count: window.count + 1, end: extend(answer) ? next : window.end })
      return answer
    },
    async reset(keys) {
      for (const key of keys) windows.delete(key)
    },
  }
}
